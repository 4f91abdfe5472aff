//! The bar above a page that says what of it is shown. All of it lives in the address.
//!
//! A template shows it by naming it, `{{ filters }}`, where it is made so:
//!
//! ```text
//! let statuses = choices(&dashboard, &viewer, Kind::Action, Dimension::Status).await?;
//! Filters::new(&address, Some(range))
//!     .choice("status", "Status", statuses)
//!     .text("user_id", "User")
//!     .search("q", "Words in the record")
//! ```

use askama::Template;
use askama::filters::HtmlSafe;

use crate::store::{Dimension, Kind, StoreError};
use crate::time;

use super::address::Address;
use super::range::{self, Range};
use super::routes::Dashboard;
use super::viewer::Viewer;

/// How many values are offered or proposed at most.
const MOST: usize = 200;
/// From how many choices on they are only proposed: a longer list is not looked through.
const MANY: usize = 40;

/// The values that records of a kind can be filtered by, as far as this person may see them.
pub(crate) async fn choices(
    dashboard: &Dashboard,
    viewer: &Viewer,
    kind: Kind,
    dimension: Dimension,
) -> Result<Vec<String>, StoreError> {
    dashboard.library.store.values(viewer.scope(), kind, dimension, MOST).await
}

/// How a field is filled in.
#[derive(Clone, Debug)]
enum Input {
    /// One of a few.
    Choice(Vec<String>),
    /// Anything; some are proposed.
    Text(Vec<String>),
    /// Words.
    Search,
}

/// One field.
#[derive(Clone, Debug)]
struct Field {
    name: &'static str,
    label: &'static str,
    value: String,
    input: Input,
    /// It stands behind a fold, which is open where such a field is filled in.
    is_rare: bool,
}

/// A range that has a name, as a link to it.
#[derive(Clone, Debug)]
struct Named {
    label: &'static str,
    href: String,
    is_shown: bool,
}

/// The bar of one page.
#[derive(Clone, Debug, Template)]
#[template(path = "filters.html")]
pub(crate) struct Filters {
    /// What is asked for now, without the place in a list: another list has others.
    address: Address,
    range: Option<Range>,
    may_be_all_time: bool,
    fields: Vec<Field>,
}

/// Its template escapes whatever stands in it.
impl HtmlSafe for Filters {}

impl Filters {
    /// The bar of the page at this address, which shows this range, or all time.
    pub(crate) fn new(address: &Address, range: Option<Range>) -> Self {
        let address = address.without("cursor");
        Self { address, range, may_be_all_time: range.is_none(), fields: Vec::new() }
    }

    /// All time can be chosen as well.
    pub(crate) fn or_all_time(self) -> Self {
        Self { may_be_all_time: true, ..self }
    }

    /// All time is what is shown.
    pub(crate) fn of_all_time(self) -> Self {
        Self { range: None, may_be_all_time: true, ..self }
    }

    /// Adds a field for one of these values; where there are many they are only proposed.
    pub(crate) fn choice(
        self,
        name: &'static str,
        label: &'static str,
        choices: Vec<String>,
    ) -> Self {
        if choices.len() > MANY {
            return self.field(name, label, |_| Input::Text(choices));
        }
        self.field(name, label, |value| {
            // What an address asks for can be chosen, also where no record has it.
            let own =
                Some(value.to_owned()).filter(|own| !own.is_empty() && !choices.contains(own));
            Input::Choice(own.into_iter().chain(choices).collect())
        })
    }

    /// Adds a field for any value.
    pub(crate) fn text(self, name: &'static str, label: &'static str) -> Self {
        self.field(name, label, |_| Input::Text(Vec::new()))
    }

    /// Adds a field for words to search for.
    pub(crate) fn search(self, name: &'static str, label: &'static str) -> Self {
        self.field(name, label, |_| Input::Search)
    }

    /// Puts the field that was added last behind a fold.
    pub(crate) fn rarely(mut self) -> Self {
        if let Some(field) = self.fields.last_mut() {
            field.is_rare = true;
        }
        self
    }

    fn field(
        mut self,
        name: &'static str,
        label: &'static str,
        input: impl FnOnce(&str) -> Input,
    ) -> Self {
        let value = self.address.get(name).unwrap_or_default().to_owned();
        let input = input(&value);
        self.fields.push(Field { name, label, value, input, is_rare: false });
        self
    }

