//! `GET /v1/stats/series`: the statistics of every hour, day, week or month of a period.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::ApiError;
use crate::schema;
use crate::store::{Bucket, Figures, Grouping, Line, Period};
use crate::time;

use super::figures::{Counted, Names};
use super::grouping::{self, Conditions, Groups};
use super::library::{Library, Refusals};
use super::parameters::{Asked, When, Whose, wrong};

/// How many groups are answered where nobody says: what a chart can show.
const DEFAULT_GROUPS: usize = 10;
/// The most points of one answer, over all groups.
const MAX_POINTS: usize = 10_000;

/// How the time is divided.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Buckets {
    /// How much time a point stands for, in UTC: `hour`, `day`, `week` (from Monday on, ISO 8601) or
    /// `month`. Where `since` is not given a series goes back 24 hours, 30 days, 26 weeks or 12
    /// months; where `until` is not, it ends with the bucket of now.
    #[param(value_type = BucketName, inline)]
    bucket: Option<String>,
}

impl Buckets {
    fn bucket(self) -> Result<Bucket, ApiError> {
        let bucket = self.bucket.as_deref().and_then(Bucket::named);
        bucket.ok_or_else(|| wrong("bucket is hour, day, week or month"))
    }
}

schema::choice! {
    /// How much time a point stands for.
    BucketName, schema::one_of(["hour", "day", "week", "month"])
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
    tag = "query",
    params(Whose, When, Conditions, Groups, Buckets),
    responses((status = 200, description = "The series.", body = Chart), Refusals),
    security(("key" = [])),
)]
pub(crate) async fn series(
    State(library): State<Arc<Library>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Json<Chart>, ApiError> {
    let scope = library.scope(&headers).await?;
    let mut asked = Asked::by(&uri)?;
    let (whose, when) = (asked.take::<Whose>()?, asked.take::<When>()?);
    let mut selection = asked.take::<Conditions>()?.selection(&whose, &when)?;
    let grouping = asked.take::<Groups>()?.grouping(DEFAULT_GROUPS)?;
    let bucket = asked.take::<Buckets>()?.bucket()?;
    asked.end()?;
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
    let starts = bucket.starts(since, until).map_err(|_| wrong(too_many))?;
    let lines = if grouping.by.is_empty() { 1 } else { grouping.limit };
    if starts.len() * lines > MAX_POINTS {
        return Err(wrong(too_many));
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
