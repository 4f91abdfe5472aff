//! Where records are kept: the trait that every store implements, and what passes through it.
//!
//! Every call that tells or changes something takes the right of whoever asks, as a type that
//! `auth` alone makes: a query without one does not compile.

mod act;
mod detail;
mod entry;
mod fingerprint;
mod fitting;
mod health;
mod index;
mod looking;
mod lost;
mod orders;
mod page;
mod people;
mod postgres;
mod queue;
mod reports;
mod rollup;
mod sketch;
mod span;
mod sqlite;
mod statistics;
mod tally;
mod transfer;
mod uses;
mod words;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

pub use crate::auth::BoxFuture;
use crate::auth::{Ingest, KeySource, NewKey, Operator, Scope, StoredKey, Watch};
pub use crate::failure::StoreError;

pub use self::act::KeyRecord;
pub use self::detail::{Attempt, AttemptStatus, Detail, Parsing, Webhook};
pub use self::entry::{Entry, Kind, Outcome, Row};
pub use self::fingerprint::{Fingerprint, Sighting};
pub(crate) use self::fitting::fitting;
pub use self::lost::{Lost, LostTotal};
pub use self::page::{By, Cursor, Direction, Filter, Key, Listed, Page, PageRequest, Sort};
pub use self::people::{LoginAttempt, LoginChange, NewSession, People, Proof, UserChange};
pub use self::postgres::PostgresStore;
pub use self::reports::{
    Asked, Attempts, Events, FailingSync, MOST_LINES, MOST_NAMES, ParsingReport, Parsings, Reports,
    RetriedEvent, SyncReport, WebhookReport,
};
pub use self::sketch::Sketch;
pub use self::sqlite::SqliteStore;
pub use self::statistics::{
    Bucket, Dimension, Figures, Group, Grouping, Line, Period, Selection, Series, Statistics,
    TooManyBuckets,
};
pub use self::transfer::{Begun, Belongings, Counts, Identity, Loss, Person, Stretch, Transfer};
pub use self::uses::KeyUsage;

/// A store for the records of all clients.
///
/// # Errors
/// Every call fails where the store cannot be reached, and has then done nothing that counts. Where
/// the commit itself failed it may all be done: to store the same records again does no harm.
pub trait Store: KeySource + People + Reports + Transfer {
    /// Stores records, and answers for each of them, in their order, whether it is new. When it
    /// answers, the records are committed and synced.
    fn append(
        &self,
        rights: Ingest,
        entries: Vec<Entry>,
    ) -> BoxFuture<'_, Result<Vec<Stored>, StoreError>>;

    /// One whole record as JSON. An id that several clients used gives the record stored last.
    fn record<'a>(
        &'a self,
        scope: &'a Scope,
        record_id: Uuid,
    ) -> BoxFuture<'a, Result<Option<String>, StoreError>>;

    /// What a list tells of one record, whether or not the whole of it is still there. An id that
    /// several clients used gives the record stored last.
    fn line<'a>(
        &'a self,
        scope: &'a Scope,
        record_id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Listed>, StoreError>>;

    /// One page of a list.
    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a Filter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page, StoreError>>;

    /// How many bytes the whole records with these numbers have, each with its number, in any order.
    /// None of them is read for it.
    fn sizes<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, u64)>, StoreError>>;

    /// The whole records with these numbers, each with its number, in any order. Numbers without
    /// one are left out. All of them are in memory at once: ask for few at a time, by their sizes.
    fn payloads<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, String)>, StoreError>>;

    /// Stores a record of the collector's own, about what the holder of this right does. When it
    /// answers, the record is committed and synced. Where too much waits to be written, it is not.
    fn tell<'a>(&'a self, scope: &'a Scope, record: Entry)
    -> BoxFuture<'a, Result<(), StoreError>>;

    /// How often each of these errors was seen in records that told of them when they were stored;
    /// those that were not are left out.
    fn sightings<'a>(
        &'a self,
        scope: &'a Scope,
        errors: &'a [Fingerprint],
    ) -> BoxFuture<'a, Result<Vec<Sighting>, StoreError>>;

    /// One page of the records that met this error, newest first: so many at most, behind this
    /// place.
    fn with_error<'a>(
        &'a self,
        scope: &'a Scope,
        error: Fingerprint,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, StoreError>>;

    /// What the records that were chosen come to. Counts are exact for any period.
    fn statistics<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
    ) -> BoxFuture<'a, Result<Statistics, StoreError>>;

    /// The same over time: for every bucket that begins at one of `starts`, which are those of the
    /// selection's period.
    fn series<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
        bucket: Bucket,
        starts: &'a [i64],
    ) -> BoxFuture<'a, Result<Series, StoreError>>;

    /// Which values the records of a kind have, or once had, that statistics can choose them by: the
    /// first ones by name, up to a limit.
    fn values<'a>(
        &'a self,
        scope: &'a Scope,
        kind: Kind,
        dimension: Dimension,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<String>, StoreError>>;

    /// All keys, the revoked ones as well, in the order of their making.
    fn keys<'a>(
        &'a self,
        operator: &'a Operator,
    ) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>>;

    /// Stores a key together with the record that tells of it, and answers its number.
    fn create_key<'a>(
        &'a self,
        operator: &'a Operator,
        key: NewKey,
        record: KeyRecord,
    ) -> BoxFuture<'a, Result<i64, StoreError>>;

    /// Stores keys together with the records that tell of them, where there is no key yet, not even
    /// one that was revoked; `false` where there is. Of several who do so at once, one does.
    fn create_first_keys<'a>(
        &'a self,
        operator: &'a Operator,
        keys: Vec<(NewKey, KeyRecord)>,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Revokes a key together with the record that tells of it. `false` where it was not active.
    fn revoke_key<'a>(
        &'a self,
        operator: &'a Operator,
        key: i64,
        record: KeyRecord,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// How often each key was used before this time; keys that were not used lately are left out.
    fn key_usages<'a>(
        &'a self,
        operator: &'a Operator,
        now: i64,
    ) -> BoxFuture<'a, Result<Vec<KeyUsage>, StoreError>>;

    /// What producers have lost, as they tell it: of each of their processes the largest figure,
    /// summed up by reason, and by client where the right names clients.
    fn lost<'a>(&'a self, watch: &'a Watch) -> BoxFuture<'a, Result<Vec<LostTotal>, StoreError>>;

    /// Whether the store can be read, and what was last to be written could be.
    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Writes what was handed over and closes the store.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// What became of one record that was handed to a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    New,
    /// It was there before, and stays as it was.
    Duplicate,
}

