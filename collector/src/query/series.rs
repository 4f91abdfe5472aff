//! `GET /v1/stats/series`: the statistics of every hour, day, week or month of a period.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::store::{Bucket, Figures, Grouping, Line, Period};
use crate::time;

use super::Library;
use super::figures::{Counted, Names};
use super::grouping::{self, parameters};

/// How many groups are answered where nobody says: what a chart can show.
const DEFAULT_GROUPS: usize = 10;
/// The most points of one answer, over all groups.
const MAX_POINTS: usize = 10_000;

parameters! {
    /// What a series is asked for.
    SeriesParameters {
        /// How much time a point stands for, in UTC: `hour`, `day`, `week` (from Monday on, ISO 8601)
        /// or `month`. Where `since` is not given a series goes back 24 hours, 30 days, 26 weeks or
        /// 12 months; where `until` is not, it ends with the bucket of now.
        #[param(example = "hour")]
        bucket: String,
    }
}

/// A series as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Chart {
    /// How much time a point stands for: `hour`, `day`, `week` or `month`.
    bucket: &'static str,
    /// From this time on (RFC 3339, UTC). The first point tells of no record before it.
    since: String,
    /// Before this time (RFC 3339, UTC). The last point tells of no record after it.
    until: String,
    /// All records, for every bucket, also where there are none.
    points: Vec<Point>,
    /// Those with the most records in the period first, and of equal ones the first by name.
    groups: Vec<ChartLine>,
    /// How many groups there are beyond the limit; `points` has their records as well.
    groups_left_out: usize,
}

/// One group over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChartLine {
    #[serde(flatten)]
    names: Names,
    /// Its records, for the same buckets.
    points: Vec<Point>,
}

/// What is known of one bucket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Point {
    /// Where the bucket begins (RFC 3339, UTC), even where `since` lies in it.
    start: String,
    #[serde(flatten)]
    counted: Counted,
}

/// The statistics of the caller's records over time, in buckets without holes.
///
/// An answer has at most 10,000 points over all groups: there may be as many buckets without groups,
/// and with them as many as `limit` leaves room for.
#[utoipa::path(
    get,
    path = "/v1/stats/series",
    params(SeriesParameters),
    responses(
        (status = 200, description = "The series.", body = Chart),
        (status = 400, description = "A parameter is unknown or wrong, or there are too many points."),
        (status = 401, description = "The key is missing or not known."),
        (status = 403, description = "The key is not for reading."),
        (status = 503, description = "The store cannot be used just now.")
    )
)]
pub(crate) async fn series(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    parameters: Result<Query<SeriesParameters>, QueryRejection>,
) -> Result<Json<Chart>, ApiError> {
    let scope = library.scope(&headers).await?;
    let Query(parameters) =
        parameters.map_err(|_| ApiError::bad_parameter("a parameter is unknown or wrong"))?;
    let (mut selection, grouping) = parameters.read(DEFAULT_GROUPS)?;
    let bucket = Bucket::named(&parameters.bucket)
        .ok_or_else(|| ApiError::bad_parameter("bucket is hour, day, week or month"))?;
    let (since, until) = bucket.period(selection.period, time::now_millis());
    selection.period = Period { since: Some(since), until: Some(until) };
    let starts = starts(bucket, since, until, &grouping)?;
    let series = library.store.series(&scope, &selection, &grouping, bucket, &starts).await?;
    let line = |Line { names, points: figures }| ChartLine {
        names: Names::new(&grouping.by, names),
        points: points(&starts, figures),
    };
    Ok(Json(Chart {
        bucket: bucket.as_str(),
        since: time::rfc3339(since),
        until: time::rfc3339(until),
        points: points(&starts, series.total),
        groups: series.lines.into_iter().map(line).collect(),
        groups_left_out: series.left_out,
    }))
}

/// Where the buckets begin, if the answer holds them.
fn starts(
    bucket: Bucket,
    since: i64,
    until: i64,
    grouping: &Grouping,
) -> Result<Vec<i64>, ApiError> {
    if until <= since {
        return Err(grouping::empty());
    }
    let too_many = "there are more than 10000 points: ask for less time, longer buckets or \
         fewer groups";
    let starts = bucket.starts(since, until).map_err(|_| ApiError::bad_parameter(too_many))?;
    let lines = if grouping.by.is_empty() { 1 } else { grouping.limit };
    if starts.len() * lines > MAX_POINTS {
        return Err(ApiError::bad_parameter(too_many));
    }
    Ok(starts)
}

fn points(starts: &[i64], figures: Vec<Figures>) -> Vec<Point> {
    let points = starts.iter().zip(figures);
    points
        .map(|(start, figures)| Point { start: time::rfc3339(*start), counted: figures.into() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_holds_so_many_points_at_most() {
        const HOUR: i64 = 3_600_000;
        let by = |limit| Grouping { by: vec![crate::store::Dimension::Kind], limit };
        for (hours, grouping, is_held) in [
            (10_000, Grouping::default(), true),
            (10_001, Grouping::default(), false),
            (1_000, by(10), true),
            (1_001, by(10), false),
        ] {
            let starts = starts(Bucket::Hour, 0, hours * HOUR, &grouping);
            assert_eq!(starts.is_ok(), is_held, "{hours} {grouping:?}");
        }
    }
}
