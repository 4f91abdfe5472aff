//! Bringing the database up to date, however many collectors start at once.

use std::cmp::Ordering;
use std::pin::pin;

use sqlx::Executor;
use sqlx::postgres::PgConnection;
use tokio::time::timeout;

use super::failure::unavailable;
use super::within::{LONGEST, answered};
use super::{locks, months, roles};
use crate::store::{NEWER, OLDER, StoreError};

/// Every step from an empty database on; a step that was released never changes.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_records.sql"),
    include_str!("migrations/0002_sums.sql"),
    include_str!("migrations/0003_rights.sql"),
    include_str!("migrations/0004_views.sql"),
];
/// The oldest PostgreSQL whose views can be kept to the rights of whoever asks.
const OLDEST: i32 = 150_000;
const TOO_OLD: &str = "PostgreSQL 15 or newer is needed";
const FOREIGN: &str = "its schema epilogue is of another role than epilogue_owner, and so of \
     something else: give the collector a database of its own";

/// Takes the steps that are missing, and makes the months that are near.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), StoreError> {
    answered(LONGEST, is_new_enough(connection)).await?;
    answered(LONGEST, roles::ensure(connection)).await?;
    // Another may be at it, and what is moved to a month of its own may be much. The lock goes with
    // the connection.
    connection.execute("SET statement_timeout = 0").await.map_err(unavailable)?;
    lock(connection).await?;
    take(connection).await
}

/// Waits for whoever takes steps, and tells where that takes long.
async fn lock(connection: &mut PgConnection) -> Result<(), StoreError> {
    let lock = sqlx::query("SELECT pg_advisory_lock($1)").bind(locks::MIGRATION);
    let mut locking = pin!(lock.execute(connection));
    if let Ok(locked) = timeout(LONGEST, &mut locking).await {
        return locked.map(drop).map_err(unavailable);
    }
    tracing::warn!("another collector brings the store up to date, and is waited for");
    locking.await.map(drop).map_err(unavailable)
}

/// Whether there is a store yet. Where there is none, it is looked whether one could be made.
pub(super) async fn is_there(connection: &mut PgConnection) -> Result<bool, StoreError> {
    is_new_enough(connection).await?;
    if has_schema(connection).await? {
        let sql = "SELECT to_regclass('epilogue.schema_version') IS NOT NULL";
        let is_there = sqlx::query_scalar(sql).fetch_one(&mut *connection).await;
        if is_there.map_err(unavailable)? {
            return Ok(true);
        }
    }
    roles::could_be(connection).await.map(|()| false)
}

async fn is_new_enough(connection: &mut PgConnection) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('server_version_num')::integer";
    let version = sqlx::query_scalar(sql).fetch_one(connection).await.map_err(unavailable)?;
    check_version(version)
}

fn check_version(version: i32) -> Result<(), StoreError> {
    if version >= OLDEST { Ok(()) } else { Err(StoreError::Damaged(TOO_OLD)) }
}

/// Whether our schema is there.
async fn has_schema(connection: &mut PgConnection) -> Result<bool, StoreError> {
    let sql = "SELECT pg_get_userbyid(nspowner) = 'epilogue_owner' FROM pg_namespace \
         WHERE nspname = 'epilogue'";
    match sqlx::query_scalar(sql).fetch_optional(connection).await.map_err(unavailable)? {
        Some(false) => Err(StoreError::Damaged(FOREIGN)),
        own => Ok(own.is_some()),
    }
}

async fn take(connection: &mut PgConnection) -> Result<(), StoreError> {
    if !has_schema(connection).await? {
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
    let done = done.ok_or(StoreError::Damaged(NEWER))?;
    for (number, step) in (1..).zip(MIGRATIONS).skip(done) {
        // One command of several statements is one transaction.
        let sql = format!("{step}; INSERT INTO schema_version VALUES ({number})");
        connection.execute(sql.as_str()).await.map_err(unavailable)?;
    }
    months::make_near(connection).await
}

/// Whether no step is missing, for whoever takes none.
pub(super) async fn is_up_to_date(connection: &mut PgConnection) -> Result<(), StoreError> {
    connection.execute(roles::OWNER).await.map_err(unavailable)?;
    let sql = "SELECT coalesce(max(version), 0) FROM epilogue.schema_version";
    let version: i32 = sqlx::query_scalar(sql).fetch_one(connection).await.map_err(unavailable)?;
    match usize::try_from(version).map_or(Ordering::Less, |own| own.cmp(&MIGRATIONS.len())) {
        Ordering::Less => Err(StoreError::Damaged(OLDER)),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreError::Damaged(NEWER)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_postgresql_is_15() {
        for (version, is_enough) in
            [(90_624, false), (140_022, false), (150_000, true), (150_014, true), (180_001, true)]
        {
            assert_eq!(check_version(version).is_ok(), is_enough, "{version}");
        }
        assert_eq!(check_version(149_999), Err(StoreError::Damaged(TOO_OLD)));
    }
}
