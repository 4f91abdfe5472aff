//! `GET /v1/logs` and `GET /v1/logs/failed`: lists of records, page by page.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Scope;
use crate::error::ApiError;
use crate::store::{Cursor, Filter, Outcome, Page, Sort};
use crate::time;

use super::cursor;
use super::item::Item;
use super::library::{Library, Refusals};
use super::parameters::{Asked, Filters, Paging, Sorting, When, Whose, whole, wrong};

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The records. Where few of those that were looked through hold, a page has fewer than were
    /// asked for, or none, and the list goes on behind it all the same.
    items: Vec<T>,
    /// Where the next page begins, as `cursor` takes it; left out at the end, and only there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

impl<T> List<T> {
    pub(super) fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self { items, next_cursor: next.map(cursor::write) }
    }
}

impl From<Page> for List<Item> {
    fn from(page: Page) -> Self {
        Self::new(page.items.into_iter().map(Item::from).collect(), page.next)
    }
}

/// Lists records, newest first where nothing else is asked for.
///
/// What happened at one moment, or is equal in what the list is sorted by, stands in the order in
/// which it was stored.
#[utoipa::path(
    get,
    path = "/v1/logs",
    tag = "query",
    params(Whose, When, Filters, Sorting, Paging),
    responses(
        (status = 200, description = "A page of the records.", body = List<Item>),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn list(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<List<Item>>, ApiError> {
    let scope = library.scope(&headers).await?;
    Ok(Json(ask(&library, scope, &uri).await?.into()))
}

/// The page that the parameters of an address ask for.
pub(crate) async fn ask(library: &Library, scope: Scope, uri: &Uri) -> Result<Page, ApiError> {
    let mut asked = Asked::by(uri)?;
    let scope = asked.take::<Whose>()?.within(scope)?;
    let mut filter = asked.take::<Filters>()?.filter()?;
    asked.take::<When>()?.limit(&mut filter)?;
    let sort = asked.take::<Sorting>()?.sort(&filter)?;
    let page = asked.take::<Paging>()?.page(sort)?;
    asked.end()?;
    library.page(scope.as_ref(), &filter, &page).await
}

/// How long ago.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Recent {
    /// What happened in so many minutes until now; a year at most.
    #[param(value_type = Option<usize>, minimum = 1, maximum = 525_600, default = 60)]
    minutes: Option<String>,
}

/// A year.
const MAX_MINUTES: usize = 525_600;
const DEFAULT_MINUTES: usize = 60;

impl Recent {
    /// The failures of that time.
    fn limit(self, filter: &mut Filter) -> Result<(), ApiError> {
        let minutes = whole("minutes", self.minutes, 1, MAX_MINUTES)?.unwrap_or(DEFAULT_MINUTES);
        let ago = Duration::from_secs(60 * minutes as u64).as_millis();
        filter.since = Some(time::now_millis() - i64::try_from(ago).unwrap_or(i64::MAX));
        match filter.outcome.replace(Outcome::Failed) {
            None | Some(Outcome::Failed) => Ok(()),
            Some(_) => Err(wrong("the outcome of these is failed")),
        }
    }
}

/// Lists recent failures of any kind, newest first.
#[utoipa::path(
    get,
    path = "/v1/logs/failed",
    tag = "query",
    params(Recent, Whose, Filters, Paging),
    responses(
        (status = 200, description = "A page of the records.", body = List<Item>),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn failed(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<List<Item>>, ApiError> {
    let scope = library.scope(&headers).await?;
    let mut asked = Asked::by(&uri)?;
    let scope = asked.take::<Whose>()?.within(scope)?;
    let mut filter = asked.take::<Filters>()?.filter()?;
    asked.take::<Recent>()?.limit(&mut filter)?;
    let page = asked.take::<Paging>()?.page(Sort::default().of(&filter))?;
    asked.end()?;
    Ok(Json(library.page(scope.as_ref(), &filter, &page).await?.into()))
}
