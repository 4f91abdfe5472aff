//! What the tests of the client share: a client that ships to a mock collector, values that hold
//! the worker, and what must be true of every client at any time.
#![allow(dead_code, reason = "each file of tests is a program of its own and uses some of it")]

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use epilogue::testing::MockCollector;
use epilogue::wire::Envelope;
use epilogue::{Client, ClientBuilder, IntoRecord, Record, Stats};

/// No passing test waits this long; it only keeps a failing one from hanging.
pub(crate) const LONG: Duration = Duration::from_secs(20);
/// How long a request may take in a test in which requests hang.
pub(crate) const SHORT: Duration = Duration::from_millis(200);
/// What a bounded wait may take on a machine that is busy with something else.
pub(crate) const BOUND: Duration = Duration::from_secs(5);

pub(crate) const API_KEY: &str = "the-key-of-the-tests";
pub(crate) const CLIENT_ID: &str = "demo";

pub(crate) fn collector() -> MockCollector {
    MockCollector::start().expect("a port on this machine")
}

/// A builder of a client for this collector.
pub(crate) fn builder(collector: &MockCollector) -> ClientBuilder {
    Client::builder().url(collector.url()).api_key(API_KEY).client_id(CLIENT_ID)
}

/// A client for this collector, whose requests do not hang long.
pub(crate) fn client(collector: &MockCollector) -> Client {
    builder(collector).timeout(SHORT * 2).build().expect("the settings are complete")
}

/// Waits until everything is settled.
pub(crate) fn settle(client: &Client) {
    assert!(client.flush_blocking(LONG).is_complete(), "{client:?}");
    add_up(&client.stats());
    assert_eq!(client.stats().pending(), 0);
}

/// Every record stands under exactly one heading.
pub(crate) fn add_up(stats: &Stats) {
    let placed = stats.delivered() + stats.pending() + stats.spooled();
    let sum = placed + stats.lost() + stats.skipped();
    assert_eq!(stats.produced() + stats.adopted(), sum, "{stats}");
    let lost: u64 = epilogue::Loss::ALL.into_iter().map(|loss| stats.lost_by(loss)).sum();
    assert_eq!(stats.lost(), lost, "{stats}");
}

/// What was sent keeps the contract.
pub(crate) fn keeps_the_contract(collector: &MockCollector) {
    assert_eq!(collector.violations(), [""; 0]);
}

/// The tickets that were stored, in order of their names.
pub(crate) fn tickets(collector: &MockCollector) -> Vec<String> {
    let mut tickets: Vec<_> = collector.records().into_iter().map(|r| ticket(&r)).collect();
    tickets.sort();
    tickets
}

pub(crate) fn ticket(record: &Envelope) -> String {
    record.ticket_id.clone().unwrap_or_default()
}

/// The stored record of a ticket.
pub(crate) fn stored(collector: &MockCollector, id: &str) -> Envelope {
    let records = collector.records();
    records.into_iter().find(|record| ticket(record) == id).unwrap_or_else(|| panic!("no {id}"))
}

/// A record with a trace.
pub(crate) fn traced(ticket: &str) -> Record {
    Record::workflow(ticket).state("what happened")
}

/// A record that the worker cannot open before it is let go.
pub(crate) struct Held {
    record: Record,
    opened: Sender<()>,
    go_on: Receiver<()>,
}

/// The test's end of a [`Held`] record.
pub(crate) struct Hold {
    opened: Receiver<()>,
    go_on: Sender<()>,
}

pub(crate) fn held(record: Record) -> (Held, Hold) {
    let (opened, was_opened) = mpsc::channel();
    let (let_go, go_on) = mpsc::channel();
    (Held { record, opened, go_on }, Hold { opened: was_opened, go_on: let_go })
}

impl Hold {
    /// Waits until the worker is stuck in the record.
    pub(crate) fn wait(&self) {
        self.opened.recv_timeout(LONG).expect("the worker opens the record");
    }

    /// Lets the worker go on.
    pub(crate) fn let_go(self) {
        drop(self.go_on);
    }
}

impl IntoRecord for Held {
    fn into_record(self) -> Record {
        // A test that failed has dropped its end.
        let _ = self.opened.send(());
        let _ = self.go_on.recv_timeout(LONG);
        self.record
    }
}

/// Hands these records over so that the worker meets them together: one is stuck until all the
/// others are there. Returns how many there are with that one, whose ticket is `first`.
pub(crate) fn ship_together(client: &Client, records: impl IntoIterator<Item = Record>) {
    let (first, hold) = held(traced("first"));
    client.ship(first);
    hold.wait();
    for record in records {
        client.ship(record);
    }
    hold.let_go();
}

/// A client whose collector has offered what it offers.
pub(crate) fn acquainted(collector: &MockCollector, builder: ClientBuilder) -> Client {
    let client = builder.timeout(SHORT * 2).build().expect("the settings are complete");
    client.ship(Record::workflow("acquaintance"));
    settle(&client);
    collector.clear();
    client
}

/// Numbered tickets, of equal width so that their names sort as they were made.
pub(crate) fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("ticket-{number:04}")).collect()
}
