//! The client: what a host holds, clones and hands its records to.

mod builder;
mod guard;
mod open_runs;

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

pub use self::builder::ClientBuilder;
pub use self::guard::Guard;

use crate::config::{Config, ConfigError};
use crate::level::Level;
use crate::mask::Policy;
use crate::record::{IntoRecord, Payload, Unsealed, Walk};
use crate::ship::{
    Command, Consent, Counters, Drained, Generation, HandedOver, Handover, Loss, Mention, Sealer,
    Stats, tell, wait,
};

/// Ships records to a collector: never fails, never blocks, never slows its host.
///
/// A clone is a handle to the same worker. [`Client::ship`] moves the host's value into a bounded
/// queue and returns; sealing, masking, compressing and sending happen on the worker's own
/// thread. A drop waits for nothing: let a [`Guard`] live as long as `main`, or call
/// [`Client::shutdown`], so that the last records arrive.
///
/// A process that forks without exec makes its client after the fork: threads do not survive it.
///
/// ```
/// use epilogue::{Client, Record, Status};
///
/// let logs = Client::from_env();
/// let _guard = logs.guard();
/// logs.ship(Record::workflow("12345").status(Status::Success).metric("overall_confidence", 0.82));
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    counters: Arc<Counters>,
    consent: Arc<Consent>,
    sealer: Arc<Sealer>,
    /// `None` where the client is disabled.
    worker: Option<Handover>,
}

impl Client {
    /// A client from code; see [`ClientBuilder`].
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client from the environment; see the crate's documentation for the variables.
    ///
    /// # Errors
    /// [`ConfigError`], which names the variable, what it holds and what is expected.
    pub fn try_from_env() -> Result<Self, ConfigError> {
        ClientBuilder::from_env()?.build()
    }

    /// A client from the environment. Where that is wrong or incomplete the client is disabled,
    /// and one warning says why: the host's workflow goes on.
    pub fn from_env() -> Self {
        Self::try_from_env().unwrap_or_else(|error| {
            tell("the client is disabled: nothing will be shipped", &error);
            Self::disabled()
        })
    }

    /// A client that ships nothing and counts what it is given as skipped.
    pub fn disabled() -> Self {
        Self::new(
            Arc::default(),
            Arc::new(Consent::new(Level::Off)),
            Arc::new(builder::sealer(&Config::default(), String::new(), None, None)),
            None,
        )
    }

    fn new(
        counters: Arc<Counters>,
        consent: Arc<Consent>,
        sealer: Arc<Sealer>,
        worker: Option<Handover>,
    ) -> Self {
        Self { shared: Arc::new(Shared { counters, consent, sealer, worker }) }
    }

    /// What is masked of the records of this client, and how; [`Policy::describe`] tells it in
    /// words.
    pub fn policy(&self) -> &Policy {
        &self.shared.sealer.policy
    }

    /// Hands a record over, or any state that becomes one.
    ///
    /// Costs a move of the value and, after an idle time, the wake-up of the worker. Never
    /// blocks, fails or panics, from any thread, in or outside async code, also after
    /// [`shutdown`](Self::shutdown); what does not arrive is counted in [`stats`](Self::stats).
    pub fn ship(&self, state: impl IntoRecord + Send + 'static) {
        self.hand_over(self.shared.consent.now(), state, Mention::Nothing);
    }

    /// Hands over what the host has gathered since then, at the lowest level that was set meanwhile.
    /// Tells whether the worker has it.
    fn hand_over(
        &self,
        generation: Generation,
        state: impl IntoRecord + Send + 'static,
        run: Mention,
    ) -> bool {
        let Shared { counters, consent, worker, .. } = &*self.shared;
        counters.produced();
        let Some(worker) = worker.as_ref().filter(|_| !counters.has_ended()) else {
            drop(Unsealed::new(state, SystemTime::UNIX_EPOCH));
            self.count_without_worker();
            return false;
        };
        if consent.since(generation) == Level::Off {
            drop(Unsealed::new(state, SystemTime::UNIX_EPOCH));
            counters.skipped();
            return false;
        }
        let unsealed = Unsealed::new(state, SystemTime::now());
        let is_taken = worker.push(HandedOver { unsealed, generation, run }).is_ok();
        // Behind the end everything is counted under the reason of the end.
        if !is_taken && !counters.has_ended() {
            counters.queue_was_full();
        }
        is_taken
    }

    /// Since when a run that begins now is gathered; `None` where nothing may be.
    pub(crate) fn gathering(&self) -> Option<Generation> {
        let consent = &self.shared.consent;
        let now = consent.now();
        (consent.since(now) != Level::Off).then_some(now)
    }

    /// Counts a run of which nothing was gathered.
    pub(crate) fn skip(&self) {
        let counters = &self.shared.counters;
        counters.produced();
        if self.is_disabled() || !counters.has_ended() {
            counters.skipped();
        }
    }

