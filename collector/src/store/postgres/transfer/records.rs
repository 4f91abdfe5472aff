//! The records, as whoever copies them reads them: by their numbers, and by their ids.

use std::time::Duration;

use sqlx::Row as _;
use sqlx::postgres::{PgPool, PgRow};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::auth::ClientId;
use crate::store::postgres::failure::unavailable;
use crate::store::postgres::row::{self, COLUMNS};
use crate::store::postgres::scope;
use crate::store::transfer::{Counts, Identity};
use crate::store::{Kind, Listed, StoreError};
use crate::time::of_uuid_v7;

/// How long to wait for those who store. PostgreSQL ends them before.
const LONGEST: Duration = Duration::from_secs(90);
/// After which time to look again.
const AGAIN: Duration = Duration::from_millis(20);

/// Whoever has drawn a number holds this lock until the record is there, or never will be.
const DRAWING: &str = "FROM pg_locks WHERE locktype = 'relation' AND granted \
     AND relation = 'epilogue.record_seq'::regclass AND mode = 'RowExclusiveLock' \
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

pub(super) async fn identity(keys: &PgPool) -> Result<Identity, StoreError> {
    let sql = "SELECT value FROM secrets WHERE name = 'name_key'";
    let secret: Option<Vec<u8>> =
        sqlx::query_scalar(sql).fetch_optional(keys).await.map_err(unavailable)?;
    let secret = secret.ok_or(StoreError::Damaged("the key for names cannot be read"))?;
    Ok(Identity::of(&secret))
}

/// Several store at once, and a larger number may be there before a smaller one: so the last number is
/// asked for first, and then those who had drawn one by then are waited for.
pub(super) async fn settled(readers: &PgPool) -> Result<i64, StoreError> {
    let sql = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM record_seq";
    let last = sqlx::query_scalar(sql).fetch_one(readers).await.map_err(unavailable)?;
    let sql = format!("SELECT coalesce(array_agg(virtualtransaction), '{{}}') {DRAWING}");
    let drawing: Vec<String> =
        sqlx::query_scalar(&sql).fetch_one(readers).await.map_err(unavailable)?;
    let gone = timeout(LONGEST, async {
        while are_drawing(readers, &drawing).await? {
            sleep(AGAIN).await;
        }
        Ok(last)
    });
    gone.await.unwrap_or(Err(StoreError::Unavailable("somebody stores for very long")))
}

async fn are_drawing(readers: &PgPool, drawing: &[String]) -> Result<bool, StoreError> {
    if drawing.is_empty() {
        return Ok(false);
    }
    let sql = format!("SELECT count(*) > 0 {DRAWING} AND virtualtransaction = ANY($1)");
    sqlx::query_scalar(&sql).bind(drawing).fetch_one(readers).await.map_err(unavailable)
}

pub(super) async fn stretch(
    readers: &PgPool,
    after: i64,
    through: i64,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let mut reading = scope::everything(readers).await?;
    scope::in_order(&mut reading).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM workflow_logs AS log WHERE log.seq > $1 AND log.seq <= $2 \
         ORDER BY log.seq LIMIT $3"
    );
    let query = sqlx::query(&sql).bind(after).bind(through);
    let query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = query.fetch_all(&mut *reading).await.map_err(unavailable)?;
    rows.iter().map(row::listed).collect()
}

/// By the month that each id tells, and there by the client and the id.
pub(super) async fn find(
    readers: &PgPool,
    asked: &[(ClientId, Uuid)],
) -> Result<Vec<Listed>, StoreError> {
    let mut reading = scope::everything(readers).await?;
    let sql = format!(
        "SELECT {COLUMNS} FROM unnest($1::text[], $2::uuid[], $3::bigint[]) \
         AS asked (client_id, record_id, recorded_at) \
         JOIN workflow_logs AS log ON log.client_id = asked.client_id COLLATE \"C\" \
         AND log.record_id = asked.record_id \
         AND log.recorded_at = to_timestamp(asked.recorded_at::float8 / 1000)"
    );
    let query = sqlx::query(&sql)
        .bind(asked.iter().map(|(client, _)| client.as_str()).collect::<Vec<_>>())
        .bind(asked.iter().map(|(_, id)| *id).collect::<Vec<_>>())
        .bind(asked.iter().map(|(_, id)| of_uuid_v7(*id).unwrap_or_default()).collect::<Vec<_>>());
    let rows = query.fetch_all(&mut *reading).await.map_err(unavailable)?;
    rows.iter().map(row::listed).collect()
}

pub(super) async fn counts(readers: &PgPool) -> Result<Counts, StoreError> {
    let mut reading = scope::everything(readers).await?;
    // All of it is gone through, once in a copy.
    let sql = "SET LOCAL statement_timeout = '10min'";
    sqlx::query(sql).execute(&mut *reading).await.map_err(unavailable)?;
    let sql = "SELECT client_id, kind, count(*) FROM workflow_logs GROUP BY client_id, kind";
    let rows = sqlx::query(sql).fetch_all(&mut *reading).await.map_err(unavailable)?;
    let count = |row: &PgRow| {
        let (client, kind) = (ClientId::new(row.try_get(0)?), Kind::named(row.try_get(1)?));
        let count: i64 = row.try_get(2)?;
        Ok(client.zip(kind).map(|(client, kind)| (client, kind, count.unsigned_abs())))
    };
    let counts = rows.iter().map(count).collect::<Result<Option<Vec<_>>, sqlx::Error>>();
    counts.map_err(unavailable)?.ok_or(StoreError::Damaged("a row cannot be read"))
}
