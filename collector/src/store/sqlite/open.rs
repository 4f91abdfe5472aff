//! Opening the file: its settings, and the migrations that bring it up to date.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Executor};

use super::failure::unavailable;
use crate::store::StoreError;

/// Every step from an empty file on; a step that was released never changes.
const MIGRATIONS: [&str; 2] =
    [include_str!("migrations/0001_records.sql"), include_str!("migrations/0002_rollups.sql")];
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many reads run side by side.
const READERS: u32 = 4;

/// How every connection is set up.
fn options(path: &Path) -> Result<SqliteConnectOptions, StoreError> {
    // Nothing of a file's name is to be read as a parameter.
    let options = SqliteConnectOptions::from_str("sqlite://").map_err(unavailable)?;
    Ok(options
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(PATIENCE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .page_size(8_192)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging())
}

/// The one connection that writes, with the file brought up to date.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options(path)?.pragma("wal_autocheckpoint", "4000");
    let mut writer = SqliteConnection::connect_with(&options).await.map_err(unavailable)?;
    migrate(&mut writer).await?;
    Ok(writer)
}

/// The connections that read.
pub(super) async fn readers(path: &Path) -> Result<SqlitePool, StoreError> {
    let options = options(path)?.create_if_missing(false).pragma("query_only", "ON");
    let pool = SqlitePoolOptions::new().max_connections(READERS).acquire_timeout(PATIENCE);
    pool.connect_with(options).await.map_err(unavailable)
}

/// Takes the steps that are missing. Processes that start together wait for each other here.
async fn migrate(writer: &mut SqliteConnection) -> Result<(), StoreError> {
    writer.execute("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *writer)
        .await
        .map_err(unavailable)?;
    let done = usize::try_from(version).ok().filter(|done| *done <= MIGRATIONS.len());
    let done = done.ok_or(StoreError::Damaged("it was written by a newer version"))?;
    for step in &MIGRATIONS[done..] {
        sqlx::raw_sql(step).execute(&mut *writer).await.map_err(unavailable)?;
    }
    let version = format!("PRAGMA user_version = {}", MIGRATIONS.len());
    writer.execute(version.as_str()).await.map_err(unavailable)?;
    writer.execute("COMMIT").await.map_err(unavailable)?;
    Ok(())
}
