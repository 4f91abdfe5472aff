//! The shipper's thread: seal what was handed over, send what waits, settle what comes back.
//!
//! The decisions are made elsewhere; here is the loop that carries them out.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{self, Runtime};
use tokio::task;
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::{Config, Destination};
use crate::record::{Degraded, Payload};
use crate::wire;

use super::batch::{self, MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Offers};
use super::consent::Consent;
use super::control::Command;
use super::disk::Disk;
use super::flights::{Flight, Flights};
use super::gate::{Gate, Pass};
use super::outbox::{Company, Outbox};
use super::queue::{Incoming, Rest};
use super::ration::Ration;
use super::retry::Sent;
use super::sealer::Sealer;
use super::stats::{Counters, Loss};
use super::transport::{Transport, TransportError};
use super::waits::Waits;
use super::warn::{Warner, Warning, tell};

/// How long the worker stays awake after work: a host that ships ten records a second never pays
/// for waking it.
pub(super) const AWAKE_AFTER_WORK: Duration = Duration::from_millis(100);
/// How often it looks for records while it is awake.
const AWAKE_TICK: Duration = Duration::from_millis(1);
/// How long it leaves the CPU to whoever has just woken it. Where both share one, the kernel runs
/// the woken thread first, and the hand-over would take as long as the sealing behind it.
const AFTER_WAKE: Duration = Duration::from_micros(50);
/// Room for a host's deepest `Serialize` in a build without optimization: a stack that runs over
/// ends the process. Only what is used of it is ever taken.
const STACK_BYTES: usize = 16 << 20;
/// Panics in a row, without a request that got through, after which the worker gives up.
const MOST_RESTARTS: u32 = 16;
/// How long to wait for a runtime that cannot be made.
const RUNTIME_PAUSE: Duration = Duration::from_millis(500);

/// Everything that the worker keeps while it lives, and over a restart.
pub(crate) struct Shipper {
    pub(super) link: Link,
    pub(super) incoming: Incoming,
    pub(super) outbox: Outbox,
    pub(super) disk: Option<Disk>,
    pub(super) gate: Gate,
    pub(super) offers: Offers,
    pub(super) warner: Warner,
    pub(super) waits: Waits,
    /// How large a sealed record was lately, on average, in bytes.
    pub(super) average_bytes: usize,
    pub(super) ration: Ration,
    pub(super) awake_until: Instant,
    pub(super) losses_told: u64,
    pub(super) restarts: u32,
    /// A record is neither in the queue nor in the outbox.
    pub(super) is_sealing: bool,
}

/// What a shipper shares with its client, and what it is made of.
pub(crate) struct Link {
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) consent: Arc<Consent>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) destination: Destination,
    pub(crate) sdk: wire::Sdk,
    pub(crate) in_flight: usize,
    pub(crate) budget_bytes: usize,
    pub(crate) timeout: Duration,
}

/// Starts the thread.
///
/// # Errors
/// Those of the operating system, when it has no thread to give.
pub(crate) fn start(shipper: Shipper) -> std::io::Result<()> {
    let thread = thread::Builder::new().name("epilogue".to_owned()).stack_size(STACK_BYTES);
    let work = move || {
        #[cfg(feature = "tracing-layer")]
        super::own_thread::claim();
        supervise(shipper);
    };
    thread.spawn(work).map(drop)
}

/// Runs the worker until its end; one that panics goes on with what it had.
fn supervise(mut shipper: Shipper) {
    while shipper.restarts <= MOST_RESTARTS {
        let Ok(runtime) = runtime() else {
            // Out of file descriptors, most likely; the host may free some.
            thread::sleep(RUNTIME_PAUSE);
            shipper.restarts += 1;
            continue;
        };
        let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(shipper.run())));
        // A name resolution that never ends must not hold the process.
        runtime.shutdown_background();
        if ended.is_ok() {
            return;
        }
        shipper.recover();
    }
    // What is sealed is safe on disk, if that is not what panics.
    let _ = catch_unwind(AssertUnwindSafe(|| shipper.spool_the_rest()));
    shipper.link.counters.end(Loss::WorkerGone);
    tell("the shipper's thread ends: nothing more will be shipped", &shipper.restarts);
}

fn runtime() -> std::io::Result<Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

