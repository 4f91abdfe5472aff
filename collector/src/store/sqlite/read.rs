//! Reading whole records: every statement is filtered by the caller's clients.

use sqlx::Sqlite;
use sqlx::query_builder::{QueryBuilder, Separated};
use sqlx::sqlite::SqlitePool;
use uuid::Uuid;

use super::failure::unavailable;
use super::row;
use crate::auth::{Clients, Scope};
use crate::store::{Listed, StoreError};

/// One whole record.
pub(super) async fn record(
    readers: &SqlitePool,
    scope: &Scope,
    record_id: Uuid,
) -> Result<Option<String>, StoreError> {
    let mut sql = one(scope, record_id);
    sql.build_query_scalar().fetch_optional(readers).await.map_err(unavailable)
}

/// The narrow row of one record.
pub(super) async fn line(
    readers: &SqlitePool,
    scope: &Scope,
    record_id: Uuid,
) -> Result<Option<Listed>, StoreError> {
    let mut sql = one_line(scope, record_id);
    let found = sql.build().fetch_optional(readers).await.map_err(unavailable)?;
    found.as_ref().map(row::listed).transpose()
}

/// How many bytes the whole records with these numbers have, each with its number.
pub(super) async fn sizes(
    readers: &SqlitePool,
    scope: &Scope,
    seqs: &[i64],
) -> Result<Vec<(i64, u64)>, StoreError> {
    // The length stands at the beginning of a row: SQLite reads nothing else for it.
    let mut sql = some("octet_length(payload)", scope, seqs);
    sql.build_query_as().fetch_all(readers).await.map_err(unavailable)
}

/// The whole records with these numbers, each with its number.
pub(super) async fn payloads(
    readers: &SqlitePool,
    scope: &Scope,
    seqs: &[i64],
) -> Result<Vec<(i64, String)>, StoreError> {
    let mut sql = some("payload", scope, seqs);
    sql.build_query_as().fetch_all(readers).await.map_err(unavailable)
}

/// Each statement says how it is to be read: SQLite might go through all records of a client.
pub(super) fn one(scope: &Scope, record_id: Uuid) -> QueryBuilder<'_, Sqlite> {
    let sql = "SELECT payload FROM workflow_logs INDEXED BY by_record \
         CROSS JOIN payloads USING (seq) WHERE ";
    newest(sql, scope, record_id)
}

pub(super) fn one_line(scope: &Scope, record_id: Uuid) -> QueryBuilder<'_, Sqlite> {
    newest("SELECT * FROM workflow_logs INDEXED BY by_record WHERE ", scope, record_id)
}

fn newest<'a>(select: &str, scope: &'a Scope, record_id: Uuid) -> QueryBuilder<'a, Sqlite> {
    let mut sql = QueryBuilder::new(select);
    let mut conditions = sql.separated(" AND ");
    conditions.push("record_id = ").push_bind_unseparated(record_id.hyphenated().to_string());
    of_scope(&mut conditions, scope);
    sql.push(" ORDER BY seq DESC LIMIT 1");
    sql
}

/// Something of each of the records with these numbers.
pub(super) fn some<'a>(
    something: &str,
    scope: &'a Scope,
    seqs: &[i64],
) -> QueryBuilder<'a, Sqlite> {
    let mut sql = QueryBuilder::new(format!(
        "SELECT seq, {something} FROM workflow_logs NOT INDEXED CROSS JOIN payloads USING (seq) \
         WHERE seq IN ("
    ));
    let mut numbers = sql.separated(", ");
    for seq in seqs {
        numbers.push_bind(*seq);
    }
    sql.push(") AND ");
    of_scope(&mut sql.separated(" AND "), scope);
    sql
}

fn of_scope<'a>(conditions: &mut Separated<'_, 'a, Sqlite, &'static str>, scope: &'a Scope) {
    match scope.clients() {
        Clients::One(client) => {
            conditions.push("client_id = ").push_bind_unseparated(client.as_str())
        }
        Clients::All => conditions.push("client_id IN (SELECT client_id FROM clients)"),
    };
}
