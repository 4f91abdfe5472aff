//! `GET /v1/stats`: what any part of the records comes to, in all and by groups.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::time;

use super::Library;
use super::figures::{Counted, Names};
use super::grouping::parameters;

/// How many groups are answered where nobody says.
const DEFAULT_GROUPS: usize = 100;

parameters! {
    /// What statistics are asked for.
    StatsParameters {}
}

/// Statistics as they are answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stats {
    /// From this time on (RFC 3339, UTC); left out where it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// Before this time (RFC 3339, UTC); left out where it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    total: Counted,
    /// Those with the most records first, and of equal ones the first by name.
    groups: Vec<CountedGroup>,
    /// How many groups there are beyond the limit; `total` has their records as well.
    groups_left_out: usize,
}

/// One group: its values, and what is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountedGroup {
    #[serde(flatten)]
    names: Names,
    #[serde(flatten)]
    counted: Counted,
}

/// Totals, success rate, durations, confidence, tokens and cost of the caller's records, by groups.
///
/// Counts and sums are exact for any period; percentiles are wrong by 2.5 % at most.
#[utoipa::path(
    get,
    path = "/v1/stats",
    params(StatsParameters),
    responses(
        (status = 200, description = "The statistics.", body = Stats),
        (status = 400, description = "A parameter is unknown or wrong."),
        (status = 401, description = "The key is missing or not known."),
        (status = 403, description = "The key is not for reading."),
        (status = 503, description = "The store cannot be used just now.")
    )
)]
pub(crate) async fn stats(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    parameters: Result<Query<StatsParameters>, QueryRejection>,
) -> Result<Json<Stats>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Query(parameters) =
        parameters.map_err(|_| ApiError::bad_parameter("a parameter is unknown or wrong"))?;
    let (selection, grouping) = parameters.read(DEFAULT_GROUPS)?;
    let statistics = library.store.statistics(&scope, &selection, &grouping).await?;
    let groups = statistics.groups.into_iter().map(|group| CountedGroup {
        names: Names::new(&grouping.by, group.names),
        counted: group.figures.into(),
    });
    Ok(Json(Stats {
        since: selection.period.since.map(time::rfc3339),
        until: selection.period.until.map(time::rfc3339),
        total: statistics.total.into(),
        groups: groups.collect(),
        groups_left_out: statistics.left_out,
    }))
}