/// Opens the store of this address, or SQLite in the data directory where none is given.
///
/// # Errors
/// Where the address is not one of a known store, or the store cannot be opened.
pub async fn open(address: Option<&str>, data: &Path) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match place(address, data)? {
        Place::File(path) => Arc::new(SqliteStore::open(&path).await?),
        Place::Postgres(address) => Arc::new(PostgresStore::open(address).await?),
    })
}

/// Opens the same store for whoever makes and revokes keys: what only answers and statistics need is
/// left alone, so that nothing else is waited for. Lists that are asked for words fail.
///
/// # Errors
/// As [`open`].
pub async fn open_for_keys(
    address: Option<&str>,
    data: &Path,
) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match place(address, data)? {
        Place::File(path) => Arc::new(SqliteStore::open_for_keys(&path).await?),
        Place::Postgres(address) => Arc::new(PostgresStore::open_for_keys(address).await?),
    })
}

/// Opens the store that there is to be read, for whoever copies it: it is neither made nor brought up to
/// date, and nothing can be stored by it. Lists that are asked for words fail.
///
/// # Errors
/// Where the address is not one of a known store, there is no store, or it is of another version.
pub async fn open_to_read(
    address: Option<&str>,
    data: &Path,
) -> Result<Arc<dyn Store>, StoreError> {
    if !is_there(address, data).await? {
        return Err(StoreError::Damaged("there is none at this address"));
    }
    Ok(match place(address, data)? {
        Place::File(path) => Arc::new(SqliteStore::open_to_read(&path).await?),
        Place::Postgres(address) => Arc::new(PostgresStore::open_to_read(address).await?),
    })
}

/// Whether there is a store yet, of whatever version. It is not opened.
///
/// # Errors
/// Where the address is not one of a known store, or cannot be reached.
pub async fn is_there(address: Option<&str>, data: &Path) -> Result<bool, StoreError> {
    match place(address, data)? {
        Place::File(path) => SqliteStore::is_there(&path),
        Place::Postgres(address) => PostgresStore::is_there(address).await,
    }
}

/// Whether there is a store yet; none is made. One that is there is opened, brought up to date and
/// read.
///
/// # Errors
/// Where the address is not one of a known store, or the store that is there cannot be used.
pub async fn check(address: Option<&str>, data: &Path) -> Result<bool, StoreError> {
    match place(address, data)? {
        Place::File(path) => SqliteStore::check(&path).await,
        Place::Postgres(address) => PostgresStore::check(address).await,
    }
}

/// The file of the store of this address, or of the one in the data directory where none is given;
/// `None` where it is not in a file of this machine.
///
/// # Errors
/// Where the address is not one of a known store.
pub fn file(address: Option<&str>, data: &Path) -> Result<Option<PathBuf>, StoreError> {
    Ok(match place(address, data)? {
        Place::File(path) => Some(path),
        Place::Postgres(_) => None,
    })
}

/// What is said of a store that has to be brought up to date before it is read.
const OLDER: &str = "it was written by an older version: `doctor`, or a start of this version's server \
     on it, brings it up to date";
/// What is said of one that this program does not know.
const NEWER: &str =
    "it was written by a newer version of this program: start that, or use another store";

/// Where a store is.
enum Place<'a> {
    /// In this file.
    File(PathBuf),
    /// In the database of this address.
    Postgres(&'a str),
}

fn place<'a>(address: Option<&'a str>, data: &Path) -> Result<Place<'a>, StoreError> {
    let Some(address) = address else { return Ok(Place::File(data.join("epilogue.db"))) };
    let path = address.strip_prefix("sqlite:").map(|rest| rest.strip_prefix("//").unwrap_or(rest));
    if let Some(path) = path {
        return Ok(Place::File(PathBuf::from(path)));
    }
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|it| address.starts_with(it));
    let place = is_postgres.then_some(Place::Postgres(address));
    place.ok_or(StoreError::Damaged("the address is not of a known store"))
}
