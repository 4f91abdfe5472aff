//! The task that writes.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::details::Details;
use super::errors;
use super::failure::unavailable;
use super::insert::Insertion;
use super::lag::Lag;
use super::lost;
use super::memory::Memory;
use super::sessions;
use crate::auth::{ClientId, Holder};
use crate::metrics;
use crate::store::entry::Numbered;
use crate::store::health::Health;
use crate::store::orders::{Act, Append, Order, Work, answer, gather};
use crate::store::{Entry, StoreError, Stored};

/// After which time without an order to try again whether it can be written.
const AGAIN: Duration = Duration::from_secs(1);

/// The writer and what it knows.
#[derive(Debug)]
pub(super) struct Writer {
    connection: SqliteConnection,
    orders: mpsc::Receiver<Order<SqliteConnection>>,
    insertion: Insertion,
    details: Details,
    memory: Memory,
    /// The newest record of the transaction under way; 0 where it has stored none.
    newest: i64,
    lag: Arc<Lag>,
    health: Arc<Health>,
}

impl Writer {
    pub(super) fn new(
        connection: SqliteConnection,
        orders: mpsc::Receiver<Order<SqliteConnection>>,
        lag: Arc<Lag>,
        health: Arc<Health>,
    ) -> Self {
        let (insertion, details, memory) = (Insertion::new(), Details::new(), Memory::new());
        Self { connection, orders, insertion, details, memory, newest: 0, lag, health }
    }

    /// Works until nobody can ask any more, and closes the file.
    pub(super) async fn run(mut self) {
        let mut next = None;
        loop {
            let order = match next.take() {
                Some(order) => order,
                None => match self.receive().await {
                    Some(order) => order,
                    None => break,
                },
            };
            match order {
                Order::Append(first) => {
                    let (group, other) = gather(&mut self.orders, first).await;
                    self.append(group).await;
                    next = other;
                }
                Order::Act(act) => self.act(act).await,
            }
        }
        // What cannot be closed is closed by the end of the process; nothing is lost by it.
        let _ = self.connection.close().await;
    }

    /// The next order. While nothing can be written it tries by itself whether that is over: nobody
    /// may be sent here again before.
    async fn receive(&mut self) -> Option<Order<SqliteConnection>> {
        while self.health.failure().is_some() {
            match timeout(AGAIN, self.orders.recv()).await {
                Ok(order) => return order,
                Err(_) => self.try_to_write().await,
            }
        }
        self.orders.recv().await
    }

    /// Writes what is there already.
    async fn try_to_write(&mut self) {
        if self.begin().await.is_ok() {
            let sql = "UPDATE counters SET value = value WHERE name = 'key_generation'";
            let result = self.connection.execute(sql).await.map(drop).map_err(unavailable);
            // How it went is noted there.
            let _ = self.end(result).await;
        }
    }

    async fn append(&mut self, group: Vec<Append>) {
        let (mut records, mut waiting) = (Vec::new(), Vec::new());
        for Append { holder, client, entries, answer } in group {
            waiting.push((entries.len(), answer));
            let own = entries.into_iter();
            records.extend(own.map(|entry| (holder.clone(), client.clone(), entry)));
        }
        let (count, begun) = (records.len(), Instant::now());
        let result = self.transaction(records).await;
        metrics::commit(count, begun.elapsed());
        metrics::waiting(self.orders.len());
        answer(waiting, result);
    }

    /// All of the group in one transaction; `None` for a record whose key was revoked, or whose
    /// session has ended.
    async fn transaction(
        &mut self,
        records: Vec<(Holder, ClientId, Entry)>,
    ) -> Result<Vec<Option<Stored>>, StoreError> {
        self.begin().await?;
        let result = self.fill(records).await;
        self.end(result).await
    }

    async fn fill(
        &mut self,
        records: Vec<(Holder, ClientId, Entry)>,
    ) -> Result<Vec<Option<Stored>>, StoreError> {
        let mut outcomes = Vec::with_capacity(records.len());
        let mut admitted = Vec::with_capacity(records.len());
        let mut places = Vec::with_capacity(records.len());
        for (place, (holder, client, entry)) in records.into_iter().enumerate() {
            let is_active = match holder {
                Holder::Key(key) => self.memory.is_active(key),
                Holder::Session { session, .. } => self.stands(session).await?,
            };
            outcomes.push(is_active.then_some(Stored::Duplicate));
            if is_active {
                places.push(place);
                admitted.push(Numbered { seq: self.memory.number(), client, entry });
            }
        }
        let first = admitted.first().map_or(0, |record| record.seq);
        for Numbered { seq, .. } in self.insert(admitted).await? {
            let at = usize::try_from(seq - first).ok().and_then(|at| places.get(at));
            if let Some(outcome) = at.and_then(|place| outcomes.get_mut(*place)) {
                *outcome = Some(Stored::New);
            }
        }
        Ok(outcomes)
    }

