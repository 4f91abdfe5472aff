//! One request and its answer: what every way of answering needs.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::wire::Answer;

use super::connections::Place;
use super::ingest::Verdict;
use super::ledger::{Ledger, Tally};
use super::offers::Offers;
use super::plan::Plan;
use super::response::Response;
use super::rules::Rules;

/// What all connections of a collector share; it outlives every listening socket.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rules: Rules,
    pub(super) ledger: Ledger,
    pub(super) plan: Plan,
    connections: AtomicUsize,
}

impl Shared {
    pub(super) fn new(rules: Rules) -> Self {
        let ledger = Ledger::new(rules.counting_only);
        Self { rules, ledger, plan: Plan::default(), connections: AtomicUsize::new(0) }
    }

    pub(super) fn count_connection(&self) {
        self.connections.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next request may come.
    KeepAlive,
    /// The connection ends.
    Close,
    /// The connection ends once the peer has sent what it was sending: closing over unread data
    /// would reset the connection and take the answer with it.
    Drain,
}

/// One request that has been read and judged, and the way to answer it.
#[derive(Debug)]
pub(super) struct Exchange<'a> {
    pub(super) place: &'a Place,
    pub(super) shared: &'a Shared,
    pub(super) number: u64,
    pub(super) verdict: Verdict,
    /// How often the collector had been healed when the fault was drawn.
    pub(super) healed: u64,
    /// What an ordinary answer leaves the connection in.
    pub(super) next: Next,
}

impl Exchange<'_> {
    pub(super) fn stream(&self) -> &TcpStream {
        self.place.stream()
    }

    /// Stores what can be stored and makes the usual answer.
    pub(super) fn usual(&mut self) -> Response {
        let status = match &self.verdict {
            Verdict::Refused(refusal) => refusal.status,
            Verdict::Taken { .. } => 200,
        };
        let tally = self.store(Some(status));
        match &mut self.verdict {
            _ if self.shared.rules.empty_answers => Response::empty(status),
            Verdict::Refused(refusal) => refusal.response(),
            Verdict::Taken { rejected, .. } => {
                let rejected = std::mem::take(rejected);
                let Tally { accepted, duplicates } = tally;
                Response::json(status, &Answer { accepted, duplicates, rejected })
            }
        }
    }

    /// Stores what can be stored and notes the status that will be answered.
    pub(super) fn store(&mut self, status: Option<u16>) -> Tally {
        let records = match &mut self.verdict {
            Verdict::Refused(_) => Vec::new(),
            Verdict::Taken { records, .. } => std::mem::take(records),
        };
        let records = records.into_iter().map(|(_, record)| record);
        self.shared.ledger.settle(self.number, records, status)
    }

    /// Stores nothing and notes the status that will be answered.
    pub(super) fn note(&self, status: u16) {
        self.shared.ledger.settle(self.number, [], Some(status));
    }

    /// Sends an answer with the collector's offers.
    pub(super) fn send(&self, response: Response) -> io::Result<Next> {
        self.send_offering(response, &self.shared.rules.offers())
    }

    /// Sends an answer with these offers.
    pub(super) fn send_offering(&self, response: Response, offers: &Offers) -> io::Result<Next> {
        self.shared.ledger.add_offers(offers);
        let mut response = response.offering(offers);
        if self.next != Next::KeepAlive {
            response = response.header("connection", "close");
        }
        self.stream().write_all(&response.to_bytes())?;
        Ok(self.next)
    }
}
