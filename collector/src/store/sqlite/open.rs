//! Opening the file: its settings, and the migrations that bring it up to date.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::time::{sleep, timeout};

use super::failure::{LOCKED, unavailable};
use crate::store::StoreError;

/// Every step from an empty file on; a step that was released never changes.
const MIGRATIONS: [&str; 4] = [
    include_str!("migrations/0001_records.sql"),
    include_str!("migrations/0002_rollups.sql"),
    include_str!("migrations/0003_views.sql"),
    include_str!("migrations/0004_lost.sql"),
];
/// How long to wait for another process that writes.
const PATIENCE: Duration = Duration::from_secs(5);
/// After which time to try again what cannot be waited for.
const AGAIN: Duration = Duration::from_millis(10);
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
        .page_size(4_096)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging())
}

/// Connects, and turns a new file to its write-ahead log. That takes a lock that SQLite itself does
/// not wait for, so that of several processes which start together all but one try again.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let trying = async {
        loop {
            match SqliteConnection::connect_with(options).await.map_err(unavailable) {
                Err(StoreError::Unavailable(LOCKED)) => sleep(AGAIN).await,
                result => return result,
            }
        }
    };
    timeout(PATIENCE, trying).await.unwrap_or(Err(StoreError::Unavailable(LOCKED)))
}

/// The steps of the file beside it, which holds the index of words.
const TEXT_MIGRATIONS: [&str; 1] = [include_str!("migrations/text_0001.sql")];

/// The file of the index, beside that of the records.
fn text_path(path: &Path) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push("-text.db");
    path.with_file_name(name)
}

/// The one connection that writes, with the file brought up to date.
pub(super) async fn writer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options(path)?.pragma("wal_autocheckpoint", "8000");
    let mut writer = connect(&options).await?;
    migrate(&mut writer, &MIGRATIONS).await?;
    Ok(writer)
}

/// The connection that writes the index of words. What a crash takes from it is indexed again.
pub(super) async fn indexer(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = options(&text_path(path))?.synchronous(SqliteSynchronous::Normal);
    let open = async {
        let mut indexer = connect(&options).await?;
        migrate(&mut indexer, &TEXT_MIGRATIONS).await?;
        Ok(indexer)
    };
    open.await.map_err(|error| match error {
        StoreError::Damaged(_) => {
            StoreError::Damaged("the index of words is damaged; without its file it is made again")
        }
        error => error,
    })
}

/// The connections that read.
pub(super) async fn readers(path: &Path) -> Result<SqlitePool, StoreError> {
    // What a read has to sort beyond its cache goes to a file, so that no question fills the memory.
    let options = options(path)?.create_if_missing(false).pragma("temp_store", "FILE");
    let text =
        text_path(path).to_str().ok_or(StoreError::Damaged("its name is no text"))?.to_owned();
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .after_connect(move |reader, _| {
            let text = text.clone();
            Box::pin(async move {
                sqlx::query("ATTACH DATABASE ? AS text").bind(text).execute(&mut *reader).await?;
                reader.execute("PRAGMA query_only = ON").await.map(drop)
            })
        });
    pool.connect_with(options).await.map_err(unavailable)
}

/// Takes the steps that are missing. Processes that start together wait for each other here.
async fn migrate(writer: &mut SqliteConnection, steps: &[&str]) -> Result<(), StoreError> {
    writer.execute("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *writer)
        .await
        .map_err(unavailable)?;
    let done = usize::try_from(version).ok().filter(|done| *done <= steps.len());
    let done = done.ok_or(StoreError::Damaged("it was written by a newer version"))?;
    for step in &steps[done..] {
        sqlx::raw_sql(step).execute(&mut *writer).await.map_err(unavailable)?;
    }
    let version = format!("PRAGMA user_version = {}", steps.len());
    writer.execute(version.as_str()).await.map_err(unavailable)?;
    writer.execute("COMMIT").await.map_err(unavailable)?;
    Ok(())
}
