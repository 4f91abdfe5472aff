//! Reading what a right allows: the database itself is told whose records may be seen, for one
//! transaction, and shows no others.

use sqlx::Postgres;
use sqlx::postgres::PgPool;
use sqlx::{Executor, Transaction};

use super::failure::unavailable;
use crate::auth::{Clients, Scope, Watch};
use crate::store::StoreError;

/// A state of the store that does not change while it is read.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A transaction that sees the records of a scope.
pub(super) async fn reading<'p>(
    readers: &'p PgPool,
    scope: &Scope,
) -> Result<Transaction<'p, Postgres>, StoreError> {
    match scope.clients() {
        Clients::One(client) => named(readers, client.as_str(), "").await,
        Clients::All => everything(readers).await,
    }
}

/// The same for sums over all clients, which everybody may know.
pub(super) async fn watching<'p>(
    readers: &'p PgPool,
    _: &Watch,
) -> Result<Transaction<'p, Postgres>, StoreError> {
    everything(readers).await
}

/// A transaction that sees everybody's records: for whoever may, and for the index of words, which
/// shows none of them.
pub(super) async fn everything(readers: &PgPool) -> Result<Transaction<'_, Postgres>, StoreError> {
    named(readers, "", "on").await
}

async fn named<'p>(
    readers: &'p PgPool,
    client: &str,
    all: &str,
) -> Result<Transaction<'p, Postgres>, StoreError> {
    let mut reading = readers.begin_with(BEGIN).await.map_err(unavailable)?;
    let sql =
        "SELECT set_config('epilogue.client', $1, true), set_config('epilogue.everyone', $2, true)";
    let query = sqlx::query(sql).bind(client).bind(all);
    query.execute(&mut *reading).await.map_err(unavailable)?;
    Ok(reading)
}

/// Has the rest of a transaction read in the order of an index, and sort nothing that is long.
pub(super) async fn in_order(reading: &mut Transaction<'_, Postgres>) -> Result<(), StoreError> {
    let sql = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off";
    reading.execute(sql).await.map(drop).map_err(unavailable)
}
