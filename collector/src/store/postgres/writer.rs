//! The tasks that write: while one of them has its transaction synced, the next gathers what has come
//! meanwhile.

use std::sync::Arc;
use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::PgConnection;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::time::{Instant, timeout, timeout_at};

use super::address::Address;
use super::connection::{Connection, SILENCE};
use super::failure::{IN_THE_WAY, unavailable};
use super::rollup::Known;
use super::within::{LONGEST, PATIENT, answered};
use super::{details, errors, insert, keys, locks, lost, sessions};
use crate::auth::Holder;
use crate::metrics;
use crate::store::entry::Numbered;
use crate::store::health::Health;
use crate::store::orders::{Act, Append, Order, Owned, Work, answer, gather};
use crate::store::{StoreError, Stored};

/// After which time without an order to try again whether it can be written.
const AGAIN: Duration = Duration::from_secs(1);
/// How many bytes of records a transaction has another second for.
const BYTES_A_SECOND: usize = 1 << 20;
/// Writes what is there already, once there was room for what a few records need, which is given back.
const TRY: &str = "SAVEPOINT room; INSERT INTO unindexed (seqs) \
     SELECT array_agg((random() * 9e18)::bigint) FROM generate_series(1, 32768); \
     ROLLBACK TO room; UPDATE counters SET value = value WHERE name = 'key_generation'";
/// How often records are tried to be stored where others are in the way, unless time is over before.
const ATTEMPTS: u32 = 5;

/// Where all writers take their orders.
pub(super) type Orders = Arc<Mutex<mpsc::Receiver<Order<PgConnection>>>>;

/// One of the writers and what it knows.
#[derive(Debug)]
pub(super) struct Writer {
    connection: Connection,
    orders: Orders,
    known: Known,
    /// Told that there is more to index.
    stored: Arc<Notify>,
    health: Arc<Health>,
}

/// What a writer does next.
enum Next {
    Records(Vec<Append>, Option<Order<PgConnection>>),
    Act(Act<PgConnection>),
}

impl Writer {
    pub(super) fn new(
        address: Address,
        orders: Orders,
        stored: Arc<Notify>,
        health: Arc<Health>,
    ) -> Self {
        let connection = Connection::new(address, Arc::clone(&health));
        Self { connection, orders, known: Known::default(), stored, health }
    }

    /// Works until nobody can ask any more.
    pub(super) async fn run(mut self) {
        while let Some(next) = self.next().await {
            match next {
                Next::Records(group, other) => {
                    self.append(group).await;
                    if let Some(Order::Act(act)) = other {
                        self.act(act).await;
                    }
                }
                Next::Act(act) => self.act(act).await,
            }
        }
    }

    /// The next order with all that waits behind it. One writer takes them at a time.
    async fn next(&mut self) -> Option<Next> {
        let orders = Arc::clone(&self.orders);
        let mut orders = orders.lock().await;
        match self.receive(&mut orders).await? {
            Order::Append(first) => {
                let (group, other) = gather(&mut orders, first).await;
                metrics::waiting(orders.len());
                Some(Next::Records(group, other))
            }
            Order::Act(act) => Some(Next::Act(act)),
        }
    }

    /// The next order. While nothing can be written it tries by itself whether that is over: nobody
    /// may be sent here again before. Who comes nevertheless is told at once, and waits for nothing.
    async fn receive(
        &mut self,
        orders: &mut mpsc::Receiver<Order<PgConnection>>,
    ) -> Option<Order<PgConnection>> {
        loop {
            let mut next = Instant::now();
            while let Some(failure) = self.health.failure() {
                if failure == SILENCE {
                    // Those who wait have waited for long already.
                    next = Instant::now() + AGAIN;
                }
                while let Ok(order) = timeout_at(next, orders.recv()).await {
                    match order {
                        Some(order) if is_away(&failure) => order.refuse(&failure),
                        order => return order,
                    }
                }
                self.try_to_write().await;
                next = Instant::now() + AGAIN;
            }
            // Another writer may fail while this one waits for orders.
            let Ok(order) = timeout(AGAIN, orders.recv()).await else { continue };
            match (order, self.health.failure()) {
                (Some(order), Some(failure)) if is_away(&failure) => order.refuse(&failure),
                (order, _) => return order,
            }
        }
    }