impl Shipper {
    pub(crate) fn new(link: Link, incoming: Incoming, config: &Config) -> Self {
        let is_loopback = link.destination.url.is_loopback();
        let generation = link.consent.now();
        let spool_dir = config.spool_dir.clone();
        if spool_dir.is_some() {
            incoming.take_open_runs();
        }
        Self {
            outbox: Outbox::new(config.budget_bytes, config.max_age),
            disk: spool_dir.map(|dir| Disk::new(dir, config.spool_bytes, generation)),
            gate: Gate::new(),
            offers: Offers::new(config.batches, config.compression, is_loopback),
            warner: Warner::default(),
            waits: Waits::default(),
            average_bytes: 0,
            ration: Ration::default(),
            awake_until: Instant::now(),
            losses_told: 0,
            restarts: 0,
            is_sealing: false,
            link,
            incoming,
        }
    }

    async fn run(&mut self) {
        let mut flights = Flights::default();
        loop {
            self.obey();
            let has_more = self.seal_some();
            self.tidy();
            self.spool();
            self.dispatch(&mut flights);
            if self.answer_waits() {
                return;
            }
            if has_more {
                task::yield_now().await;
            } else {
                self.wait(&mut flights).await;
            }
            while let Some(ended) = flights.tasks.try_join_next_with_id() {
                self.settle_ended(&mut flights, ended);
            }
        }
    }

    /// After a panic: what was under way waits again, and the next run takes over.
    fn recover(&mut self) {
        self.restarts += 1;
        if std::mem::take(&mut self.is_sealing) {
            self.link.counters.lost(Loss::WorkerGone, 1);
        }
        self.outbox.recover();
        self.incoming.is_up();
        self.warner.warn(Warning::Restarted, &self.restarts, Instant::now());
    }

    fn obey(&mut self) {
        let now = Instant::now();
        while let Some(command) = self.incoming.next_command() {
            match command {
                Command::Flush(waiter) => {
                    self.waits.flush(self.incoming.len(), waiter);
                    self.gate.hurry(now);
                }
                Command::Shutdown { by, waiter } => {
                    self.waits.shutdown(now, by, waiter);
                    self.gate.last_chance(now);
                }
                Command::ApplyConsent => {
                    self.outbox.apply(&self.link.consent, &self.link.counters);
                    self.apply_to_spool();
                }
                Command::ForgetRun(id) => self.forget_run(id),
                Command::Retire => self.waits.retire(),
            }
        }
    }

    fn tidy(&mut self) {
        let now = Instant::now();
        self.outbox.expire(now, &self.link.counters);
        if self.waits.begin_to_hurry(now) {
            // The probe at the beginning of the end may have come a moment too early.
            self.gate.last_chance(now);
        }
        if self.waits.hurries(now) && !self.can_spool() {
            self.outbox.give_up_traces(Degraded::Shutdown, &self.link.counters);
        }
        self.tell_losses(now);
    }

    /// Losses that no answer of the collector's tells about.
    fn tell_losses(&mut self, now: Instant) {
        let stats = self.link.counters.snapshot();
        if stats.lost() == self.losses_told {
            return;
        }
        self.losses_told = stats.lost();
        for (loss, warning) in [(Loss::QueueFull, Warning::Full), (Loss::Expired, Warning::Expired)]
        {
            let count = stats.lost_by(loss);
            if count > 0 {
                self.warner.warn(warning, &format_args!("{count} so far"), now);
            }
        }
    }

    fn dispatch(&mut self, flights: &mut Flights) {
        while self.outbox.has_waiting() {
            let now = Instant::now();
            let in_flight = self.outbox.requests_in_flight();
            let Some(pass) = self.gate.pass(now, in_flight, self.link.in_flight) else {
                return;
            };
            let chosen = self.choose();
            let numbers = self.outbox.apply_to(&chosen, &self.link.consent, &self.link.counters);
            if !numbers.is_empty() && !self.send(&numbers, pass, flights) {
                return;
            }
        }
    }

    /// The records of the next request: a batch where the collector takes one, one record to
    /// probe whether it is back.
    fn choose(&mut self) -> Vec<u64> {
        if !self.gate.is_open() {
            let probe = self.outbox.next_probe();
            if let Some(number) = probe {
                self.outbox.probed(number);
            }
            return probe.into_iter().collect();
        }
        let most = if self.offers.batches() { MAX_BATCH_RECORDS } else { 1 };
        self.outbox.next_batch(most, MAX_BATCH_BYTES)
    }

