//! `GET /v1/timeline/{entity_type}/{entity_id}`: the activity of one entity.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderMap, Uri};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::store::{Filter, Kind, Listed, Sort};

use super::along::along;
use super::item::Item;
use super::library::{Library, Refusals};
use super::list::List;
use super::parameters::{Asked, Paging, When, Whose};
use super::whole::{Own, Whole};

/// Something that happened to an entity.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineItem {
    #[serde(flatten)]
    item: Item,
    /// What is known of it, of an activity: numbers, booleans and short texts by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    facts: Option<Box<RawValue>>,
    /// Who made the record, of an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    created_by: Option<Box<RawValue>>,
    /// In words, where the record holds a trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    description: Option<Box<RawValue>>,
    /// Whatever else, where the record holds a trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    metadata: Option<Box<RawValue>>,
    /// What other kinds of records have of their own.
    #[serde(flatten)]
    own: Own,
}

impl TimelineItem {
    fn new(listed: Listed, whole: &Whole<'_>) -> Self {
        let own = match listed.row.kind {
            Kind::Activity => Own::default(),
            kind => Own::of(kind, whole),
        };
        Self {
            item: listed.into(),
            facts: whole.own("facts"),
            created_by: whole.own("created_by"),
            description: whole.trace("description"),
            metadata: whole.trace("metadata"),
            own,
        }
    }
}

/// Lists what happened to one entity, such as an email, newest first.
#[utoipa::path(
    get,
    path = "/v1/timeline/{entity_type}/{entity_id}",
    tag = "query",
    params(
        ("entity_type" = String, Path, description = "What kind of thing, such as `email`."),
        ("entity_id" = String, Path, description = "Which one."),
        Whose, When, Paging,
    ),
    responses(
        (status = 200, description = "A page of the records; empty where there are none.",
            body = List<TimelineItem>),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn timeline(
    State(library): State<Arc<Library>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<List<TimelineItem>>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Path((entity_type, entity_id)) = path.map_err(|_| ApiError::not_found())?;
    let filter =
        Filter { entity_type: Some(entity_type), entity_id: Some(entity_id), ..Filter::default() };
    along(&library, scope, Asked::by(&uri)?, filter, Sort::default(), TimelineItem::new).await
}