    /// Tries whether records could be written.
    async fn try_to_write(&mut self) {
        let trying = async {
            let writer = self.connection.begin("").await?;
            writer.execute(TRY).await.map(drop).map_err(unavailable)
        };
        let result = answered(LONGEST, trying).await;
        // How it went is noted there.
        let _ = self.end(result).await;
    }

    async fn append(&mut self, group: Vec<Append>) {
        let (mut records, mut holders, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
        for Append { holder, client, entries, answer } in group {
            waiting.push((entries.len(), answer));
            for entry in entries {
                holders.push(holder.clone());
                records.push(Numbered { seq: 0, client: client.clone(), entry });
            }
        }
        let begun = Instant::now();
        let result = self.store(&holders, &mut records).await;
        metrics::commit(records.len(), begun.elapsed());
        if matches!(result, Err(StoreError::Damaged(_))) && waiting.len() > 1 {
            // One of them cannot be stored, and the others have nothing to do with it.
            return self.append_each(&holders, records, waiting).await;
        }
        answer(waiting, result);
    }

    async fn append_each(
        &mut self,
        holders: &[Holder],
        mut records: Vec<Numbered>,
        waiting: Vec<(usize, crate::store::orders::Answer<Vec<Stored>>)>,
    ) {
        let (mut records, mut holders) = (&mut records[..], holders);
        for (count, waiting) in waiting {
            let (own, rest) = records.split_at_mut(count);
            let (own_holders, rest_holders) = holders.split_at(count);
            let result = self.store(own_holders, own).await;
            answer(vec![(count, waiting)], result);
            (records, holders) = (rest, rest_holders);
        }
    }

    /// All of these in one transaction, which is tried again where others are in the way; `None` for
    /// a record whose key was revoked, or whose session has ended.
    async fn store(
        &mut self,
        holders: &[Holder],
        records: &mut [Numbered],
    ) -> Result<Vec<Option<Stored>>, StoreError> {
        let (begun, mut attempt) = (Instant::now(), 1);
        loop {
            let result = self.transaction(holders, records).await;
            let is_over = attempt == ATTEMPTS || begun.elapsed() >= LONGEST;
            if is_over || result != Err(StoreError::Unavailable(IN_THE_WAY)) {
                self.connection.note(result.as_ref().err());
                return result;
            }
            attempt += 1;
        }
    }

    async fn transaction(
        &mut self,
        holders: &[Holder],
        records: &mut [Numbered],
    ) -> Result<Vec<Option<Stored>>, StoreError> {
        let result = answered(longest(records), self.fill(holders, records)).await;
        self.finish(result).await
    }

    async fn fill(
        &mut self,
        holders: &[Holder],
        records: &mut [Numbered],
    ) -> Result<Vec<Option<Stored>>, StoreError> {
        self.connection.connected().await?;
        self.learn(records).await?;
        // Together with the others that store; a revocation waits for all of them.
        let lock = format!("; SELECT pg_advisory_xact_lock_shared({})", locks::KEYS);
        self.connection.begin(&lock).await?;
        if self.connection.is_new() {
            // What was learned, another may have been told.
            return Err(StoreError::Unavailable(IN_THE_WAY));
        }
        let admitted = admitted(self.connection.open()?, holders).await?;
        let mut outcomes: Vec<_> =
            admitted.iter().map(|is_in| is_in.then_some(Stored::Duplicate)).collect();
        for place in self.insert(records, &admitted).await? {
            outcomes[place] = Some(Stored::New);
        }
        Ok(outcomes)
    }

    /// Sees to it that clients and groups of these records are known, to this server.
    async fn learn(&mut self, records: &[Numbered]) -> Result<(), StoreError> {
        if self.connection.is_new() {
            self.known = Known::default();
        }
        self.known.learn(self.connection.open()?, records).await
    }

    /// Inserts what is new of those that are admitted, and tells at which places that is.
    async fn insert(
        &mut self,
        records: &mut [Numbered],
        admitted: &[bool],
    ) -> Result<Vec<usize>, StoreError> {
        let Self { connection, known, .. } = self;
        let writer = connection.open()?;
        let mut places: Vec<_> = (0..records.len()).filter(|place| admitted[*place]).collect();
        let wanted: Vec<_> = places.iter().map(|place| &records[*place]).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let numbers = insert::rows(writer, &wanted).await?;
        for (place, number) in places.iter().zip(&numbers) {
            records[*place].seq = number.unwrap_or_default();
        }
        let mut numbers = numbers.into_iter();
        places.retain(|_| numbers.next().flatten().is_some());
        let new: Vec<_> = places.iter().map(|place| &records[*place]).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        insert::payloads(writer, &new).await?;
        known.add(writer, &new).await?;
        details::add(writer, &new).await?;
        lost::add(writer, &new).await?;
        errors::add(writer, &new).await?;
        Ok(places)
    }

    async fn act(&mut self, act: Act<PgConnection>) {
        let Act { session, changes_keys, is_long, work, answer } = act;
        let longest = if is_long { PATIENT } else { LONGEST };
        let working = answered(longest, self.work(session, changes_keys, work)).await;
        let result = self.acted(working).await;
        // Who no longer waits for it need not know.
        let _ = answer.send(result);
    }

    async fn acted(&mut self, result: Result<(), StoreError>) -> Result<(), StoreError> {
        // That somebody has no right is no failure of the store.
        let has_right = result != Err(StoreError::Revoked);
        self.end(if has_right { result } else { Ok(()) }).await?;
        if has_right { Ok(()) } else { Err(StoreError::Revoked) }
    }

    async fn work(
        &mut self,
        session: Option<i64>,
        changes_keys: bool,
        work: Work<PgConnection>,
    ) -> Result<(), StoreError> {
        let lock = format!("; SELECT pg_advisory_xact_lock({})", locks::KEYS);
        let writer = self.connection.begin(if changes_keys { &lock } else { "" }).await?;
        if let Some(session) = session {
            if !sessions::holds(writer, session).await? {
                return Err(StoreError::Revoked);
            }
        }
        let told = work(writer).await?;
        self.tell(told).await
    }

    /// Records that an act tells or carries.
    async fn tell(&mut self, told: Owned) -> Result<(), StoreError> {
        let numbered = |(client, entry)| Numbered { seq: 0, client, entry };
        let mut records: Vec<_> = told.into_iter().map(numbered).collect();
        // Few acts at once tell of the same: here nobody waits long.
        self.learn(&records).await?;
        let admitted = vec![true; records.len()];
        self.insert(&mut records, &admitted).await.map(drop)
    }

    /// Ends a transaction, and notes how that went.
    async fn end<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let result = self.finish(result).await;
        self.connection.note(result.as_ref().err());
        result
    }

