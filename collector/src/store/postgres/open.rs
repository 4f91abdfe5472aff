//! Opening the store: its connections, each kind in a role of its own.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::time::timeout;

use super::failure::unavailable;
use super::{migrate, roles};
use crate::store::StoreError;

/// How long to wait for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How many reads run side by side.
const READERS: u32 = 8;
/// How many questions about keys and sessions do.
const KEYS: u32 = 2;

/// What every connection is set to. What is committed is synced, whatever the server's own setting
/// says; and nobody holds a transaction open for long.
const SETTINGS: [(&str, &str); 4] = [
    ("search_path", "epilogue,pg_temp"),
    ("synchronous_commit", "on"),
    ("idle_in_transaction_session_timeout", "60s"),
    ("statement_timeout", "60s"),
];
/// Readers are never to go through a whole table. A statement is planned once a connection: with a
/// table and its indexes for every month, planning takes longer than a page.
const READING: [(&str, &str); 4] = [
    ("enable_seqscan", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
    ("default_transaction_read_only", "on"),
];

/// How to connect to the database of this address.
pub(super) fn options(address: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(address).map_err(|_| {
        StoreError::Damaged("the address is to be postgres://USER:PASSWORD@HOST:PORT/DATABASE")
    })?;
    Ok(options.application_name("epilogue-collector").options(SETTINGS).disable_statement_logging())
}

/// One connection, in no role yet.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connecting = timeout(PATIENCE, PgConnection::connect_with(options)).await;
    connecting
        .map_err(|_| StoreError::Unavailable("PostgreSQL does not answer"))?
        .map_err(unavailable)
}

/// One connection that writes.
pub(super) async fn writer(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut writer = connect(options).await?;
    writer.execute(roles::WRITER).await.map_err(unavailable)?;
    Ok(writer)
}

/// The connections that read records.
pub(super) fn readers(options: &PgConnectOptions) -> PgPool {
    pool(options.clone().options(READING), roles::READER, READERS)
}

/// The connections that read keys and sessions: no question about records stands before whoever shows
/// a key.
pub(super) fn keys(options: &PgConnectOptions) -> PgPool {
    pool(options.clone(), roles::WRITER, KEYS)
}

fn pool(options: PgConnectOptions, role: &'static str, most: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(role).await.map(drop) })
        })
        .connect_lazy_with(options)
}

/// Brings the database up to date.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = connect(options).await?;
    migrate::migrate(&mut connection).await?;
    // What it has done is done, whether or not it can say good-bye.
    let _ = connection.close().await;
    Ok(())
}

/// Whether there is a store yet.
pub(super) async fn is_there(options: &PgConnectOptions) -> Result<bool, StoreError> {
    let mut connection = connect(options).await?;
    let sql = "SELECT to_regclass('epilogue.schema_version') IS NOT NULL";
    let is_there = sqlx::query_scalar(sql).fetch_one(&mut connection).await.map_err(unavailable);
    let _ = connection.close().await;
    is_there
}
