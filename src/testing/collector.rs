//! The mock collector, as a test holds it.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::wire::{Envelope, LOGS_PATH};

use super::exchange::Shared;
use super::fault::Fault;
use super::listening::Listening;
use super::lock::lock;
use super::request::Request;
use super::rules::Rules;

/// A collector on 127.0.0.1 that stores in memory and misbehaves on demand.
///
/// It runs in threads of its own, one a connection, and needs no runtime. Dropping it closes
/// every connection, also those that hang in a fault, and waits for the threads.
///
/// ```
/// use std::time::Duration;
/// use epilogue::testing::MockCollector;
///
/// let collector = MockCollector::start()?;
/// // … hand `collector.url()` to a client and send a record …
/// # let (expected, within) = (0, Duration::ZERO);
/// # /*
/// let (expected, within) = (1, Duration::from_secs(5));
/// # */
/// assert_eq!(collector.wait_for(expected, within), expected);
/// assert!(collector.violations().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a collector stops when it is dropped"]
pub struct MockCollector {
    shared: Arc<Shared>,
    address: SocketAddr,
    listening: Mutex<Option<Listening>>,
}

impl MockCollector {
    pub(super) fn with_rules(rules: Rules) -> io::Result<Self> {
        let shared = Arc::new(Shared::new(rules));
        let listening = Listening::start(0, &shared)?;
        let address = listening.address();
        Ok(Self { shared, address, listening: Mutex::new(Some(listening)) })
    }

    /// The whole address for a producer, such as `http://127.0.0.1:40123/v1/logs`.
    pub fn url(&self) -> String {
        format!("http://{}{LOGS_PATH}", self.address)
    }

    /// The socket's address; it stays the same across [`refuse`](Self::refuse).
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// What arrived.
impl MockCollector {
    /// The stored records, each once, in the order of their arrival.
    pub fn records(&self) -> Vec<Envelope> {
        self.shared.ledger.envelopes()
    }

    /// The exact JSON of the stored records, in the same order.
    pub fn raw_records(&self) -> Vec<String> {
        self.shared.ledger.texts()
    }

    /// Every request that was read, in the order of arrival, also those that met a fault.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.ledger.requests()
    }

    /// How many records are stored.
    pub fn stored(&self) -> usize {
        self.shared.ledger.totals().stored
    }

    /// How many records were received that had been stored before.
    pub fn duplicates(&self) -> usize {
        self.shared.ledger.totals().duplicates
    }

    /// How many bytes of bodies were received, as they were sent.
    pub fn received_bytes(&self) -> u64 {
        self.shared.ledger.totals().received_bytes
    }

    /// How many connections were accepted since the start.
    pub fn connections(&self) -> usize {
        self.shared.connections()
    }

    /// What producers did against the contract, though most of it was served: a request without
    /// `User-Agent` or `Idempotency-Key`, a batch or a coding that no answer has offered, fields
    /// out of order, every record that is no record, and the like. No payload is quoted; the
    /// first 1,000 are kept.
    ///
    /// A request of which a fault left the body unread is not looked at.
    pub fn violations(&self) -> Vec<String> {
        self.shared.ledger.violations()
    }

    /// Forgets all that was received: records and their ids, requests, counts and violations.
    /// Faults, offers and the count of connections stay.
    pub fn clear(&self) {
        self.shared.ledger.clear();
    }

    /// Waits until this many records are stored or the time is over, and gives how many are.
    pub fn wait_for(&self, records: usize, within: Duration) -> usize {
        self.shared.ledger.wait(within, |totals| totals.stored >= records).stored
    }

    /// Waits until this many requests were read or the time is over, and gives how many were.
    ///
    /// A request counts as soon as it was read, which may be before it is answered.
    pub fn wait_for_requests(&self, requests: usize, within: Duration) -> usize {
        self.shared.ledger.wait(within, |totals| totals.requests >= requests).requests
    }
}

/// Faults on demand.
impl MockCollector {
    /// Lets the next request meet this fault; several wait in a queue.
    pub fn next(&self, fault: impl Into<Fault>) {
        self.next_times(1, fault);
    }

    /// Lets this many requests meet this fault, after those that wait already.
    pub fn next_times(&self, times: usize, fault: impl Into<Fault>) {
        self.shared.plan.add(times, &fault.into());
    }

    /// Lets every request meet this fault, once the queue is empty, until [`heal`](Self::heal).
    pub fn always(&self, fault: impl Into<Fault>) {
        self.shared.plan.stay(fault.into());
    }

    /// Forgets all faults and closes the connections that hang or pour in one.
    pub fn heal(&self) {
        // The plan goes first: a request that begins to hang later sees that it was healed.
        self.shared.plan.heal();
        if let Some(listening) = &*lock(&self.listening) {
            listening.release_held();
        }
    }

    /// Stops listening and closes all connections: from now on new ones are refused.
    pub fn refuse(&self) {
        drop(lock(&self.listening).take());
    }

    /// Listens again on the same port; nothing changes where it does already.
    ///
    /// # Errors
    /// When another process took the port meanwhile, or no thread can be started.
    pub fn come_back(&self) -> io::Result<()> {
        let mut listening = lock(&self.listening);
        if listening.is_none() {
            *listening = Some(Listening::start(self.address.port(), &self.shared)?);
        }
        Ok(())
    }
}
