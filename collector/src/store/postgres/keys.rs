//! The keys' table.

use std::collections::HashSet;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Executor, Postgres, Row as _};

use super::failure::{READ_ONLY, unavailable};
use crate::auth::{ClientId, KeyHash, NewKey, StoredKey};
use crate::store::StoreError;

const COLUMNS: &str = "id, hash, client_id, scope, created_at, revoked_at, last_used_at";

/// A number that changes whenever a key does.
pub(super) async fn generation<'e>(
    reader: impl Executor<'e, Database = Postgres>,
) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT value FROM counters WHERE name = 'key_generation'")
        .fetch_one(reader)
        .await
        .map_err(unavailable)
}

/// Whether that number can be read, and could be changed.
pub(super) async fn can_change<'e>(
    reader: impl Executor<'e, Database = Postgres>,
) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('transaction_read_only') = 'on' FROM counters \
         WHERE name = 'key_generation'";
    let is_read_only = sqlx::query_scalar(sql).fetch_one(reader).await.map_err(unavailable)?;
    if is_read_only { Err(StoreError::Unavailable(READ_ONLY)) } else { Ok(()) }
}

/// The keys that are not revoked.
pub(super) async fn active<'e>(
    reader: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<StoredKey>, StoreError> {
    select(reader, &format!("SELECT {COLUMNS} FROM api_keys WHERE revoked_at IS NULL")).await
}

/// Those of these keys that are not revoked.
pub(super) async fn among(
    writer: &mut PgConnection,
    asked: &[i64],
) -> Result<HashSet<i64>, StoreError> {
    let sql = "SELECT id FROM api_keys WHERE id = ANY($1) AND revoked_at IS NULL";
    let active = sqlx::query_scalar(sql).bind(asked).fetch_all(writer).await;
    Ok(active.map_err(unavailable)?.into_iter().collect())
}

/// All keys.
pub(super) async fn all<'e>(
    reader: impl Executor<'e, Database = Postgres>,
) -> Result<Vec<StoredKey>, StoreError> {
    select(reader, &format!("SELECT {COLUMNS} FROM api_keys ORDER BY id")).await
}

/// Inserts a key, and answers it with its number.
pub(super) async fn insert(
    writer: &mut PgConnection,
    key: &NewKey,
    now: i64,
) -> Result<StoredKey, StoreError> {
    changed(writer).await?;
    let sql = format!(
        "INSERT INTO api_keys (hash, client_id, scope, created_at) VALUES ($1, $2, $3, $4) \
         RETURNING {COLUMNS}"
    );
    let inserted = sqlx::query(&sql)
        .bind(key.hash.as_bytes())
        .bind(key.client.as_str())
        .bind(key.scope.as_str())
        .bind(now)
        .fetch_one(writer)
        .await
        .map_err(unavailable)?;
    stored(&inserted)
}

/// Revokes a key, and answers it; `None` where it was not active.
pub(super) async fn revoke(
    writer: &mut PgConnection,
    key: i64,
    now: i64,
) -> Result<Option<StoredKey>, StoreError> {
    changed(writer).await?;
    let sql = format!(
        "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL \
         RETURNING {COLUMNS}"
    );
    let query = sqlx::query(&sql).bind(now).bind(key);
    let revoked = query.fetch_optional(writer).await.map_err(unavailable)?;
    revoked.as_ref().map(stored).transpose()
}

async fn changed(writer: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "UPDATE counters SET value = value + 1 WHERE name = 'key_generation'";
    sqlx::query(sql).execute(writer).await.map(drop).map_err(unavailable)
}

async fn select<'e>(
    reader: impl Executor<'e, Database = Postgres>,
    sql: &str,
) -> Result<Vec<StoredKey>, StoreError> {
    let rows = sqlx::query(sql).fetch_all(reader).await.map_err(unavailable)?;
    rows.iter().map(stored).collect()
}

fn stored(row: &PgRow) -> Result<StoredKey, StoreError> {
    let damaged = || StoreError::Damaged("a key cannot be read");
    let hash: &[u8] = row.try_get(1).map_err(unavailable)?;
    let client: &str = row.try_get(2).map_err(unavailable)?;
    let scope: &str = row.try_get(3).map_err(unavailable)?;
    Ok(StoredKey {
        id: row.try_get(0).map_err(unavailable)?,
        hash: KeyHash::from_bytes(hash).ok_or_else(damaged)?,
        client: ClientId::new(client).ok_or_else(damaged)?,
        scope: scope.parse().map_err(|_| damaged())?,
        created_at: row.try_get(4).map_err(unavailable)?,
        revoked_at: row.try_get(5).map_err(unavailable)?,
        last_used_at: row.try_get(6).map_err(unavailable)?,
    })
}
