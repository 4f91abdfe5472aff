//! Reading whole records. The database shows those of the caller's clients alone; each statement says
//! which they are as well, so that it is read by an index.

use sqlx::Postgres;
use sqlx::postgres::PgPool;
use sqlx::query_builder::QueryBuilder;
use uuid::Uuid;

use super::failure::unavailable;
use super::row::{self, COLUMNS};
use super::scope::reading;
use crate::auth::{Clients, Scope};
use crate::store::{Listed, StoreError};
use crate::time;

/// One whole record.
pub(super) async fn record(
    readers: &PgPool,
    scope: &Scope,
    record_id: Uuid,
) -> Result<Option<String>, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut sql = one(scope, record_id);
    sql.build_query_scalar().fetch_optional(&mut *reading).await.map_err(unavailable)
}

/// The narrow row of one record.
pub(super) async fn line(
    readers: &PgPool,
    scope: &Scope,
    record_id: Uuid,
) -> Result<Option<Listed>, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut sql = one_line(scope, record_id);
    let found = sql.build().fetch_optional(&mut *reading).await.map_err(unavailable)?;
    found.as_ref().map(row::listed).transpose()
}

/// How many bytes the whole records with these numbers have, each with its number.
pub(super) async fn sizes(
    readers: &PgPool,
    scope: &Scope,
    seqs: &[i64],
) -> Result<Vec<(i64, u64)>, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut sql = some("bytes", seqs);
    let found: Vec<(i64, i64)> =
        sql.build_query_as().fetch_all(&mut *reading).await.map_err(unavailable)?;
    Ok(found.into_iter().map(|(seq, bytes)| (seq, bytes.unsigned_abs())).collect())
}

/// The whole records with these numbers, each with its number.
pub(super) async fn payloads(
    readers: &PgPool,
    scope: &Scope,
    seqs: &[i64],
) -> Result<Vec<(i64, String)>, StoreError> {
    let mut reading = reading(readers, scope).await?;
    let mut sql = some("payload::text", seqs);
    sql.build_query_as().fetch_all(&mut *reading).await.map_err(unavailable)
}

/// By the month that the id tells, and there by the client and the id.
pub(super) fn one(scope: &Scope, record_id: Uuid) -> QueryBuilder<'_, Postgres> {
    newest("payload::text", "JOIN payloads USING (seq, recorded_at)", scope, record_id)
}

pub(super) fn one_line(scope: &Scope, record_id: Uuid) -> QueryBuilder<'_, Postgres> {
    newest(COLUMNS, "", scope, record_id)
}

/// All that have the id are found before they are sorted: else PostgreSQL might go through their
/// month from its end.
fn newest<'a>(
    what: &str,
    joined: &str,
    scope: &'a Scope,
    record_id: Uuid,
) -> QueryBuilder<'a, Postgres> {
    let mut sql = QueryBuilder::new(format!("SELECT {what} FROM (SELECT log.* FROM "));
    match scope.clients() {
        Clients::All => sql.push(
            "clients JOIN workflow_logs AS log ON log.client_id = clients.client_id WHERE true",
        ),
        Clients::One(client) => {
            sql.push("workflow_logs AS log WHERE log.client_id = ").push_bind(client.as_str())
        }
    };
    let recorded_at = time::of_uuid_v7(record_id).unwrap_or_default();
    sql.push(" AND log.record_id = ").push_bind(record_id);
    sql.push(" AND log.recorded_at = to_timestamp(").push_bind(recorded_at);
    sql.push("::float8 / 1000) OFFSET 0) AS log ").push(joined);
    sql.push(" ORDER BY log.seq DESC LIMIT 1");
    sql
}

/// Something of each of the records with these numbers.
pub(super) fn some<'a>(something: &str, seqs: &'a [i64]) -> QueryBuilder<'a, Postgres> {
    let mut sql =
        QueryBuilder::new(format!("SELECT seq, {something} FROM payloads WHERE seq = ANY("));
    sql.push_bind(seqs).push(")");
    sql
}