    fn send(&mut self, numbers: &[u64], pass: Pass, flights: &mut Flights) -> bool {
        let items = self.outbox.get(numbers);
        let wants_plain = items.iter().any(|item| item.company == Company::Plain);
        let is_minimal = items.iter().all(|item| !item.payload.has_trace());
        let payloads: Vec<&Payload> = items.iter().map(|item| &item.payload).collect();
        let mut sdk = self.link.sdk.clone();
        sdk.lost = self.link.counters.lost_by_reason();
        let composed =
            batch::compose(&payloads, &sdk, &self.link.destination, &self.offers, wants_plain);
        let Ok(composed) = composed else {
            return false;
        };
        let sent = Sent { records: payloads.len(), is_plain: composed.is_plain, is_minimal };
        self.link.counters.requested(composed.request.body().len());
        let transport = Arc::clone(&self.link.transport);
        let bound = self.link.timeout;
        let handle = flights.tasks.spawn(async move {
            let answer = timeout(bound, transport.send(composed.request)).await;
            answer.unwrap_or(Err(TransportError::Timeout))
        });
        let request = self.outbox.send(numbers);
        flights.by_task.insert(handle.id(), Flight { request, pass, sent });
        true
    }

    /// Answers whoever waits for what has come about. Tells whether the worker's work is over.
    fn answer_waits(&mut self) -> bool {
        self.waits.answer_flushes(&self.outbox);
        // What is in the spool is safe, and is waited for only while it goes somewhere.
        let is_safe = self.outbox.is_settled_before(u64::MAX);
        let is_held = !self.gate.is_open() && self.outbox.requests_in_flight() == 0;
        let is_stuck = is_held || self.waits.hurries(Instant::now());
        let is_settled = is_safe && (self.outbox.is_empty() || is_stuck);
        let is_empty = self.incoming.is_empty() && is_settled;
        let is_over = self.waits.are_over(Instant::now(), is_empty, self.reserve());
        if is_over {
            self.end();
        }
        is_over
    }

    /// What reaches the disk in the end is as safe as what was delivered, and there for the next
    /// process by the time that anybody hears of it.
    fn end(&mut self) {
        self.spool_the_rest();
        self.disk = None;
        self.waits.answer_flushes(&self.outbox);
        let is_safe = self.incoming.is_empty() && self.outbox.is_settled_before(u64::MAX);
        self.link.counters.end(Loss::Shutdown);
        self.waits.end(is_safe);
    }

    /// Waits until a request is over, something has to be done, or somebody wakes the worker. For
    /// a while after work it looks for records by itself, so that the host need not wake it.
    async fn wait(&mut self, flights: &mut Flights) {
        let now = Instant::now();
        if now < self.awake_until {
            return self.wait_in_runtime(Some(now + AWAKE_TICK), flights).await;
        }
        let deadline = self.next_deadline();
        if flights.tasks.is_empty() {
            return self.sleep(deadline).await;
        }
        if self.incoming.rest(Rest::InRuntime) {
            self.wait_in_runtime(deadline, flights).await;
        }
        self.incoming.is_up();
    }

    async fn wait_in_runtime(&mut self, until: Option<Instant>, flights: &mut Flights) {
        let ended = {
            let mut woken = pin!(self.incoming.woken());
            let event = poll_fn(|context| {
                if let Poll::Ready(Some(ended)) = flights.tasks.poll_join_next_with_id(context) {
                    return Poll::Ready(Some(ended));
                }
                woken.as_mut().poll(context).map(|()| None)
            });
            match until {
                Some(until) => timeout_at(until, event).await.unwrap_or(None),
                None => event.await,
            }
        };
        if let Some(ended) = ended {
            self.settle_ended(flights, ended);
        }
    }

    /// With nothing under way the thread itself sleeps: waking it is cheaper for the host than
    /// waking a runtime.
    async fn sleep(&mut self, until: Option<Instant>) {
        if self.incoming.rest(Rest::Asleep) {
            match until {
                Some(until) => thread::park_timeout(until.duration_since(Instant::now())),
                None => thread::park(),
            }
            thread::sleep(AFTER_WAKE);
        }
        self.incoming.is_up();
        // The runtime rested as well. Its first turn takes note of connections that were closed
        // meanwhile, its second gives them up, before a request could be sent on one.
        task::yield_now().await;
        task::yield_now().await;
    }

    fn next_deadline(&self) -> Option<Instant> {
        let can_probe = self.outbox.has_waiting() && self.outbox.requests_in_flight() == 0;
        let probe = self.gate.opens_at().filter(|_| can_probe);
        let ends = self.waits.deadline(Instant::now(), self.reserve());
        let others = [self.outbox.expires_at(), self.spools_at(), ends];
        others.into_iter().chain([probe]).flatten().min()
    }
}
