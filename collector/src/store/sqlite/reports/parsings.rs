//! What parsers did.

use sqlx::Row as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::{count, of_sums};
use crate::auth::Scope;
use crate::store::sqlite::failure::unavailable;
use crate::store::statistics::Source;
use crate::store::{Asked, MOST_NAMES, ParsingReport, Parsings, StoreError};

const TABLE: &str = "parsing_sums";
const SUMS: &str = "sum(records) FILTER (WHERE status = 'Success'), \
     sum(records) FILTER (WHERE status = 'Failed'), \
     sum(records) FILTER (WHERE status NOT IN ('Success', 'Failed')), \
     sum(timed), sum(rated), sum(counted), sum(entities), \
     sum(seconds), sum(confidence), min(least), max(most)";

pub(super) async fn parsings(
    readers: &SqlitePool,
    scope: &Scope,
    asked: &Asked,
) -> Result<ParsingReport, StoreError> {
    let mut reading = readers.begin().await.map_err(unavailable)?;
    let mut report = ParsingReport::default();
    let coarsest = asked.bucket.source();
    let mut sql = of_sums(&format!("bucket, {SUMS}"), TABLE, scope, asked, coarsest);
    sql.push(" GROUP BY bucket ORDER BY bucket");
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.over_time.push((row.try_get(0).map_err(unavailable)?, texts(&row)?));
    }
    let mut sql = of_sums(&format!("version, {SUMS}"), TABLE, scope, asked, Source::Days);
    sql.push(" GROUP BY version ORDER BY sum(records) DESC, version ");
    sql.push(format!("LIMIT {MOST_NAMES}"));
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.versions.push((row.try_get(0).map_err(unavailable)?, texts(&row)?));
    }
    let tenths: Vec<_> = (0..10).map(|tenth| format!("sum(tenth_{tenth})")).collect();
    let mut sql = of_sums(&tenths.join(", "), TABLE, scope, asked, Source::Days);
    let row = sql.build().fetch_one(&mut *reading).await.map_err(unavailable)?;
    for (tenth, own) in report.confidence.iter_mut().enumerate() {
        *own = count(&row, tenth)?;
    }
    Ok(report)
}

fn texts(row: &SqliteRow) -> Result<Parsings, StoreError> {
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
