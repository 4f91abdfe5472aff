//! The store in PostgreSQL, which several collectors share.
//!
//! What belongs to a client is read in a role that owns nothing and sees the clients alone that are
//! named in its transaction; it is written in a role of its own. `migrations/0003_rights.sql` says who
//! may do what.

mod address;
mod connection;
mod details;
mod errors;
mod failure;
mod fold;
mod found;
mod indexer;
mod insert;
mod keys;
mod list;
mod locks;
mod logins;
mod lost;
mod migrate;
mod months;
mod numbers;
mod open;
mod people;
#[cfg(test)]
mod plans;
mod read;
mod reports;
mod roles;
mod rollup;
mod row;
mod scope;
mod select;
mod sessions;
mod span;
mod statistics;
mod transfer;
mod users;
mod uses;
mod values;
mod within;
mod words;
mod writer;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sqlx::postgres::{PgConnection, PgPool};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::auth::{
    ClientId, Gate, Holder, Ingest, KeySource, KeyUse, NewKey, Operator, Scope, StoredKey, Watch,
};
use crate::time;

use self::address::Address;
use self::fold::Folder;
use self::indexer::Indexer;
use self::within::{LONGEST, answered};
use self::writer::Writer;
use super::health::Health;
use super::orders::Act;
use super::queue::Queue;
use super::{
    BoxFuture, Bucket, Cursor, Dimension, Entry, Filter, Fingerprint, Grouping, KeyRecord,
    KeyUsage, Kind, Listed, LostTotal, Page, PageRequest, Selection, Series, Sighting, Statistics,
    Store, StoreError, Stored,
};

/// How many transactions that store records there are at once: while one is synced, the next gathers.
const WRITERS: usize = 2;

/// Records in a PostgreSQL database.
pub struct PostgresStore {
    readers: PgPool,
    /// For keys and sessions alone.
    keys: PgPool,
    orders: Queue<PgConnection>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    /// Whether the writers can write.
    health: Arc<Health>,
}

