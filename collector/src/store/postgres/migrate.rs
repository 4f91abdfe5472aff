//! Bringing the database up to date, however many collectors start at once.

use sqlx::Executor;
use sqlx::postgres::PgConnection;

use super::failure::unavailable;
use super::{locks, roles};
use crate::store::StoreError;

/// Every step from an empty database on; a step that was released never changes.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_records.sql"),
    include_str!("migrations/0002_sums.sql"),
    include_str!("migrations/0003_rights.sql"),
    include_str!("migrations/0004_views.sql"),
];
/// The oldest PostgreSQL whose views can be kept to the rights of whoever asks.
const OLDEST: i32 = 150_000;
/// For how many months there is to be a table ahead of now.
const AHEAD: i32 = 3;

/// Takes the steps that are missing, and makes the months that are near.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('server_version_num')::integer";
    let version: i32 =
        sqlx::query_scalar(sql).fetch_one(&mut *connection).await.map_err(unavailable)?;
    if version < OLDEST {
        return Err(StoreError::Damaged("PostgreSQL 15 or newer is needed"));
    }
    roles::ensure(connection).await?;
    let lock = sqlx::query("SELECT pg_advisory_lock($1)").bind(locks::MIGRATION);
    lock.execute(&mut *connection).await.map_err(unavailable)?;
    // What is moved to a month of its own may be much. The lock goes with the connection.
    let sql = "SET statement_timeout = 0";
    sqlx::query(sql).execute(&mut *connection).await.map_err(unavailable)?;
    take(connection).await
}

async fn take(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "SELECT to_regnamespace('epilogue') IS NOT NULL";
    let has_schema: bool =
        sqlx::query_scalar(sql).fetch_one(&mut *connection).await.map_err(unavailable)?;
    if !has_schema {
        let sql = "CREATE SCHEMA epilogue AUTHORIZATION epilogue_owner";
        sqlx::query(sql).execute(&mut *connection).await.map_err(unavailable)?;
    }
    sqlx::query(roles::OWNER).execute(&mut *connection).await.map_err(unavailable)?;
    let sql = "CREATE TABLE IF NOT EXISTS epilogue.schema_version (version integer NOT NULL)";
    sqlx::query(sql).execute(&mut *connection).await.map_err(unavailable)?;
    let sql = "SELECT coalesce(max(version), 0) FROM epilogue.schema_version";
    let version: i32 =
        sqlx::query_scalar(sql).fetch_one(&mut *connection).await.map_err(unavailable)?;
    let done = usize::try_from(version).ok().filter(|done| *done <= MIGRATIONS.len());
    let done = done.ok_or(StoreError::Damaged("it was written by a newer version"))?;
    for (number, step) in (1..).zip(MIGRATIONS).skip(done) {
        // One command of several statements is one transaction.
        let sql = format!("{step}; INSERT INTO schema_version VALUES ({number})");
        connection.execute(sql.as_str()).await.map_err(unavailable)?;
    }
    make_months(connection).await
}

/// Makes the tables of the months from this one on, in the role of the owner.
pub(super) async fn make_months(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = sqlx::query("SELECT make_months(now(), $1)").bind(AHEAD);
    sql.execute(connection).await.map(drop).map_err(unavailable)
}
