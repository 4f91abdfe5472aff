//! What synchronisations tried.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Postgres, Row as _};

use super::{Kept, client, count, of_place, of_scope};
use crate::auth::Scope;
use crate::store::postgres::failure::unavailable;
use crate::store::postgres::scope::reading;
use crate::store::statistics::{Period, Source};
use crate::store::{
    Asked, AttemptStatus, Attempts, FailingSync, MOST_LINES, MOST_NAMES, StoreError, SyncReport,
};

const KEPT: Kept = Kept {
    sums: "attempt_sums",
    parts: "attempt_parts",
    columns: "source, status, attempts::float8 AS attempts",
    has_source: true,
};
const SUMS: &str = "sum(attempts) FILTER (WHERE status = 'success'), \
     sum(attempts) FILTER (WHERE status = 'failed'), \
     sum(attempts) FILTER (WHERE status = 'timeout')";

pub(super) async fn syncs(
    readers: &PgPool,
    scope: &Scope,
    asked: &Asked,
) -> Result<SyncReport, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let coarsest = asked.bucket.source();
    let mut sql = KEPT.count(&format!("bucket, {SUMS}"), scope, asked, coarsest);
    sql.push(" GROUP BY bucket ORDER BY bucket");
    let over_time = sql.build().fetch_all(&mut *reading).await.map_err(unavailable)?;
    let what = format!("source, {SUMS}");
    let mut sql = KEPT.count(&what, scope, asked, Source::Days);
    sql.push(format!(
        " GROUP BY source ORDER BY coalesce(sum(attempts) FILTER (WHERE status <> 'success'), 0) \
         DESC, sum(attempts) DESC, source LIMIT {MOST_NAMES}"
    ));
    let sources = sql.build().fetch_all(&mut *reading).await.map_err(unavailable)?;
    let failing = failing(scope, asked).build().fetch_all(&mut *reading).await;
    let failing = failing.map_err(unavailable)?;
    let of_moment = |row: &PgRow| Ok((row.try_get(0).map_err(unavailable)?, attempts(row)?));
    let of_source = |row: &PgRow| Ok((row.try_get(0).map_err(unavailable)?, attempts(row)?));
    Ok(SyncReport {
        over_time: over_time.iter().map(of_moment).collect::<Result<_, StoreError>>()?,
        sources: sources.iter().map(of_source).collect::<Result<_, StoreError>>()?,
        failing: failing.iter().map(failing_sync).collect::<Result<_, StoreError>>()?,
    })
}

fn attempts(row: &PgRow) -> Result<Attempts, StoreError> {
    Ok(Attempts { success: count(row, 1)?, failed: count(row, 2)?, timeout: count(row, 3)? })
}

/// The tickets that failed last.
fn failing<'a>(scope: &'a Scope, asked: &'a Asked) -> QueryBuilder<'a, Postgres> {
    let mut sql = QueryBuilder::new(
        "SELECT client_id, attempts::float8, failures::float8, source, ticket, status, failed_at, http_status, \
         error FROM sync_tickets WHERE ",
    );
    of_scope(&mut sql, scope);
    let Period { since, until } = asked.period();
    sql.push(" AND failed_at >= ").push_bind(since).push(" AND failed_at < ").push_bind(until);
    of_place(&mut sql, asked, true);
    sql.push(format!(" ORDER BY failed_at DESC, client_id, source, ticket LIMIT {MOST_LINES}"));
    sql
}

fn failing_sync(row: &PgRow) -> Result<FailingSync, StoreError> {
    let status = AttemptStatus::named(row.try_get(5).map_err(unavailable)?);
    Ok(FailingSync {
        client: client(row, 0)?,
        attempts: count(row, 1)?,
        failures: count(row, 2)?,
        source: row.try_get(3).map_err(unavailable)?,
        ticket: row.try_get(4).map_err(unavailable)?,
        status: status.ok_or(StoreError::Damaged("a row cannot be read"))?,
        failed_at: row.try_get(6).map_err(unavailable)?,
        http_status: row.try_get(7).map_err(unavailable)?,
        error: row.try_get(8).map_err(unavailable)?,
    })
}