    /// Whether the fold is open; `None` where there is nothing behind it.
    fn fold(&self) -> Option<bool> {
        let mut rare = self.fields.iter().filter(|field| field.is_rare).peekable();
        rare.peek()?;
        Some(rare.any(|field| !field.value.is_empty()))
    }

    /// The links to ranges that have a name.
    fn ranges(&self) -> Vec<Named> {
        let bare = self.address.without("range").without("since").without("until");
        let shown = self.range.and_then(|range| range.name);
        let named = range::NAMED.into_iter().map(|(name, label, _)| Named {
            label,
            href: bare.with("range", name).href(),
            is_shown: shown == Some(name),
        });
        let all = Named { label: "All time", href: bare.href(), is_shown: self.range.is_none() };
        named.chain(self.may_be_all_time.then_some(all)).collect()
    }

    /// The ends of a range that the address gives, as fields take them: to the second where it has
    /// seconds, so that to apply a form again changes nothing.
    fn ends(&self) -> [(&'static str, &'static str, String); 2] {
        let unnamed = self.range.filter(|range| range.name.is_none());
        let end = |name, moment: fn(Range) -> i64| {
            let given = self.address.get(name).and(unnamed);
            let Some(moment) = given.map(moment) else { return String::new() };
            let digits = if moment % 60_000 == 0 { 16 } else { 19 };
            time::rfc3339(moment).chars().take(digits).collect()
        };
        [
            ("since", "From (UTC)", end("since", |range| range.since)),
            ("until", "Until (UTC)", end("until", |range| range.until)),
        ]
    }

    /// What the form sends beside its fields, so that it changes nothing else.
    fn kept(&self) -> Vec<(&str, &str)> {
        let is_named = self.range.is_some_and(|range| range.name.is_some());
        let is_kept = |name: &str| match name {
            "since" | "until" => false,
            "range" => is_named,
            _ => self.fields.iter().all(|field| field.name != name),
        };
        self.address.pairs().filter(|(name, _)| is_kept(name)).collect()
    }

    /// The page without filters, where it has some.
    fn clear(&self) -> Option<String> {
        let bare = self.address.only(&["range"]);
        (bare != self.address).then(|| bare.href())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    fn bar(query: &str) -> Filters {
        let address = Address::of(&format!("/page?{query}").parse().unwrap());
        let range = Range::of(&address, "24h", 100 * DAY).unwrap();
        Filters::new(&address, Some(range))
            .choice("status", "Status", vec!["FAILED".to_owned(), "<b>".to_owned()])
            .search("q", "Words")
    }

    #[test]
    fn the_form_changes_its_own_fields_and_keeps_the_rest() {
        let bar = bar("range=7d&status=ODD&sort=duration&cursor=x&q=a");
        assert_eq!(bar.kept(), [("range", "7d"), ("sort", "duration")]);
        assert_eq!(bar.clear().as_deref(), Some("/page?range=7d"));
        let html = bar.to_string();
        assert!(html.contains(r#"<option value="ODD" selected>"#), "{html}");
        assert!(html.contains("&#60;b&#62;") && !html.contains("<b>"));
        assert!(!html.contains("cursor"));
    }

    #[test]
    fn a_range_is_named_or_has_ends() {
        let named = bar("range=7d");
        assert_eq!((named.ends().map(|(.., end)| end), named.clear()), (Default::default(), None));
        let shown: Vec<_> = named.ranges().into_iter().filter(|range| range.is_shown).collect();
        assert_eq!((shown.len(), shown[0].href.as_str()), (1, "/page?range=7d"));
        let between = bar("since=1970-02-01&until=1970-02-02T12:30&range=7d");
        let ends = between.ends().map(|(.., end)| end);
        assert_eq!(ends, ["1970-02-01T00:00", "1970-02-02T12:30"]);
        assert!(between.kept().is_empty() && between.ranges().iter().all(|range| !range.is_shown));
    }

    #[test]
    fn many_choices_are_proposed_only() {
        let names = || (0..=MANY).map(|number| number.to_string()).collect();
        let html = bar("").choice("client_id", "Client", names()).to_string();
        assert!(html.contains(r#"list="client_id-choices""#));
    }
}
