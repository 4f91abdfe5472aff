//! The store in one file: SQLite with a write-ahead log, one writer and a few readers.

mod details;
mod errors;
mod failure;
mod indexer;
mod insert;
mod keys;
mod lag;
mod list;
mod logins;
mod lost;
mod memory;
mod open;
mod people;
#[cfg(test)]
mod plans;
mod read;
mod reports;
mod rollup;
mod row;
mod select;
mod sessions;
mod span;
mod statement;
mod statistics;
mod transfer;
mod users;
mod uses;
mod values;
mod words;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::auth::{
    ClientId, Gate, Holder, Ingest, KeySource, KeyUse, NewKey, Operator, Scope, StoredKey, Watch,
};
use crate::time;

use self::indexer::Indexer;
use self::lag::Lag;
use self::writer::Writer;
use super::health::Health;
use super::orders::Act;
use super::queue::Queue;
use super::{
    BoxFuture, Bucket, Cursor, Dimension, Entry, Filter, Fingerprint, Grouping, KeyRecord,
    KeyUsage, Kind, Listed, LostTotal, Page, PageRequest, Selection, Series, Sighting, Statistics,
    Store, StoreError, Stored,
};

/// Records in one SQLite file.
pub struct SqliteStore {
    readers: SqlitePool,
    /// One connection, for keys alone.
    keys: SqlitePool,
    orders: Queue<SqliteConnection>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Whether the writer can write.
    health: Arc<Health>,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings it up to date. Several processes
    /// may do so at once.
    ///
    /// # Errors
    /// Where the file cannot be opened or written, or is of a newer version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::opened(path, true).await
    }

    /// The same without the index of words, which nothing waits for then: for whoever makes and
    /// revokes keys. What is stored by it is indexed by the next server. Lists that are asked for
    /// words fail.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_for_keys(path: &Path) -> Result<Self, StoreError> {
        Self::opened(path, false).await
    }

    /// Opens a file that is there and up to date, to be read alone.
    ///
    /// # Errors
    /// Where the file cannot be opened, or is of another version.
    pub async fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let keys = open::keys(path).await?;
        open::is_up_to_date(&keys).await?;
        let readers = open::readers(path, false).await?;
        // Nobody takes the orders, so that every one of them fails.
        let (orders, _) = Queue::new();
        let health = Arc::new(Health::new("the writer"));
        Ok(Self { readers, keys, orders, tasks: Mutex::default(), health })
    }

    /// Whether there is a file yet.
    ///
    /// # Errors
    /// Where nobody can tell.
    pub fn is_there(path: &Path) -> Result<bool, StoreError> {
        open::is_there(path)
    }

    /// Whether there is a file yet. Where there is, it is opened as for keys and read, and so is
    /// its index of words.
    ///
    /// # Errors
    /// Where the store cannot be used.
    pub async fn check(path: &Path) -> Result<bool, StoreError> {
        open::check_words(path).await?;
        if !open::is_there(path)? {
            return Ok(false);
        }
        let store = Self::open_for_keys(path).await?;
        let answer = store.ping().await;
        store.close().await;
        answer.map(|()| true)
    }

    async fn opened(path: &Path, has_words: bool) -> Result<Self, StoreError> {
        let connection = open::writer(path).await?;
        let text = if has_words { Some(open::indexer(path).await?) } else { None };
        let readers = open::readers(path, has_words).await?;
        let keys = open::keys(path).await?;
        let (orders, waiting) = Queue::new();
        let (health, lag) = (Arc::new(Health::new("the writer")), Arc::new(Lag::default()));
        let writer = Writer::new(connection, waiting, Arc::clone(&lag), Arc::clone(&health));
        let mut tasks = vec![tokio::spawn(writer.run())];
        if let Some(text) = text {
            tasks.push(tokio::spawn(Indexer::new(text, readers.clone(), lag).run()));
        }
        Ok(Self { readers, keys, orders, tasks: Mutex::new(tasks), health })
    }
}

impl KeySource for SqliteStore {
    fn key_generation<'a>(&'a self, _: &'a Gate) -> BoxFuture<'a, Result<i64, StoreError>> {
        Box::pin(keys::generation(&self.keys))
    }

    fn active_keys<'a>(&'a self, _: &'a Gate) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>> {
        Box::pin(keys::active(&self.keys))
    }

    fn note_uses<'a>(
        &'a self,
        _: &'a Gate,
        uses: Vec<KeyUse>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.orders.act(Act::new(None, move |writer| {
            Box::pin(async move {
                uses::note(writer, &uses, time::now_millis()).await.map(|()| ((), Vec::new()))
            })
        })))
    }
}

