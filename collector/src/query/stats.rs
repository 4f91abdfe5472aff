//! `GET /v1/stats`: what any part of the records comes to, in all and by groups.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::time;

use super::figures::{Counted, Names};
use super::grouping::{Conditions, Groups};
use super::library::{Library, Refusals};
use super::parameters::{Asked, When, Whose};

/// How many groups are answered where nobody says.
const DEFAULT_GROUPS: usize = 100;

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
    tag = "query",
    params(Whose, When, Conditions, Groups),
    responses((status = 200, description = "The statistics.", body = Stats), Refusals),
    security(("key" = [])),
)]
pub(crate) async fn stats(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Stats>, ApiError> {
    let scope = library.scope(&headers).await?;
    let mut asked = Asked::by(&uri)?;
    let (whose, when) = (asked.take::<Whose>()?, asked.take::<When>()?);
    let selection = asked.take::<Conditions>()?.selection(&whose, &when)?;
    let grouping = asked.take::<Groups>()?.grouping(DEFAULT_GROUPS)?;
    asked.end()?;
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
