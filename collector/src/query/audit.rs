//! `GET /v1/audit/{resource_type}/{resource_id}`: who changed a thing, when, before and after.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use http::{HeaderMap, Uri};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::store::{Filter, Listed, Sort};

use super::along::along;
use super::item::Item;
use super::library::{Library, Refusals};
use super::list::List;
use super::parameters::{Asked, Paging, When, Whose};
use super::whole::Whole;

/// A change: `user_id` made it, `action_type` tells which it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditItem {
    #[serde(flatten)]
    item: Item,
    /// Which fields of the resource were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>, nullable = false)]
    changed_fields: Option<Box<RawValue>>,
    /// From where, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    ip_address: Option<Box<RawValue>>,
    /// By which program.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    user_agent: Option<Box<RawValue>>,
    /// How the resource was and how it is, masked, where the record holds a trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Changes>, nullable = false)]
    changes: Option<Box<RawValue>>,
    /// Whatever else, where the record holds a trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<serde_json::Value>)]
    metadata: Option<Box<RawValue>>,
}

/// A resource before and after a change; what was made has no before, what was deleted no after.
#[derive(Debug, ToSchema)]
pub(crate) struct Changes {
    #[expect(dead_code, reason = "it describes what is passed on as it stands")]
    before: Option<serde_json::Value>,
    #[expect(dead_code, reason = "it describes what is passed on as it stands")]
    after: Option<serde_json::Value>,
}

impl AuditItem {
    fn new(listed: Listed, whole: &Whole<'_>) -> Self {
        Self {
            item: listed.into(),
            changed_fields: whole.own("changed_fields"),
            ip_address: whole.own("ip_address"),
            user_agent: whole.own("user_agent"),
            changes: whole.trace("changes"),
            metadata: whole.trace("metadata"),
        }
    }
}

/// Lists the changes of one resource, newest first.
#[utoipa::path(
    get,
    path = "/v1/audit/{resource_type}/{resource_id}",
    tag = "query",
    params(
        ("resource_type" = String, Path, description = "What kind of thing, such as `api_key`."),
        ("resource_id" = String, Path, description = "Which one."),
        Whose, When, Paging,
    ),
    responses(
        (status = 200, description = "A page of the changes; empty where there are none.",
            body = List<AuditItem>),
        Refusals,
    ),
    security(("key" = [])),
)]
pub(crate) async fn audit(
    State(library): State<Arc<Library>>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<List<AuditItem>>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Path((resource_type, resource_id)) = path.map_err(|_| ApiError::not_found())?;
    let filter = Filter {
        resource_type: Some(resource_type),
        resource_id: Some(resource_id),
        ..Filter::default()
    };
    along(&library, scope, Asked::by(&uri)?, filter, Sort::default(), AuditItem::new).await
}
