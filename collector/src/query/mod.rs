//! `GET /v1/…`: lists and records for those who may see them.

mod cursor;
mod item;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use epilogue::wire::API_KEY_HEADER;
use http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::{Auth, Scope};
use crate::error::ApiError;
use crate::store::{Filter, Kind, PageRequest, Store};
use crate::time;

use self::item::Item;

/// The most records of one page.
const MAX_LIMIT: usize = 1_000;
const DEFAULT_LIMIT: usize = 50;

/// What reading needs.
#[derive(Debug)]
pub(crate) struct Library {
    auth: Arc<Auth<dyn Store>>,
    store: Arc<dyn Store>,
}

impl Library {
    pub(crate) fn new(auth: Arc<Auth<dyn Store>>, store: Arc<dyn Store>) -> Self {
        Self { auth, store }
    }

    /// The right of whoever asks.
    async fn scope(&self, headers: &HeaderMap) -> Result<Scope, ApiError> {
        let presented = headers.get(API_KEY_HEADER).map(HeaderValue::as_bytes);
        Ok(self.auth.read(presented).await?)
    }
}

/// One whole record.
pub(crate) async fn record(
    State(library): State<Arc<Library>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let scope = library.scope(&headers).await?;
    let id = Uuid::try_parse(&id).map_err(|_| ApiError::not_found())?;
    let record = library.store.record(&scope, id).await?.ok_or_else(ApiError::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], record).into_response())
}

/// What a list is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameters {
    kind: Option<String>,
    ticket_id: Option<String>,
    status: Option<String>,
    since: Option<String>,
    until: Option<String>,
    q: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// A list as it is answered.
#[derive(Debug, Serialize)]
pub(crate) struct List {
    items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One page of the caller's records, newest first.
pub(crate) async fn list(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    parameters: Result<Query<Parameters>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<List>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Query(parameters) =
        parameters.map_err(|_| ApiError::bad_parameter("a parameter is unknown or wrong"))?;
    let (filter, page) = parameters.read()?;
    let page = library.store.list(&scope, &filter, &page).await?;
    Ok(Json(List {
        items: page.items.into_iter().map(Item::from).collect(),
        next_cursor: page.next.map(cursor::write),
    }))
}

impl Parameters {
    fn read(self) -> Result<(Filter, PageRequest), ApiError> {
        let kind = self.kind.map(|name| {
            Kind::named(&name).ok_or_else(|| ApiError::bad_parameter("kind is not known"))
        });
        let filter = Filter {
            kind: kind.transpose()?,
            ticket_id: self.ticket_id,
            status: self.status,
            since: self.since.map(|text| moment("since", &text)).transpose()?,
            until: self.until.map(|text| moment("until", &text)).transpose()?,
            words: self.q.filter(|words| !words.trim().is_empty()),
        };
        let after = self.cursor.map(|text| {
            cursor::read(&text).ok_or_else(|| ApiError::bad_parameter("cursor is not one of ours"))
        });
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ApiError::bad_parameter("limit lies between 1 and 1000"));
        }
        Ok((filter, PageRequest { after: after.transpose()?, limit }))
    }
}

fn moment(name: &str, text: &str) -> Result<i64, ApiError> {
    time::parse_rfc3339(text)
        .ok_or_else(|| ApiError::bad_parameter(format!("{name} is not RFC 3339 in UTC")))
}
