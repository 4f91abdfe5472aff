//! How the events of webhooks were dealt with.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Postgres, Row as _};

use super::{Kept, client, count, of_place, of_scope};
use crate::auth::Scope;
use crate::store::postgres::failure::unavailable;
use crate::store::postgres::scope::reading;
use crate::store::statistics::{Period, Source};
use crate::store::{
    Asked, Events, MOST_LINES, MOST_NAMES, RetriedEvent, StoreError, WebhookReport,
};

const KEPT: Kept = Kept {
    sums: "webhook_sums",
    parts: "webhook_parts",
    columns: "status, handler, retries, events::float8 AS events, timed::float8 AS timed, seconds",
    has_source: true,
};
const SUMS: &str = "sum(events) FILTER (WHERE status = 'Pending'), \
     sum(events) FILTER (WHERE status = 'Processing'), \
     sum(events) FILTER (WHERE status = 'Completed'), \
     sum(events) FILTER (WHERE status = 'Failed'), \
     sum(timed), sum(seconds)";

pub(super) async fn webhooks(
    readers: &PgPool,
    scope: &Scope,
    asked: &Asked,
) -> Result<WebhookReport, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut report = WebhookReport::default();
    let coarsest = asked.bucket.source();
    let mut sql = KEPT.count(&format!("bucket, {SUMS}"), scope, asked, coarsest);
    sql.push(" GROUP BY bucket HAVING sum(events) > 0 ORDER BY bucket");
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.over_time.push((row.try_get(0).map_err(unavailable)?, events(&row)?));
    }
    let mut sql = KEPT.count(&format!("handler, {SUMS}"), scope, asked, Source::Days);
    sql.push(" GROUP BY handler HAVING sum(events) > 0 ");
    sql.push(format!("ORDER BY sum(events) DESC, handler LIMIT {MOST_NAMES}"));
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        report.handlers.push((row.try_get(0).map_err(unavailable)?, events(&row)?));
    }
    let mut sql = KEPT.count("retries::float8, sum(events)", scope, asked, Source::Days);
    sql.push(" GROUP BY retries");
    for row in sql.build().fetch_all(&mut *reading).await.map_err(unavailable)? {
        let retries = usize::try_from(count(&row, 0)?).unwrap_or(usize::MAX);
        if let Some(own) = report.retries.get_mut(retries) {
            *own = count(&row, 1)?;
        }
    }
    let most = most_retried(scope, asked).build().fetch_all(&mut *reading).await;
    let most = most.map_err(unavailable)?;
    report.most_retried = most.iter().map(retried).collect::<Result<_, _>>()?;
    Ok(report)
}

fn events(row: &PgRow) -> Result<Events, StoreError> {
    let seconds: Option<f64> = row.try_get(6).map_err(unavailable)?;
    Ok(Events {
        pending: count(row, 1)?,
        processing: count(row, 2)?,
        completed: count(row, 3)?,
        failed: count(row, 4)?,
        timed: count(row, 5)?,
        // What events were changed from is taken off again, so that nothing may be a little less.
        seconds: seconds.unwrap_or_default().max(0.0),
    })
}

/// The events that were tried again most often.
fn most_retried<'a>(scope: &'a Scope, asked: &'a Asked) -> QueryBuilder<'a, Postgres> {
    let mut sql = QueryBuilder::new(
        "SELECT client_id, retries::float8, received_at, source, event_id, status, handler \
         FROM webhook_events WHERE retries > 0 AND ",
    );
    of_scope(&mut sql, scope);
    let Period { since, until } = asked.period();
    sql.push(" AND received_at >= ").push_bind(since);
    sql.push(" AND received_at < ").push_bind(until);
    of_place(&mut sql, asked, true);
    sql.push(" ORDER BY retries DESC, received_at DESC, client_id, source, event_id ");
    sql.push(format!("LIMIT {MOST_LINES}"));
    sql
}

fn retried(row: &PgRow) -> Result<RetriedEvent, StoreError> {
    Ok(RetriedEvent {
        client: client(row, 0)?,
        retries: count(row, 1)?,
        received_at: row.try_get(2).map_err(unavailable)?,
        source: row.try_get(3).map_err(unavailable)?,
        event_id: row.try_get(4).map_err(unavailable)?,
        status: row.try_get(5).map_err(unavailable)?,
        handler: row.try_get(6).map_err(unavailable)?,
    })
}
