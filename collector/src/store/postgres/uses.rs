//! How often keys are used, hour by hour.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgPool};

use super::failure::unavailable;
use crate::auth::KeyUse;
use crate::store::{KeyUsage, StoreError};

/// Adds to what is there, and forgets what is told no more. All collectors go by the order of the keys:
/// no two of them wait for each other.
pub(super) async fn note(
    writer: &mut PgConnection,
    uses: &[KeyUse],
    now: i64,
) -> Result<(), StoreError> {
    let mut uses = uses.to_vec();
    uses.sort_unstable_by_key(|own| (own.key, own.hour));
    for KeyUse { key, hour, requests, last_at } in &uses {
        let sql = "UPDATE api_keys SET last_used_at = greatest(last_used_at, $1) \
             WHERE id = $2";
        sqlx::query(sql)
            .bind(last_at)
            .bind(key)
            .execute(&mut *writer)
            .await
            .map_err(unavailable)?;
        let sql = "INSERT INTO key_uses AS old VALUES ($1, $2, $3) \
             ON CONFLICT (key_id, hour) DO UPDATE SET requests = old.requests + excluded.requests";
        let requests = i64::try_from(*requests).unwrap_or(i64::MAX);
        let query = sqlx::query(sql).bind(key).bind(hour).bind(requests);
        query.execute(&mut *writer).await.map_err(unavailable)?;
    }
    let sql = "DELETE FROM key_uses WHERE hour < $1";
    let query = sqlx::query(sql).bind(KeyUsage::since(now));
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// How each key was used lately; keys that were not are left out.
pub(super) async fn lately(reader: &PgPool, now: i64) -> Result<Vec<KeyUsage>, StoreError> {
    let sql = "SELECT key_id, hour, requests FROM key_uses WHERE hour >= $1";
    let query = sqlx::query(sql).bind(KeyUsage::since(now));
    let mut usages = BTreeMap::<i64, KeyUsage>::new();
    for row in query.fetch_all(reader).await.map_err(unavailable)? {
        let key = row.try_get(0).map_err(unavailable)?;
        let usage = usages.entry(key).or_insert(KeyUsage { key, ..KeyUsage::default() });
        let (hour, requests) = (row.try_get(1), row.try_get(2));
        usage.add(hour.map_err(unavailable)?, requests.map_err(unavailable)?, now);
    }
    Ok(usages.into_values().collect())
}
