//! The connection of one writer, and what becomes of it where something fails.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor};
use tokio::time::{Instant, timeout};

use super::address::Address;
use super::failure::{READ_ONLY, unavailable};
use super::open;
use super::within::{LONGEST, SILENT, answered};
use crate::store::StoreError;
use crate::store::health::Health;

/// How long taking back may take; what takes longer goes with the connection.
const TAKING_BACK: Duration = Duration::from_secs(1);
/// After which time without use a connection is looked at before it is used, and how long it may take to
/// answer.
const IDLE: Duration = Duration::from_secs(1);
const TEST: Duration = Duration::from_secs(1);
const BROKEN: &str = "the connection was broken";
pub(super) const SILENCE: StoreError = StoreError::Unavailable(SILENT);

/// A connection that writes, opened anew where the last one is lost.
#[derive(Debug)]
pub(super) struct Connection {
    address: Address,
    /// `None` before the first use, and where it broke.
    open: Option<PgConnection>,
    /// Whether it was opened since somebody asked: another server may be there by now, which has not
    /// all that the last one had.
    is_new: bool,
    /// When it was last used, as far as that is known.
    used: Instant,
    /// How often the writers had failed when it was opened.
    failures: u64,
    /// That of all writers.
    health: Arc<Health>,
}

impl Connection {
    pub(super) fn new(address: Address, health: Arc<Health>) -> Self {
        Self { address, open: None, is_new: false, used: Instant::now(), failures: 0, health }
    }

    /// The connection, which is opened where there is none.
    pub(super) async fn connected(&mut self) -> Result<&mut PgConnection, StoreError> {
        let failures = self.health.failures();
        // What failed for another writer may have ended this connection as well.
        if self.failures != failures || !self.is_there().await {
            self.open = None;
            self.open = Some(open::writer(&self.address).await?);
            self.failures = failures;
            self.is_new = true;
        }
        self.used = Instant::now();
        self.open()
    }

    /// Whether there is a connection. One that was not used for long may have ended meanwhile, and
    /// nobody is to be refused because of it.
    async fn is_there(&mut self) -> bool {
        let Some(open) = &mut self.open else { return false };
        self.used.elapsed() < IDLE || matches!(timeout(TEST, open.ping()).await, Ok(Ok(())))
    }

    /// Whether it was opened since this was last asked.
    pub(super) fn is_new(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// The connection that is there.
    pub(super) fn open(&mut self) -> Result<&mut PgConnection, StoreError> {
        self.open.as_mut().ok_or(StoreError::Unavailable(BROKEN))
    }

    /// Begins a transaction, on the way with what else is to be said first.
    pub(super) async fn begin(&mut self, and: &str) -> Result<&mut PgConnection, StoreError> {
        let writer = self.connected().await?;
        let sql = format!("BEGIN{and}");
        writer.execute(sql.as_str()).await.map_err(unavailable)?;
        Ok(writer)
    }

    /// Commits what went well and takes back what did not.
    pub(super) async fn finish<T>(
        &mut self,
        result: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let result = match (result, &mut self.open) {
            (Ok(value), Some(writer)) => {
                let committing = async { writer.execute("COMMIT").await.map_err(unavailable) };
                answered(LONGEST, committing).await.map(|_| value)
            }
            (Ok(_), None) => Err(StoreError::Unavailable(BROKEN)),
            (Err(error), _) => Err(error),
        };
        if let Err(error) = &result {
            let is_lost = *error == SILENCE || *error == StoreError::Unavailable(READ_ONLY);
            self.take_back(is_lost).await;
        }
        result
    }

    /// Takes back what is open; what cannot be taken back by a connection goes with it. So does a
    /// connection that is silent, or to a standby: the next one may find the server that took over.
    async fn take_back(&mut self, is_lost: bool) {
        let Some(mut writer) = self.open.take().filter(|_| !is_lost) else { return };
        let rolled_back = timeout(TAKING_BACK, writer.execute("ROLLBACK")).await;
        if matches!(rolled_back, Ok(Ok(_))) {
            self.open = Some(writer);
        }
    }

    /// Notes how it went. By a connection that was there before the last failure, which another met
    /// meanwhile, nobody can tell that it is over.
    pub(super) fn note(&self, failure: Option<&StoreError>) {
        if failure.is_some() || self.failures == self.health.failures() {
            self.health.note(failure);
        }
    }
}