impl PostgresStore {
    /// Opens the database of this address, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, and brings
    /// it up to date. Several collectors may do so at once.
    ///
    /// # Errors
    /// Where it cannot be reached, its user lacks a right, or it is of a newer version.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        let address = open::address(address)?;
        open::migrate(&address).await?;
        let (store, stored) = Self::opened(&address, WRITERS);
        let indexer = Indexer::new(address.clone(), store.readers.clone(), stored);
        let folder = Folder::new(address, store.readers.clone());
        store.tasks().extend([tokio::spawn(indexer.run()), tokio::spawn(folder.run())]);
        Ok(store)
    }

    /// The same for whoever makes and revokes keys: words and sums are left to the servers.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_for_keys(address: &str) -> Result<Self, StoreError> {
        let address = open::address(address)?;
        open::migrate(&address).await?;
        Ok(Self::opened(&address, 1).0)
    }

    /// Opens a database that is there and up to date, to be read alone.
    ///
    /// # Errors
    /// Where it cannot be reached, its user lacks a right, or it is of another version.
    pub async fn open_to_read(address: &str) -> Result<Self, StoreError> {
        let address = open::address(address)?;
        open::is_up_to_date(&address).await?;
        // Nobody takes the orders, so that every one of them fails.
        let (orders, _) = Queue::new();
        let (readers, keys) = (open::readers(&address), open::keys(&address));
        let health = Arc::new(Health::new("the writer"));
        Ok(Self { readers, keys, orders, tasks: Mutex::default(), health })
    }

    /// Whether there is a store yet.
    ///
    /// # Errors
    /// Where it cannot be reached.
    pub async fn is_there(address: &str) -> Result<bool, StoreError> {
        open::is_there(&open::address(address)?).await
    }

    /// Whether there is a store yet. Where there is, it is opened as for keys and read.
    ///
    /// # Errors
    /// Where the store cannot be used.
    pub async fn check(address: &str) -> Result<bool, StoreError> {
        if !open::is_there(&open::address(address)?).await? {
            return Ok(false);
        }
        let store = Self::open_for_keys(address).await?;
        let answer = store.ping().await;
        store.close().await;
        answer.map(|()| true)
    }

    /// The store with so many writers, and what is told that records were stored.
    fn opened(address: &Address, writers: usize) -> (Self, Arc<Notify>) {
        let (orders, waiting) = Queue::new();
        let waiting = Arc::new(tokio::sync::Mutex::new(waiting));
        let (health, stored) = (Arc::new(Health::new("the writer")), Arc::new(Notify::new()));
        let writer = || {
            let (waiting, stored) = (Arc::clone(&waiting), Arc::clone(&stored));
            tokio::spawn(Writer::new(address.clone(), waiting, stored, Arc::clone(&health)).run())
        };
        let tasks = Mutex::new((0..writers).map(|_| writer()).collect());
        let (readers, keys) = (open::readers(address), open::keys(address));
        (Self { readers, keys, orders, tasks, health: Arc::clone(&health) }, stored)
    }

    /// What a question is answered, in a time that whoever asks can wait for. While those who write
    /// find no server, nobody waits for one.
    fn soon<'a, T: 'a>(
        &'a self,
        asking: impl Future<Output = Result<T, StoreError>> + Send + 'a,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        Box::pin(async move {
            if let Some(gone) = self.health.failure().filter(failure::is_gone) {
                return Err(gone);
            }
            answered(LONGEST, asking).await
        })
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for PostgresStore {
    fn key_generation<'a>(&'a self, _: &'a Gate) -> BoxFuture<'a, Result<i64, StoreError>> {
        self.soon(keys::generation(&self.keys))
    }

    fn active_keys<'a>(&'a self, _: &'a Gate) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>> {
        self.soon(keys::active(&self.keys))
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

impl Store for PostgresStore {
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
        self.soon(read::record(&self.readers, scope, record_id))
    }

    fn line<'a>(
        &'a self,
        scope: &'a Scope,
        record_id: Uuid,
    ) -> BoxFuture<'a, Result<Option<Listed>, StoreError>> {
        self.soon(read::line(&self.readers, scope, record_id))
    }

    fn list<'a>(
        &'a self,
        scope: &'a Scope,
        filter: &'a Filter,
        page: &'a PageRequest,
    ) -> BoxFuture<'a, Result<Page, StoreError>> {
        self.soon(list::list(&self.readers, scope, filter, page))
    }

    fn sizes<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, u64)>, StoreError>> {
        self.soon(read::sizes(&self.readers, scope, seqs))
    }

    fn payloads<'a>(
        &'a self,
        scope: &'a Scope,
        seqs: &'a [i64],
    ) -> BoxFuture<'a, Result<Vec<(i64, String)>, StoreError>> {
        self.soon(read::payloads(&self.readers, scope, seqs))
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
        self.soon(errors::sightings(&self.readers, scope, errors))
    }

    fn with_error<'a>(
        &'a self,
        scope: &'a Scope,
        error: Fingerprint,
        after: Option<Cursor>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, StoreError>> {
        self.soon(errors::with(&self.readers, scope, error, after, limit))
    }

    fn statistics<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
    ) -> BoxFuture<'a, Result<Statistics, StoreError>> {
        self.soon(statistics::statistics(&self.readers, scope, selection, grouping))
    }

    fn series<'a>(
        &'a self,
        scope: &'a Scope,
        selection: &'a Selection,
        grouping: &'a Grouping,
        bucket: Bucket,
        starts: &'a [i64],
    ) -> BoxFuture<'a, Result<Series, StoreError>> {
        self.soon(statistics::series(&self.readers, scope, selection, grouping, bucket, starts))
    }

    fn values<'a>(
        &'a self,
        scope: &'a Scope,
        kind: Kind,
        dimension: Dimension,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<String>, StoreError>> {
        self.soon(values::values(&self.readers, scope, kind, dimension, limit))
    }

    fn keys<'a>(&'a self, _: &'a Operator) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>> {
        self.soon(keys::all(&self.keys))
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
        self.soon(uses::lately(&self.keys, now))
    }

    fn lost<'a>(&'a self, watch: &'a Watch) -> BoxFuture<'a, Result<Vec<LostTotal>, StoreError>> {
        self.soon(lost::totals(&self.readers, watch))
    }

    fn ping(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async {
            if self.orders.is_closed() {
                return Err(StoreError::Closed);
            }
            if let Some(failure) = self.health.failure() {
                return Err(failure);
            }
            answered(open::PATIENCE, keys::can_change(&self.keys)).await
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.orders.close();
            let tasks = std::mem::take(&mut *self.tasks());
            self.readers.close().await;
            self.keys.close().await;
            for task in tasks {
                // A task that panicked has nothing left to close.
                let _ = task.await;
            }
        })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}