    /// A disabled client skips; one that has ended counts by itself.
    fn count_without_worker(&self) {
        if self.shared.worker.is_none() {
            self.shared.counters.skipped();
        }
    }

    /// Seals a record with this client's settings and shows what would be sent. Ships nothing,
    /// and runs on the caller's thread.
    ///
    /// ```
    /// let payload = epilogue::Client::disabled().preview(epilogue::Record::workflow("12345"));
    /// assert!(payload.render().is_empty(), "a disabled client sends nothing");
    /// ```
    pub fn preview(&self, state: impl IntoRecord + Send + 'static) -> Payload {
        let unsealed = Unsealed::new(state, SystemTime::now());
        self.shared.sealer.seal(unsealed, self.level(), Walk::Full)
    }

    /// Waits until every record handed over before is delivered, lost and counted, or on disk;
    /// `within` at most.
    pub async fn flush(&self, within: Duration) -> Drained {
        self.apart(within, Self::flush_blocking).await
    }

    /// The same, blocking the thread.
    pub fn flush_blocking(&self, within: Duration) -> Drained {
        self.ask(within, Command::Flush)
    }

    /// Delivers what it can within the time, then ends the worker; what is left goes to the spool,
    /// or is counted as lost where there is none. Everything shipped later is counted as lost too.
    pub async fn shutdown(&self, within: Duration) -> Drained {
        self.apart(within, Self::shutdown_blocking).await
    }

    /// The same, blocking the thread.
    pub fn shutdown_blocking(&self, within: Duration) -> Drained {
        let now = tokio::time::Instant::now();
        let by = now.checked_add(within).unwrap_or_else(|| now + Duration::from_secs(1 << 30));
        let drained = self.ask(within, |waiter| Command::Shutdown { by, waiter });
        // A worker that has not answered in time may be stuck in a value of the host's.
        if self.shared.worker.is_some() && !drained.is_complete() {
            self.shared.counters.end(Loss::Shutdown);
        }
        drained
    }

    /// A guard whose drop delivers the last records; keep it as long as `main` runs.
    pub fn guard(&self) -> Guard {
        Guard::new(self.clone())
    }

    /// What became of the records so far.
    pub fn stats(&self) -> Stats {
        self.shared.counters.snapshot()
    }

    /// How much of a record is sent now.
    pub fn level(&self) -> Level {
        self.shared.consent.level()
    }

    /// Changes how much is sent. Lowering it applies at once to everything that has not been sent
    /// yet, in memory and in the spool; raising it brings nothing back. A disabled client stays OFF.
    ///
    /// Behind the end of a client it reaches nothing any more: what was left in the spool then is
    /// lowered, or deleted, by the next process that starts with a lower level.
    pub fn set_level(&self, level: Level) {
        let Some(worker) = &self.shared.worker else {
            return;
        };
        self.shared.consent.set(level);
        // A worker that is gone has nothing left to lower.
        let _ = worker.command(Command::ApplyConsent);
    }

    /// Settings or the host have switched the client off for good.
    pub fn is_disabled(&self) -> bool {
        self.shared.worker.is_none()
    }

    fn ask(
        &self,
        within: Duration,
        command: impl FnOnce(crate::ship::Waiter) -> Command,
    ) -> Drained {
        let Some(worker) = &self.shared.worker else {
            return Drained { is_complete: true };
        };
        if self.shared.counters.has_ended() {
            // The worker may still be on its way out, and would answer nobody.
            return Drained { is_complete: self.stats().pending() == 0 };
        }
        let (waiter, waiting) = wait();
        match worker.command(command(waiter)) {
            Ok(()) => waiting.wait(within),
            Err(_) => Drained { is_complete: self.stats().pending() == 0 },
        }
    }

    /// Waits on a thread of its own, so that neither the caller's runtime nor a worker that is
    /// stuck in a host's `Serialize` can make the wait longer than it may be.
    async fn apart(&self, within: Duration, ask: fn(&Self, Duration) -> Drained) -> Drained {
        let client = self.clone();
        let (answer, answered) = tokio::sync::oneshot::channel();
        let started = thread::Builder::new().name("epilogue-wait".to_owned()).spawn(move || {
            // Whoever asked may have stopped listening.
            let _ = answer.send(ask(&client, within));
        });
        match started {
            Ok(_) => answered.await.unwrap_or(Drained { is_complete: false }),
            // Without a thread the caller's own waits: late is better than not at all.
            Err(_) => ask(self, within),
        }
    }
}

impl Drop for Shared {
    /// The worker delivers what it still has, and ends; nobody waits for it.
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            let _ = worker.command(Command::Retire);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("level", &self.level())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}
