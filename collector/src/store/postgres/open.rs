//! Opening the store: its connections, each kind in a role of its own.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor, Row as _};
use tokio::time::timeout;

use super::address::Address;
use super::failure::{unavailable, with_way_out};
use super::within::{SILENT, answered};
use super::{migrate, months, roles};
use crate::store::StoreError;

/// How long to wait for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long an idle connection may take to answer before it is given up for a new one.
const TEST: Duration = Duration::from_secs(1);
/// How many reads run side by side.
const READERS: u32 = 8;
/// How many questions about keys and sessions do.
const KEYS: u32 = 2;

/// What every connection is set to. What is committed is synced, whatever the server's own setting
/// says. A transaction from which nothing is heard is ended before whoever began it has given it up: the
/// records in it are sent again, and would wait for its end. And a way that forgets connections on which
/// nothing is said hears from the server in time.
const SETTINGS: [(&str, &str); 7] = [
    ("search_path", "epilogue,pg_temp"),
    ("synchronous_commit", "on"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("statement_timeout", "60s"),
    ("tcp_keepalives_idle", "60"),
    ("tcp_keepalives_interval", "10"),
    ("tcp_keepalives_count", "6"),
];
/// Readers are never to go through a whole table, and do not work on what nobody waits for any more
/// (`within::LONGEST`). A statement is planned once a connection: with a table and its indexes for every
/// month, planning takes longer than a page.
/// The sums of a month are sorted in memory.
const READING: [(&str, &str); 6] = [
    ("enable_seqscan", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
    ("work_mem", "16MB"),
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "8s"),
];

/// Whether a server is the one that is written to. Whoever is connected to another lets go of it, since
/// the next connection may find the one that took over.
const FOR_READERS: &str = "SELECT NOT pg_is_in_recovery()";
const FOR_KEYS: &str = "SELECT current_setting('transaction_read_only') = 'off'";

/// Has the server look each second whether whoever asks is still there: what was given up does not go
/// on and hold its locks. Not every system that PostgreSQL runs on can tell.
const LOOK_FOR_CLIENT: &str = "DO $$ BEGIN SET client_connection_check_interval = '1s'; \
     EXCEPTION WHEN OTHERS THEN NULL; END $$";

/// How to connect to the database of this address.
pub(super) fn address(address: &str) -> Result<Address, StoreError> {
    Address::read(address, &SETTINGS)
}

/// One connection, in no role yet.
pub(super) async fn connect(address: &Address) -> Result<PgConnection, StoreError> {
    let connecting = timeout(PATIENCE, PgConnection::connect_with(address.options())).await;
    connecting.map_err(|_| StoreError::Unavailable(SILENT))?.map_err(unavailable)
}

/// One connection that writes.
pub(super) async fn writer(address: &Address) -> Result<PgConnection, StoreError> {
    let mut writer = connect(address).await?;
    let role = async {
        writer.execute(roles::WRITER).await.map_err(unavailable)?;
        writer.execute(LOOK_FOR_CLIENT).await.map_err(unavailable)
    };
    answered(PATIENCE, role).await?;
    Ok(writer)
}

/// One that writes for nobody who waits: it may leave a transaction open while it reads elsewhere.
pub(super) async fn patient_writer(address: &Address) -> Result<PgConnection, StoreError> {
    let mut writer = writer(address).await?;
    let sql = "SET idle_in_transaction_session_timeout = '60s'";
    answered(PATIENCE, async { writer.execute(sql).await.map_err(unavailable) }).await?;
    Ok(writer)
}

/// Makes the tables of the months that are near.
pub(super) async fn make_months(address: &Address) -> Result<(), StoreError> {
    let mut owner = connect(address).await?;
    let making = async {
        months::become_owner(&mut owner).await?;
        months::make_near(&mut owner).await
    };
    let made = making.await;
    // The lock goes with the connection.
    let _ = owner.close().await;
    made
}

/// The connections that read records.
pub(super) fn readers(address: &Address) -> PgPool {
    pool(address.options().clone().options(READING), roles::READER, READERS, FOR_READERS)
}

/// The connections that read keys and sessions: no question about records stands before whoever shows
/// a key.
pub(super) fn keys(address: &Address) -> PgPool {
    pool(address.options().clone(), roles::WRITER, KEYS, FOR_KEYS)
}

fn pool(
    options: PgConnectOptions,
    role: &'static str,
    most: u32,
    is_still_right: &'static str,
) -> PgPool {
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(role).await.map(drop) })
        })
        // Instead of the library's own test, which waits for ever.
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                let tested = timeout(TEST, connection.fetch_one(is_still_right)).await;
                Ok(matches!(tested, Ok(Ok(row)) if row.try_get(0)?))
            })
        })
        // A connection that was given up in the middle of an answer may never be ready again, and
        // would keep its place.
        .after_release(|connection, _| {
            Box::pin(async move {
                let ready = timeout(PATIENCE, connection.ping()).await;
                ready.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
            })
        })
        .connect_lazy_with(options)
}

/// Brings the database up to date.
pub(super) async fn migrate(address: &Address) -> Result<(), StoreError> {
    let mut connection = connect(address).await.map_err(with_way_out)?;
    migrate::migrate(&mut connection).await.map_err(with_way_out)?;
    // What it has done is done, whether or not it can say good-bye.
    let _ = connection.close().await;
    Ok(())
}

/// Whether no step is missing, for whoever takes none.
pub(super) async fn is_up_to_date(address: &Address) -> Result<(), StoreError> {
    let mut connection = connect(address).await.map_err(with_way_out)?;
    let looked = answered(PATIENCE, migrate::is_up_to_date(&mut connection)).await;
    let _ = connection.close().await;
    looked.map_err(with_way_out)
}

/// Whether there is a store yet. Where there is none, it could be made.
pub(super) async fn is_there(address: &Address) -> Result<bool, StoreError> {
    let mut connection = connect(address).await.map_err(with_way_out)?;
    let looked = answered(PATIENCE, migrate::is_there(&mut connection)).await;
    let _ = connection.close().await;
    looked.map_err(with_way_out)
}
