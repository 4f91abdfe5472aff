//! `GET /v1/logs/{record_id}`: one whole record.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri, header};
use uuid::Uuid;

use crate::error::{ApiError, Refused};
use crate::schema::Record;

use super::library::{Library, Refusals};
use super::parameters::Asked;

/// Shows one whole record, as soon as its storing was answered.
#[utoipa::path(
    get,
    path = "/v1/logs/{record_id}",
    tag = "query",
    params(("record_id" = Uuid, Path, description = "The record's own id.")),
    responses(
        (status = 200, description = "The record as it was stored.", body = Record),
        (status = 404, description = "There is none that the key sees.", body = Refused),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn record(
    State(library): State<Arc<Library>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, ApiError> {
    let scope = library.scope(&headers).await?;
    Asked::by(&uri)?.end()?;
    let id = id.ok().and_then(|Path(id)| Uuid::try_parse(&id).ok());
    let id = id.ok_or_else(ApiError::not_found)?;
    let record = library.store.record(&scope, id).await?.ok_or_else(ApiError::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], record).into_response())
}
