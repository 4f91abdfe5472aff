//! `GET /v1/tickets/{ticket_id}`: everything about one ticket, from its beginning.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderMap, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::store::{By, Direction, Filter, Listed, Sort};

use super::along::along;
use super::item::Item;
use super::library::{Library, Refusals};
use super::list::List;
use super::parameters::{Asked, Paging, When, Whose};
use super::whole::{Own, Whole};

/// A record with its kind's own fields.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketItem {
    #[serde(flatten)]
    item: Item,
    #[serde(flatten)]
    own: Own,
}

impl TicketItem {
    fn new(listed: Listed, whole: &Whole<'_>) -> Self {
        Self { own: Own::of(listed.row.kind, whole), item: listed.into() }
    }
}

/// Lists every record of a ticket, of all kinds, oldest first.
#[utoipa::path(
    get,
    path = "/v1/tickets/{ticket_id}",
    tag = "query",
    params(("ticket_id" = String, Path, description = "The ticket."), Whose, When, Paging),
    responses(
        (status = 200, description = "A page of the records; empty where there are none.",
            body = List<TicketItem>),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn ticket(
    State(library): State<Arc<Library>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<List<TicketItem>>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Path(ticket_id) = path.map_err(|_| ApiError::not_found())?;
    let filter = Filter { ticket_id: Some(ticket_id), ..Filter::default() };
    let sort = Sort { by: By::Time, direction: Direction::Ascending };
    along(&library, scope, Asked::by(&uri)?, filter, sort, TicketItem::new).await
}
