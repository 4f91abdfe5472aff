//! What stands around a run: those of the same workflow before and behind it, and its ticket's records.

use crate::dashboard::address::Address;
use crate::dashboard::axis::{Event, events};
use crate::dashboard::opened::{self, Opened};
use crate::dashboard::{show as told, ticket, visible};
use crate::store::{By, Direction, Filter, Kind, Listed, PageRequest, Sort, Store, StoreError};

/// How many runs before and behind are offered, and how many records of the ticket.
const NEIGHBOURS: usize = 8;
const OF_TICKET: usize = 100;

/// The records around a run.
pub(super) struct Around {
    pub(super) previous: Option<Neighbour>,
    pub(super) next: Option<Neighbour>,
    pub(super) attempts: Vec<Neighbour>,
    pub(super) others: Vec<Neighbour>,
    pub(super) events: Vec<Event>,
    pub(super) has_more: bool,
}

/// Another run, and the way to it.
pub(super) struct Neighbour {
    pub(super) href: String,
    pub(super) compare: String,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) outcome: &'static str,
    pub(super) is_shown: bool,
}

/// Looks for them.
pub(super) async fn around(
    store: &dyn Store,
    opened: &Opened,
    address: &Address,
) -> Result<Around, StoreError> {
    let line = &opened.line;
    let (earlier, later, of_ticket) = tokio::try_join!(
        neighbours(store, opened, Direction::Descending),
        neighbours(store, opened, Direction::Ascending),
        of_ticket(store, opened),
    )?;
    let neighbour = |it: &Listed| Neighbour::of(it, line, address);
    let attempts: Vec<_> =
        of_ticket.items.iter().filter(|it| it.row.kind == Kind::Workflow).map(neighbour).collect();
    Ok(Around {
        previous: earlier.first().map(neighbour),
        next: later.first().map(neighbour),
        attempts: if attempts.len() > 1 { attempts } else { Vec::new() },
        others: later.iter().rev().chain(&earlier).map(neighbour).collect(),
        events: events(&of_ticket.items, Some(line.row.executed_at), Some(line.seq)),
        has_more: of_ticket.next.is_some(),
    })
}

/// The runs of the same workflow before or behind this one.
async fn neighbours(
    store: &dyn Store,
    opened: &Opened,
    direction: Direction,
) -> Result<Vec<Listed>, StoreError> {
    let sort = Sort { by: By::Time, direction };
    let filter = Filter {
        kind: Some(Kind::Workflow),
        workflow_name: opened.line.row.workflow_name.clone(),
        ..Filter::default()
    };
    let page = PageRequest { sort, after: opened.line.place(sort), limit: NEIGHBOURS };
    Ok(store.list(&opened.scope, &filter, &page).await?.items)
}

async fn of_ticket(store: &dyn Store, opened: &Opened) -> Result<crate::store::Page, StoreError> {
    match opened.line.row.ticket_id.as_deref() {
        Some(own) => ticket::records(store, &opened.scope, own, None, OF_TICKET).await,
        None => Ok(crate::store::Page { items: vec![opened.line.clone()], next: None }),
    }
}

impl Neighbour {
    fn of(line: &Listed, shown: &Listed, address: &Address) -> Self {
        let row = &line.row;
        let ticket = row.ticket_id.as_deref().map(visible::visible);
        let attempt = row.attempt.map(|attempt| format!(", attempt {attempt}"));
        Self {
            href: opened::path(line),
            compare: address
                .only(&["view"])
                .with("compare", &row.record_id.to_string())
                .at(opened::path(shown))
                .href(),
            name: format!(
                "{}{} at {}",
                ticket.unwrap_or("a run".into()),
                attempt.unwrap_or_default(),
                told::moment(row.executed_at)
            ),
            status: super::step::shortened(row.status.as_deref().unwrap_or("–")),
            outcome: row.outcome.as_str(),
            is_shown: line.seq == shown.seq,
        }
    }
}
