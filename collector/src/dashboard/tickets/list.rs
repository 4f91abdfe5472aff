//! `/tickets`: the runs of workflows, filtered and sorted, page by page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use super::heads::{Head, heads};
use crate::auth::Scope;
use crate::dashboard::address::Address;
use crate::dashboard::export;
use crate::dashboard::failure::PageError;
use crate::dashboard::filters::{Filters, choices};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::range::Range;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::streamed::{Part, part, streamed};
use crate::dashboard::viewer::Viewer;
use crate::query;
use crate::store::{Dimension, Grouping, Kind, Listed, Period, Selection};
use crate::time;

const KIND: Kind = Kind::Workflow;
/// How many runs a page holds where nobody says; as many as the query API gives.
const USUAL: usize = 50;
/// By what runs can be filtered and counted, and how that is called.
const COUNTED: [(Dimension, &str); 6] = [
    (Dimension::Status, "Status"),
    (Dimension::Category, "Category"),
    (Dimension::WorkflowVersion, "Version"),
    (Dimension::Environment, "Environment"),
    (Dimension::Client, "Client"),
    (Dimension::Outcome, "Outcome"),
];
/// What an address may say beside that of a list that can be counted.
const OF_COUNTED: [&str; 6] = ["range", "since", "until", "sort", "order", "limit"];

#[derive(Template)]
#[template(path = "tickets.html")]
struct TicketsPage {
    frame: Frame,
    filters: Filters,
    exports: Vec<(&'static str, String)>,
    heads: Vec<Head>,
    has_clients: bool,
    runs: Vec<Listed>,
    /// The beginning of the list, where this is not it.
    first: Option<String>,
    next: Option<String>,
    /// The list goes on, though this page is short: only so much is looked through at once.
    is_short: bool,
}

/// How many there are in all.
#[derive(Template)]
#[template(path = "tickets_count.html")]
struct Count {
    records: u64,
}

/// Shows one page of the list.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = ordered(Address::of(&uri));
    let range = Range::of_list(&address, time::now_millis())?;
    let scope = viewer.scope_at(&address)?;
    let has_clients = viewer.sees_all();
    let asked = Range::spelled_out(range, &address).with("kind", KIND.as_str());
    let found = query::list::ask(&dashboard.library, scope.clone(), &asked.uri()?).await?;
    let next =
        found.next.map(|cursor| address.with("cursor", &query::cursor::write(cursor)).href());
    let limit = address.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(USUAL);
    let tickets = TicketsPage {
        frame: Frame::new(&viewer, Section::Tickets, "Tickets"),
        filters: filters(&dashboard, &viewer, &address, range).await?,
        exports: export::links(&address, KIND.as_str()),
        heads: heads(&address, has_clients),
        has_clients,
        is_short: next.is_some() && found.items.len() < limit,
        runs: found.items,
        first: address.get("cursor").map(|_| address.without("cursor").href()),
        next,
    };
    let selection = selection(&address, range);
    let count = selection.map(|selection| count(dashboard, scope, selection));
    streamed(&headers, &tickets, count.into_iter().map(|count| Box::pin(count) as Part).collect())
}

/// What has some words is found in one order alone; a search in a list that was sorted is one of them.
fn ordered(address: Address) -> Address {
    if address.get("q").is_some() { address.without("sort") } else { address }
}

async fn filters(
    dashboard: &Dashboard,
    viewer: &Viewer,
    address: &Address,
    range: Option<Range>,
) -> Result<Filters, PageError> {
    let mut filters = Filters::new(address, range).or_all_time().search("q", "Words in the record");
    let sees_all = viewer.sees_all();
    for (dimension, label) in COUNTED {
        if sees_all || dimension != Dimension::Client {
            let values = choices(dashboard, viewer, KIND, dimension).await?;
            filters = filters.choice(dimension.as_str(), label, values);
        }
    }
    let rare = [
        ("ticket_id", "Ticket"),
        ("workflow_name", "Workflow"),
        ("min_confidence", "Confidence from"),
        ("max_confidence", "Confidence to"),
        ("min_duration", "Seconds from"),
        ("max_duration", "Seconds to"),
    ];
    Ok(rare.into_iter().fold(filters, |filters, (name, label)| filters.text(name, label).rarely()))
}

/// The runs of the list as statistics take them; `None` where they cannot tell, or were asked on
/// the list's first page.
fn selection(address: &Address, range: Option<Range>) -> Option<Selection> {
    let mut conditions = vec![(Dimension::Kind, KIND.as_str().to_owned())];
    for (name, value) in address.pairs() {
        match Dimension::named(name) {
            Some(dimension) => conditions.push((dimension, value.to_owned())),
            None if OF_COUNTED.contains(&name) => (),
            None => return None,
        }
    }
    Some(Selection { period: range.map_or_else(Period::default, Range::period), conditions })
}

async fn count(dashboard: Arc<Dashboard>, scope: Scope, selection: Selection) -> String {
    let store = &dashboard.library.store;
    let found = store.statistics(&scope, &selection, &Grouping::default()).await;
    part(found.map(|found| Count { records: found.total.records() }).map_err(PageError::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_statistics_know_is_counted() {
        let counted = |query: &str| {
            let address = Address::of(&format!("/tickets?{query}").parse().unwrap());
            selection(&address, None).map(|selection| selection.conditions.len())
        };
        for (query, conditions) in [
            ("", Some(1)),
            ("status=FAILED&client_id=a&sort=duration", Some(3)),
            ("q=word", None),
            ("min_confidence=0.5", None),
            ("cursor=x", None),
        ] {
            assert_eq!(counted(query), conditions, "{query}");
        }
    }

    #[test]
    fn words_are_looked_for_in_a_list_that_was_sorted() {
        let of = |query: &str| ordered(Address::of(&format!("/?{query}").parse().unwrap())).query();
        assert_eq!(of("sort=duration&q=a"), "q=a");
        assert_eq!(of("sort=duration"), "sort=duration");
    }
}