    /// Commits what went well and takes back what did not.
    async fn finish<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let result = self.connection.finish(result).await;
        match &result {
            Ok(_) => self.stored.notify_one(),
            Err(_) => self.known = Known::default(),
        }
        result
    }
}

/// Whether whoever comes next would fail as well.
fn is_away(failure: &StoreError) -> bool {
    matches!(failure, StoreError::Unavailable(reason) if *reason != IN_THE_WAY)
}

/// How long the transaction of these records may take: what is large has longer, lest it could never be
/// stored where PostgreSQL is slow.
fn longest(records: &[Numbered]) -> Duration {
    let bytes: usize = records.iter().map(|record| record.entry.payload.len()).sum();
    LONGEST + Duration::from_secs((bytes / BYTES_A_SECOND) as u64)
}

/// Which of these may store: those whose key is not revoked, and whose session stands.
async fn admitted(writer: &mut PgConnection, holders: &[Holder]) -> Result<Vec<bool>, StoreError> {
    let mut asked: Vec<i64> = Vec::new();
    for holder in holders {
        if let Holder::Key(key) = holder {
            if !asked.contains(key) {
                asked.push(*key);
            }
        }
    }
    let active = keys::among(writer, &asked).await?;
    let mut admitted = Vec::with_capacity(holders.len());
    for holder in holders {
        admitted.push(match holder {
            Holder::Key(key) => active.contains(key),
            Holder::Session { session, .. } => sessions::holds(writer, *session).await?,
        });
    }
    Ok(admitted)
}
