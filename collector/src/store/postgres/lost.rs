//! Keeping what producers say that they have lost: the largest figure of each of their processes.

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgPool, PgRow};

use super::failure::unavailable;
use super::scope::watching;
use crate::auth::{ClientId, Watch};
use crate::store::entry::Numbered;
use crate::store::lost::{DAY, FORGOTTEN, told};
use crate::store::{LostTotal, StoreError};
use crate::time;

/// Notes what these records tell. Few of them tell anything, and most of those what is known.
pub(super) async fn add(
    writer: &mut PgConnection,
    records: &[&Numbered],
) -> Result<(), StoreError> {
    let told = told(records.iter().copied());
    if told.is_empty() {
        return Ok(());
    }
    let now = time::now_millis();
    let sql = "INSERT INTO producer_losses AS old \
         SELECT *, $1 FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) \
         ON CONFLICT (client_id, instance, reason) DO UPDATE \
         SET records = greatest(old.records, excluded.records), told_at = excluded.told_at \
         WHERE excluded.records > old.records OR excluded.told_at >= old.told_at + $6";
    let query = sqlx::query(sql)
        .bind(now)
        .bind(told.keys().map(|(client, ..)| *client).collect::<Vec<_>>())
        .bind(told.keys().map(|(_, instance, _)| *instance).collect::<Vec<_>>())
        .bind(told.keys().map(|(.., reason)| *reason).collect::<Vec<_>>())
        .bind(told.values().map(|own| i64::try_from(*own).unwrap_or(i64::MAX)).collect::<Vec<_>>())
        .bind(DAY);
    match query.execute(&mut *writer).await.map_err(unavailable)?.rows_affected() {
        0 => Ok(()),
        _ => forget(writer, now).await,
    }
}

/// Puts the figures of processes that are long gone together.
async fn forget(writer: &mut PgConnection, now: i64) -> Result<(), StoreError> {
    // Of several who forget at once, one does: the others find nothing left.
    let sql = "WITH gone AS (DELETE FROM producer_losses WHERE told_at < $1 AND instance <> '' \
         RETURNING client_id, reason, records) \
         INSERT INTO producer_losses AS old \
         SELECT client_id, '', reason, least(sum(records), 9223372036854775807)::bigint, $2 \
         FROM gone GROUP BY client_id, reason \
         ON CONFLICT (client_id, instance, reason) DO UPDATE SET records = \
         least(old.records::numeric + excluded.records, 9223372036854775807)::bigint";
    let query = sqlx::query(sql).bind(now.saturating_sub(FORGOTTEN)).bind(now);
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// The sums over all processes, by client where the right names them.
pub(super) async fn totals(readers: &PgPool, watch: &Watch) -> Result<Vec<LostTotal>, StoreError> {
    let sums = "reason, least(sum(records), 9223372036854775807)::bigint FROM producer_losses";
    let sql = if watch.names_clients() {
        format!("SELECT client_id, {sums} GROUP BY client_id, reason ORDER BY client_id, reason")
    } else {
        format!("SELECT NULL::text, {sums} GROUP BY reason ORDER BY reason")
    };
    let mut reading = watching(readers, watch).await?;
    let rows = sqlx::query(&sql).fetch_all(&mut *reading).await.map_err(unavailable)?;
    let total = |row: &PgRow| {
        Ok(LostTotal {
            client: row.try_get::<Option<&str>, _>(0)?.and_then(ClientId::new),
            reason: row.try_get(1)?,
            records: row.try_get::<i64, _>(2)?.unsigned_abs(),
        })
    };
    rows.iter().map(total).collect::<Result<_, sqlx::Error>>().map_err(unavailable)
}
