//! `/tickets/{ticket_id}`: every record of a ticket, of all kinds, on one axis of time.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;

use super::address::Address;
use super::axis::{Event, events};
use super::failure::PageError;
use super::frame::{Frame, Section};
use super::page::page;
use super::routes::Dashboard;
use super::viewer::Viewer;
use super::visible::visible;
use crate::auth::Scope;
use crate::query;
use crate::store::{By, Cursor, Direction, Filter, Page, PageRequest, Sort, Store, StoreError};

/// How many records stand on a page.
const LIMIT: usize = 200;
/// From the beginning on.
const OLDEST_FIRST: Sort = Sort { by: By::Time, direction: Direction::Ascending };

#[derive(Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    frame: Frame,
    ticket: String,
    events: Vec<Event>,
    next: Option<String>,
}

/// Shows a ticket; of one that has no record here there is nothing.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(ticket): Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let scope = viewer.scope_at(&address)?;
    let after = match address.get("cursor") {
        Some(cursor) => Some(query::cursor::read(cursor).ok_or(PageError::NotFound)?),
        None => None,
    };
    let found = records(&*dashboard.library.store, &scope, &ticket, after, LIMIT).await?;
    if found.items.is_empty() && after.is_none() {
        return Err(PageError::NotFound);
    }
    let ticket = visible(&ticket).into_owned();
    page(&TicketPage {
        frame: Frame::new(&viewer, Section::Tickets, format!("Ticket {ticket}")),
        ticket,
        events: events(&found.items, None, None),
        next: found.next.map(|cursor| address.with("cursor", &query::cursor::write(cursor)).href()),
    })
}

/// The records of a ticket, oldest first.
pub(super) async fn records(
    store: &dyn Store,
    scope: &Scope,
    ticket: &str,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let filter = Filter { ticket_id: Some(ticket.to_owned()), ..Filter::default() };
    store.list(scope, &filter, &PageRequest { sort: OLDEST_FIRST, after, limit }).await
}
