//! One event of a timeline, as it is shown.

use serde_json::Value;

use crate::dashboard::cut::{Cut, Room};
use crate::dashboard::part_of::{text, value};
use crate::dashboard::visible;
use crate::query::Whole;
use crate::store::{Kind, Listed};

/// How many characters of an event's texts can be unfolded.
const ROOM: usize = 3_000;
/// How many of its facts are shown.
const FACTS: usize = 12;

/// The groups of events: the name, the colour, and the way of its picture's pen.
pub(super) const CATEGORIES: [(&str, &str, &str); 5] = [
    ("system", "text-soft", "M3 3h10v7H3zM6 13h4M8 10v3"),
    ("user", "accent", "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3.5 13.5c.5-5 8.5-5 9 0"),
    ("workflow", "violet", "M3 3h4v4H3zM9 9h4v4H9zM5 7v4h4"),
    ("rule", "open", "M2.5 3.5h11L9.5 8.5v4l-3 1v-5z"),
    ("integration", "teal", "M6 2.5v3M10 2.5v3M4.5 5.5h7v2a3.5 3.5 0 0 1-7 0zM8 11v3"),
];
/// What has none of them.
const OTHER: (&str, &str, &str) =
    ("other", "text-soft", "M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z");

/// An event.
pub(super) struct Event {
    pub(super) listed: Listed,
    pub(super) category: String,
    pub(super) tone: &'static str,
    pub(super) picture: &'static str,
    /// What happened; of other kinds than activities their name.
    pub(super) name: String,
    pub(super) by: Option<String>,
    pub(super) facts: Vec<(String, Cut)>,
    pub(super) description: Option<Cut>,
    /// What can be unfolded.
    pub(super) metadata: Option<String>,
    pub(super) metadata_goes_on: bool,
}

impl Event {
    pub(super) fn new(listed: Listed, whole: &Whole<'_>) -> Self {
        let row = &listed.row;
        let own = row.event_category.as_deref();
        let known = CATEGORIES.into_iter().find(|(name, ..)| Some(*name) == own);
        let (name, tone, picture) = known.unwrap_or(match row.kind {
            Kind::Workflow => CATEGORIES[2],
            Kind::TaskSync | Kind::WebhookEvent | Kind::Action => CATEGORIES[4],
            _ => OTHER,
        });
        let mut room = Room::of(ROOM);
        let facts = value(whole.own("facts"));
        let metadata = value(whole.trace("metadata")).map(|own| format!("{own:#}"));
        let metadata = metadata.map(|own| room.all(&own));
        Self {
            category: visible::visible(own.unwrap_or(name)).into_owned(),
            tone,
            picture,
            name: visible::visible(row.event_type.as_deref().unwrap_or(row.kind.as_str()))
                .into_owned(),
            by: row.user_id.clone().or_else(|| text(whole.own("created_by"))),
            facts: facts.as_ref().map(|facts| self::facts(facts, &mut room)).unwrap_or_default(),
            description: text(whole.trace("description")).map(|text| room.cut(&text)),
            metadata_goes_on: metadata.as_ref().is_some_and(|(_, is_whole)| !is_whole),
            metadata: metadata.map(|(shown, _)| shown),
            listed,
        }
    }
}

fn facts(facts: &Value, room: &mut Room) -> Vec<(String, Cut)> {
    let facts = facts.as_object().into_iter().flatten().take(FACTS);
    let told = facts.map(|(name, value)| {
        let told = match value {
            Value::String(text) => room.cut(text),
            other => room.cut(&other.to_string()),
        };
        (visible::visible(name).chars().take(80).collect(), told)
    });
    told.collect()
}
