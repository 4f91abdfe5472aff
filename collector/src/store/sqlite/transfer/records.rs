//! The records, as whoever copies them reads them: by their numbers, and by their ids.

use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, Sqlite};
use uuid::Uuid;

use crate::auth::ClientId;
use crate::store::sqlite::failure::unavailable;
use crate::store::sqlite::row;
use crate::store::transfer::{Counts, Identity};
use crate::store::{Kind, Listed, StoreError};

pub(super) async fn identity(reader: &SqlitePool) -> Result<Identity, StoreError> {
    let sql = "SELECT value FROM secrets WHERE name = 'name_key'";
    let secret: Option<Vec<u8>> =
        sqlx::query_scalar(sql).fetch_optional(reader).await.map_err(unavailable)?;
    let secret = secret.ok_or(StoreError::Damaged("the key for names cannot be read"))?;
    Ok(Identity::of(&secret))
}

/// One writes at a time, and every number is larger than all that are committed.
pub(super) async fn settled(readers: &SqlitePool) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(max(seq), 0) FROM workflow_logs";
    sqlx::query_scalar(sql).fetch_one(readers).await.map_err(unavailable)
}

pub(super) async fn stretch(
    readers: &SqlitePool,
    after: i64,
    through: i64,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    let sql = "SELECT * FROM workflow_logs NOT INDEXED WHERE seq > ? AND seq <= ? \
         ORDER BY seq LIMIT ?";
    let query = sqlx::query(sql).bind(after).bind(through);
    let query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = query.fetch_all(readers).await.map_err(unavailable)?;
    rows.iter().map(row::listed).collect()
}

pub(super) async fn find(
    readers: &SqlitePool,
    asked: &[(ClientId, Uuid)],
) -> Result<Vec<Listed>, StoreError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql: QueryBuilder<'_, Sqlite> =
        QueryBuilder::new("WITH asked (client_id, record_id) AS (");
    sql.push_values(asked, |mut row, (client, id)| {
        row.push_bind(client.as_str()).push_bind(id.hyphenated().to_string());
    });
    sql.push(
        ") SELECT log.* FROM asked CROSS JOIN workflow_logs AS log INDEXED BY by_record \
         ON log.client_id = asked.client_id AND log.record_id = asked.record_id",
    );
    let rows = sql.build().fetch_all(readers).await.map_err(unavailable)?;
    rows.iter().map(row::listed).collect()
}

pub(super) async fn counts(readers: &SqlitePool) -> Result<Counts, StoreError> {
    let sql = "SELECT client_id, kind, count(*) FROM workflow_logs GROUP BY client_id, kind";
    let rows = sqlx::query(sql).fetch_all(readers).await.map_err(unavailable)?;
    let count = |row: &SqliteRow| {
        let (client, kind) = (ClientId::new(row.try_get(0)?), Kind::named(row.try_get(1)?));
        let count: i64 = row.try_get(2)?;
        Ok(client.zip(kind).map(|(client, kind)| (client, kind, count.unsigned_abs())))
    };
    let counts = rows.iter().map(count).collect::<Result<Option<Vec<_>>, sqlx::Error>>();
    counts.map_err(unavailable)?.ok_or(StoreError::Damaged("a row cannot be read"))
}
