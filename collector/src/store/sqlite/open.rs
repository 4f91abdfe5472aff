//! Opening the file: its settings, and the migrations that bring it up to date.

use std::cmp::Ordering;
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
use crate::store::{NEWER, OLDER, StoreError};

/// Every step from an empty file on; a step that was released never changes.
const MIGRATIONS: [&str; 9] = [
    include_str!("migrations/0001_records.sql"),
    include_str!("migrations/0002_rollups.sql"),
    include_str!("migrations/0003_views.sql"),
    include_str!("migrations/0004_lost.sql"),
    include_str!("migrations/0005_people.sql"),
    include_str!("migrations/0006_errors.sql"),
    include_str!("migrations/0007_kinds.sql"),
    include_str!("migrations/0008_names.sql"),
    include_str!("migrations/0009_changes.sql"),
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

/// Whether the index of words can be used, where there is one.
pub(super) async fn check_words(path: &Path) -> Result<(), StoreError> {
    if is_there(&text_path(path))? {
        // What it holds is not read, and whoever indexes is not waited for.
        let _ = indexer(path).await?.close().await;
    }
    Ok(())
}

/// Whether there is a file yet.
pub(super) fn is_there(path: &Path) -> Result<bool, StoreError> {
    path.try_exists().map_err(|_| StoreError::Unavailable("the file cannot be opened"))
}

/// The connections that read, and see the index of words where they are asked for it.
pub(super) async fn readers(path: &Path, has_words: bool) -> Result<SqlitePool, StoreError> {
    // What a read has to sort beyond its cache goes to a file, so that no question fills the memory.
    let options = options(path)?.create_if_missing(false).pragma("temp_store", "FILE");
    let text =
        text_path(path).to_str().ok_or(StoreError::Damaged("its name is no text"))?.to_owned();
    let text = has_words.then_some(text);
    let pool = SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(PATIENCE)
        .after_connect(move |reader, _| {
            let text = text.clone();
            Box::pin(async move {
                if let Some(text) = text {
                    let attach = sqlx::query("ATTACH DATABASE ? AS text").bind(text);
                    attach.execute(&mut *reader).await?;
                }
                reader.execute("PRAGMA query_only = ON").await.map(drop)
            })
        });
    pool.connect_with(options).await.map_err(unavailable)
}

/// The connection that reads keys: no question about records stands before whoever shows a key. It
/// is kept, since what else is open may leave no room for another.
pub(super) async fn keys(path: &Path) -> Result<SqlitePool, StoreError> {
    let options = options(path)?.create_if_missing(false).pragma("query_only", "ON");
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    pool.connect_with(options).await.map_err(unavailable)
}

/// Whether no step is missing, for whoever takes none.
pub(super) async fn is_up_to_date(reader: &SqlitePool) -> Result<(), StoreError> {
    let version: i64 =
        sqlx::query_scalar("PRAGMA user_version").fetch_one(reader).await.map_err(unavailable)?;
    match usize::try_from(version).map_or(Ordering::Less, |own| own.cmp(&MIGRATIONS.len())) {
        Ordering::Less => Err(StoreError::Damaged(OLDER)),
        Ordering::Equal => Ok(()),
        Ordering::Greater => Err(StoreError::Damaged(NEWER)),
    }
}

/// Takes the steps that are missing; where none is, nothing is locked. Processes that start together
/// wait for each other here.
async fn migrate(writer: &mut SqliteConnection, steps: &[&str]) -> Result<(), StoreError> {
    if missing(writer, steps).await?.is_empty() {
        return Ok(());
    }
    writer.execute("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    // Another process may have taken them in the meantime.
    for step in missing(writer, steps).await? {
        sqlx::raw_sql(step).execute(&mut *writer).await.map_err(unavailable)?;
    }
    let version = format!("PRAGMA user_version = {}", steps.len());
    writer.execute(version.as_str()).await.map_err(unavailable)?;
    writer.execute("COMMIT").await.map_err(unavailable)?;
    Ok(())
}

async fn missing<'s>(
    writer: &mut SqliteConnection,
    steps: &'s [&'s str],
) -> Result<&'s [&'s str], StoreError> {
    let version: i64 =
        sqlx::query_scalar("PRAGMA user_version").fetch_one(writer).await.map_err(unavailable)?;
    let missing = usize::try_from(version).ok().and_then(|done| steps.get(done..));
    missing.ok_or(StoreError::Damaged(NEWER))
}
