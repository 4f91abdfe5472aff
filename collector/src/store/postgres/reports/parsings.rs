//! What parsers did.

use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};

use super::{Kept, count};
use crate::auth::Scope;
use crate::store::postgres::failure::unavailable;
use crate::store::postgres::scope::reading;
use crate::store::statistics::Source;
use crate::store::{Asked, MOST_NAMES, ParsingReport, Parsings, StoreError};

const KEPT: Kept = Kept {
    sums: "parsing_sums",
    parts: "parsing_parts",
    columns: "version, status, records::float8 AS records, timed::float8 AS timed, seconds, least, \
         most, rated::float8 AS rated, confidence, counted::float8 AS counted, \
         entities::float8 AS entities, tenth_0::float8 AS tenth_0, tenth_1::float8 AS tenth_1, \
         tenth_2::float8 AS tenth_2, tenth_3::float8 AS tenth_3, tenth_4::float8 AS tenth_4, \
         tenth_5::float8 AS tenth_5, tenth_6::float8 AS tenth_6, tenth_7::float8 AS tenth_7, \
         tenth_8::float8 AS tenth_8, tenth_9::float8 AS tenth_9",
    has_source: false,
};
const SUMS: &str = "sum(records) FILTER (WHERE status = 'Success'), \
     sum(records) FILTER (WHERE status = 'Failed'), \
     sum(records) FILTER (WHERE status NOT IN ('Success', 'Failed')), \
     sum(timed), sum(rated), sum(counted), sum(entities), \
     sum(seconds), sum(confidence), min(least), max(most)";

pub(super) async fn parsings(
    readers: &PgPool,
    scope: &Scope,
    asked: &Asked,
) -> Result<ParsingReport, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut report = ParsingReport::default();
    let coarsest = asked.bucket.source();
    let mut sql = KEPT.count(&format!("bucket, {SUMS}"), scope, asked, coarsest);
    sql.push(" GROUP BY bucket ORDER BY bucket");
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.over_time.push((row.try_get(0).map_err(unavailable)?, texts(&row)?));
    }
    let mut sql = KEPT.count(&format!("version, {SUMS}"), scope, asked, Source::Days);
    sql.push(" GROUP BY version ORDER BY sum(records) DESC, version ");
    sql.push(format!("LIMIT {MOST_NAMES}"));
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.versions.push((row.try_get(0).map_err(unavailable)?, texts(&row)?));
    }
    let tenths: Vec<_> = (0..10).map(|tenth| format!("sum(tenth_{tenth})")).collect();
    let mut sql = KEPT.count(&tenths.join(", "), scope, asked, Source::Days);
    let row = sql.build().fetch_one(&mut *reading).await.map_err(unavailable)?;
    for (tenth, own) in report.confidence.iter_mut().enumerate() {
        *own = count(&row, tenth)?;
    }
    Ok(report)
}

fn texts(row: &PgRow) -> Result<Parsings, StoreError> {
    Ok(Parsings {
        ok: count(row, 1)?,
        failed: count(row, 2)?,
        open: count(row, 3)?,
        timed: count(row, 4)?,
        rated: count(row, 5)?,
        counted: count(row, 6)?,
        entities: count(row, 7)?,
        seconds: row.try_get(8).map_err(unavailable)?,
        confidence: row.try_get(9).map_err(unavailable)?,
        least: row.try_get(10).map_err(unavailable)?,
        most: row.try_get(11).map_err(unavailable)?,
    })
}
