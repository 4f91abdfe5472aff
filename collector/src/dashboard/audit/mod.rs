//! `/audit`: who changed what, when and from where, before and after.

mod diff;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::query::{Whole, lines};
use crate::store::{Dimension, Filter, Kind, Listed};

use self::diff::Differences;
use super::address::Address;
use super::cut::{Cut, Room};
use super::failure::PageError;
use super::filters::Filters;
use super::first::{self, First};
use super::frame::{Frame, Section};
use super::page::page;
use super::part_of::{text, value};
use super::routes::Dashboard;
use super::show;
use super::view::View;
use super::viewer::Viewer;
use super::visible;

/// How many changes a page has.
const LIMIT: usize = 20;
/// How many characters of a change's values can be unfolded.
const ROOM: usize = 3_000;
/// How many names of changed fields are shown.
const NAMES: usize = 30;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    filters: Filters,
    first: Option<First>,
    /// The one resource whose story this is.
    resource: Option<(String, String)>,
    changes: Vec<Change>,
    next: Option<String>,
    has_clients: bool,
}

/// A change as it is shown.
struct Change {
    listed: Listed,
    ip_address: Option<String>,
    user_agent: Option<String>,
    changed_fields: Vec<String>,
    differences: Vec<Difference>,
    left_out: usize,
    /// Whether the record has both its states, or one.
    has_states: bool,
    /// The story of the resource.
    story: Option<String>,
    /// What else this user did.
    by_user: Option<String>,
}

/// A field that is not as it was, as it is shown.
struct Difference {
    path: String,
    word: &'static str,
    tone: &'static str,
    before: Option<Cut>,
    after: Option<Cut>,
}

/// Shows the page.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = View::new(dashboard, viewer, &uri, Kind::Audit, "30d")?;
    if view.address.get("resource_id").is_some() && view.address.get("resource_type").is_none() {
        return Err(PageError::Wrong("resource_id needs resource_type beside it".to_owned()));
    }
    // The story of one resource is all of its life, where no time is asked for.
    let is_story = view.address.get("resource_id").is_some();
    let is_all_time = is_story && !view.is_bounded();
    let mut filter = Filter {
        user_id: view.get("user_id"),
        action_type: view.get("action_type"),
        resource_type: view.get("resource_type"),
        resource_id: view.get("resource_id"),
        status: view.get("status"),
        ..view.filter()
    };
    if is_all_time {
        (filter.since, filter.until) = (None, None);
    }
    let library = &view.dashboard.library;
    let line = |listed: Listed, whole: &Whole<'_>| Change::new(&view.address, listed, whole);
    let (changes, next) = lines(library, &view.scope, &filter, &view.page(LIMIT)?, line).await?;
    let filters = view.filters(&[(Dimension::ActionType, "Action"), (Dimension::Status, "Status")]);
    let mut filters = filters.await?;
    if is_story {
        filters = filters.or_all_time();
    }
    if is_all_time {
        filters = filters.of_all_time();
    }
    page(&AuditPage {
        frame: view.frame(Section::Audit, "Audit trail"),
        filters: filters
            .text("user_id", "User")
            .text("resource_type", "Resource type")
            .text("resource_id", "Resource"),
        first: if changes.is_empty() { first::of(&view, &headers).await? } else { None },
        resource: filter.resource_type.zip(filter.resource_id),
        changes,
        next: view.behind(next),
        has_clients: view.sees_all(),
    })
}

impl Change {
    fn new(address: &Address, listed: Listed, whole: &Whole<'_>) -> Self {
        let states = value(whole.trace("changes"));
        let states = states.as_ref().and_then(serde_json::Value::as_object);
        let state = |name: &str| states.and_then(|states| states.get(name));
        let differences = Differences::between(state("before"), state("after"));
        let mut room = Room::of(ROOM);
        let shown = differences.told.iter().map(|told| Difference::new(told, &mut room)).collect();
        let fields = value(whole.own("changed_fields"));
        let fields = fields.as_ref().and_then(serde_json::Value::as_array);
        let fields = fields.into_iter().flatten().filter_map(serde_json::Value::as_str);
        let bare = address.only(&["range", "since", "until", "client_id"]);
        let life = address.only(&["client_id"]);
        let row = &listed.row;
        let resource = row.resource_type.as_deref().zip(row.resource_id.as_deref());
        Self {
            ip_address: text(whole.own("ip_address")),
            user_agent: text(whole.own("user_agent")),
            changed_fields: fields
                .take(NAMES)
                .map(|name| visible::visible(name).into_owned())
                .collect(),
            differences: shown,
            left_out: differences.left_out,
            has_states: states.is_some(),
            story: resource
                .map(|(of, id)| life.with("resource_type", of).with("resource_id", id).href()),
            by_user: row.user_id.as_deref().map(|user| bare.with("user_id", user).href()),
            listed,
        }
    }
}

impl Difference {
    fn new(told: &diff::Difference, room: &mut Room) -> Self {
        let mut cut = |side: Option<&String>| side.map(|text| room.cut(text));
        Self {
            path: visible::visible(&told.path).chars().take(300).collect(),
            word: told.what.word(),
            tone: told.what.tone(),
            before: cut(told.before.as_ref()),
            after: cut(told.after.as_ref()),
        }
    }
}