    /// Inserts what is new, and gives that back.
    async fn insert(&mut self, mut records: Vec<Numbered>) -> Result<Vec<Numbered>, StoreError> {
        let writer = &mut self.connection;
        self.memory.name_clients(writer, &records).await?;
        let new = self.insertion.rows(writer, &records).await.map_err(unavailable)?;
        if usize::try_from(new) != Ok(records.len()) {
            let inserted = self.inserted(&records).await?;
            records.retain(|record| inserted.contains(&record.seq));
        }
        let writer = &mut self.connection;
        self.insertion.payloads(writer, &records).await.map_err(unavailable)?;
        self.memory.rollups.add(writer, &records).await?;
        self.details.add(writer, &records).await.map_err(unavailable)?;
        lost::add(writer, &records).await?;
        errors::add(writer, &records).await?;
        self.newest = records.last().map_or(self.newest, |record| record.seq);
        Ok(records)
    }

    /// Which of these numbers are in the table.
    async fn inserted(&mut self, records: &[Numbered]) -> Result<HashSet<i64>, StoreError> {
        let ends = records.first().zip(records.last()).map(|(first, last)| (first.seq, last.seq));
        let (first, last) = ends.unwrap_or((1, 0));
        let rows = sqlx::query_scalar("SELECT seq FROM workflow_logs WHERE seq BETWEEN ? AND ?")
            .bind(first)
            .bind(last)
            .fetch_all(&mut self.connection)
            .await
            .map_err(unavailable)?;
        Ok(rows.into_iter().collect())
    }

    async fn act(&mut self, act: Act<SqliteConnection>) {
        let Act { session, changes_keys, work, answer, .. } = act;
        let result = self.acted(session, work).await;
        if changes_keys {
            self.memory.forget();
        }
        // Who no longer waits for it need not know.
        let _ = answer.send(result);
    }

    async fn acted(
        &mut self,
        session: Option<i64>,
        work: Work<SqliteConnection>,
    ) -> Result<(), StoreError> {
        self.begin().await?;
        let result = self.work(session, work).await;
        // That somebody has no right is no failure of the store.
        let has_right = result != Err(StoreError::Revoked);
        self.end(if has_right { result } else { Ok(()) }).await?;
        if has_right { Ok(()) } else { Err(StoreError::Revoked) }
    }

    async fn work(
        &mut self,
        session: Option<i64>,
        work: Work<SqliteConnection>,
    ) -> Result<(), StoreError> {
        if let Some(session) = session {
            if !self.stands(session).await? {
                return Err(StoreError::Revoked);
            }
        }
        let told = work(&mut self.connection).await?;
        let number = |(client, entry)| Numbered { seq: self.memory.number(), client, entry };
        let records: Vec<_> = told.into_iter().map(number).collect();
        if records.is_empty() { Ok(()) } else { self.insert(records).await.map(drop) }
    }

    /// Whether a session stands. Whoever asks was let in a moment ago, by a clock of its own.
    async fn stands(&mut self, session: i64) -> Result<bool, StoreError> {
        sessions::stands(&mut self.connection, session, i64::MIN).await
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        self.newest = 0;
        let begun = match self.connection.execute("BEGIN IMMEDIATE").await {
            Ok(_) => self.memory.refresh(&mut self.connection).await,
            Err(error) => Err(unavailable(error)),
        };
        if begun.is_err() { self.end(begun).await } else { begun }
    }

    /// Commits what went well and takes back what did not.
    async fn end<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let result = match result {
            Ok(value) => {
                self.connection.execute("COMMIT").await.map(|_| value).map_err(unavailable)
            }
            Err(error) => Err(error),
        };
        if result.is_err() {
            // SQLite may have taken it back itself, as it does where the disk is full.
            let _ = self.connection.execute("ROLLBACK").await;
            self.memory.forget();
        } else {
            self.lag.stored(self.newest);
        }
        self.health.note(result.as_ref().err());
        result
    }
}