impl Store for SqliteStore {
    fn append(
        &self,
        rights: Ingest,
        entries: Vec<Entry>,
    ) -> BoxFuture<'_, Result<Vec<Stored>, StoreError>> {
        Box::pin(async move {
            let holder = Holder::Key(rights.key());
            self.orders.store(holder, rights.client().clone(), entries).await
        })
    }

    fn record<'a>(
        &'a self,
        scope: &'a Scope,
        record_id: Uuid,
    ) -> BoxFuture<'a, Result<Option<String>, StoreError>> {
        Box::pin(read::record(&self.readers, scope, record_id))
    }

    fn line<'a>(
        &'a self,
        scope: &'a Scope,
        record_id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Listed>, StoreError>> {
        Box::pin(read::line(&self.readers, scope, record_id))
    }

    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a Filter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page, StoreError>> {
        Box::pin(list::list(&self.readers, scope, filter, page))
    }

    fn sizes<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, u64)>, StoreError>> {
        Box::pin(read::sizes(&self.readers, scope, seqs))
    }

    fn payloads<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, String)>, StoreError>> {
        Box::pin(read::payloads(&self.readers, scope, seqs))
    }

    fn tell<'a>(
        &'a self,
        scope: &'a Scope,
        record: Entry,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let holder = scope.holder().clone();
            self.orders.store(holder, ClientId::collector(), vec![record]).await.map(drop)
        })
    }

    fn sightings<'a>(
        &'a self,
        scope: &'a Scope,
        errors: &'a [Fingerprint],
    ) -> BoxFuture<'a, Result<Vec<Sighting>, StoreError>> {
        Box::pin(errors::sightings(&self.readers, scope, errors))
    }

    fn with_error<'a>(
        &'a self,
        scope: &'a Scope,
        error: Fingerprint,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, StoreError>> {
        Box::pin(errors::with(&self.readers, scope, error, after, limit))
    }

    fn statistics<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
    ) -> BoxFuture<'a, Result<Statistics, StoreError>> {
        Box::pin(statistics::statistics(&self.readers, scope, selection, grouping))
    }

    fn series<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
        bucket: Bucket,
        starts: &'a [i64],
    ) -> BoxFuture<'a, Result<Series, StoreError>> {
        Box::pin(statistics::series(&self.readers, scope, selection, grouping, bucket, starts))
    }

    fn values<'a>(
        &'a self,
        scope: &'a Scope,
        kind: Kind,
        dimension: Dimension,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        Box::pin(values::values(&self.readers, scope, kind, dimension, limit))
    }

    fn keys<'a>(&'a self, _: &'a Operator) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>> {
        Box::pin(keys::all(&self.keys))
    }

    fn create_key<'a>(
        &'a self,
        operator: &'a Operator,
        key: NewKey,
        record: KeyRecord,
    ) -> BoxFuture<'a, Result<i64, StoreError>> {
        let (act, done) = Act::new(operator.session(), move |writer| {
            Box::pin(async move {
                let key = keys::insert(writer, &key, time::now_millis()).await?;
                Ok((key.id, vec![record.of(&key)]))
            })
        });
        Box::pin(self.orders.act((act.of_keys(), done)))
    }

    fn create_first_keys<'a>(
        &'a self,
        operator: &'a Operator,
        keys: Vec<(NewKey, KeyRecord)>,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let (act, done) = Act::new(operator.session(), move |writer| {
            Box::pin(async move {
                if !keys::all(&mut *writer).await?.is_empty() {
                    return Ok((false, Vec::new()));
                }
                let mut records = Vec::with_capacity(keys.len());
                for (key, record) in keys {
                    records.push(record.of(&keys::insert(writer, &key, time::now_millis()).await?));
                }
                Ok((true, records))
            })
        });
        Box::pin(self.orders.act((act.of_keys(), done)))
    }

    fn revoke_key<'a>(
        &'a self,
        operator: &'a Operator,
        key: i64,
        record: KeyRecord,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        let (act, done) = Act::new(operator.session(), move |writer| {
            Box::pin(async move {
                let key = keys::revoke(writer, key, time::now_millis()).await?;
                Ok((key.is_some(), key.map(|key| record.of(&key)).into_iter().collect()))
            })
        });
        Box::pin(self.orders.act((act.of_keys(), done)))
    }

    fn key_usages<'a>(
        &'a self,
        _: &'a Operator,
        now: i64,
    ) -> BoxFuture<'a, Result<Vec<KeyUsage>, StoreError>> {
        Box::pin(uses::lately(&self.keys, now))
    }

    fn lost<'a>(&'a self, watch: &'a Watch) -> BoxFuture<'a, Result<Vec<LostTotal>, StoreError>> {
        Box::pin(lost::totals(&self.readers, watch))
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async {
            keys::generation(&self.keys).await?;
            if self.orders.is_closed() {
                return Err(StoreError::Closed);
            }
            self.health.failure().map_or(Ok(()), Err)
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.orders.close();
            let tasks =
                std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
            self.readers.close().await;
            self.keys.close().await;
            for task in tasks {
                // A task that panicked has nothing left to close.
                let _ = task.await;
            }
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store() -> (SqliteStore, tempfile::TempDir) {
        let place = tempfile::tempdir().unwrap();
        (SqliteStore::open(&place.path().join("epilogue.db")).await.unwrap(), place)
    }

    #[tokio::test]
    async fn keys_are_read_while_every_reader_is_busy() {
        let (store, _place) = store().await;
        let mut busy = Vec::new();
        for _ in 0..store.readers.options().get_max_connections() {
            busy.push(store.readers.acquire().await.unwrap());
        }
        assert_eq!(store.ping().await, Ok(()));
        assert!(store.keys(&Operator::server()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_store_that_cannot_write_says_so() {
        let (store, _place) = store().await;
        let full = StoreError::Unavailable("the disk is full");
        store.health.note(Some(&full));
        assert_eq!(store.ping().await, Err(full));
        store.health.note(None);
        assert_eq!(store.ping().await, Ok(()));
        let writer = store.tasks.lock().unwrap().remove(0);
        writer.abort();
        assert!(writer.await.unwrap_err().is_cancelled());
        assert_eq!(store.ping().await, Err(StoreError::Closed));
    }
}
