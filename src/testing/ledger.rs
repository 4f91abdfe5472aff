//! What a collector has received, and the wait for more of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::wire::Envelope;

use super::check::Record;
use super::lock::lock;
use super::offers::Offers;
use super::request::Request;

/// The most violations that are kept: a load run with a wrong producer must stay in bounds.
const MAX_VIOLATIONS: usize = 1_000;

/// What was received since the start or the last clearing.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    state: Mutex<State>,
    grown: Condvar,
    counting_only: bool,
}

#[derive(Debug, Default)]
struct State {
    seen: HashMap<String, HashSet<Uuid>>,
    records: Vec<Record>,
    requests: Vec<Request>,
    totals: Totals,
    violations: Vec<String>,
    /// The number of the next request; clearing does not reset it, so that an answer under way
    /// is not noted with another request.
    next_number: u64,
    /// The media types and codings that any answer has offered.
    offered: HashSet<String>,
}

/// The counts, which are kept in every mode.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub(super) stored: usize,
    pub(super) duplicates: usize,
    pub(super) requests: usize,
    pub(super) received_bytes: u64,
}

/// What became of the records of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) accepted: u64,
    pub(super) duplicates: u64,
}

impl Ledger {
    pub(super) fn new(counting_only: bool) -> Self {
        Self { counting_only, ..Self::default() }
    }

    /// Notes a request that was read and gives it its number.
    pub(super) fn open(&self, mut request: Request, violations: &[String]) -> u64 {
        let mut state = lock(&self.state);
        let number = state.next_number;
        state.next_number += 1;
        state.totals.requests += 1;
        state.totals.received_bytes += request.body.len() as u64;
        state.add_violations(violations.iter().map(|what| format!("request {number}: {what}")));
        if !self.counting_only {
            request.number = number;
            state.requests.push(request);
        }
        drop(state);
        self.grown.notify_all();
        number
    }

    /// Notes what is wrong with bytes that are no request.
    pub(super) fn add_violation(&self, what: String) {
        lock(&self.state).add_violations([what]);
    }

    /// Stores what is new of these records and notes the answer, in one step: who waits for the
    /// records sees both.
    pub(super) fn settle(
        &self,
        number: u64,
        records: impl IntoIterator<Item = Record>,
        status: Option<u16>,
    ) -> Tally {
        let mut state = lock(&self.state);
        let mut tally = Tally::default();
        for record in records {
            if state.is_new(&record.envelope) {
                tally.accepted += 1;
                state.totals.stored += 1;
                if !self.counting_only {
                    state.records.push(record);
                }
            } else {
                tally.duplicates += 1;
                state.totals.duplicates += 1;
            }
        }
        state.answer(number, status);
        drop(state);
        self.grown.notify_all();
        tally
    }

    /// Notes what an answer offers, before the producer can read it.
    pub(super) fn add_offers(&self, offers: &Offers) {
        lock(&self.state).offered.extend(offers.names());
    }

    pub(super) fn offered(&self) -> HashSet<String> {
        lock(&self.state).offered.clone()
    }

    pub(super) fn envelopes(&self) -> Vec<Envelope> {
        lock(&self.state).records.iter().map(|record| record.envelope.clone()).collect()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        lock(&self.state).records.iter().map(|record| record.text.clone()).collect()
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.state).requests.clone()
    }

    pub(super) fn violations(&self) -> Vec<String> {
        lock(&self.state).violations.clone()
    }

    pub(super) fn totals(&self) -> Totals {
        lock(&self.state).totals
    }

    /// Waits until the totals are as wanted or the time is over, and gives them.
    pub(super) fn wait(&self, within: Duration, enough: impl Fn(&Totals) -> bool) -> Totals {
        let waiting = |state: &mut State| !enough(&state.totals);
        let state = lock(&self.state);
        let waited = self.grown.wait_timeout_while(state, within, waiting);
        let (state, _): (MutexGuard<'_, State>, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.totals
    }

    /// Forgets what was received; offers stay known to the producers, so they stay here.
    pub(super) fn clear(&self) {
        let mut state = lock(&self.state);
        let next_number = state.next_number;
        let offered = std::mem::take(&mut state.offered);
        *state = State { next_number, offered, ..State::default() };
    }
}

impl State {
    /// Whether this record had not been stored before; from now on it has.
    fn is_new(&mut self, envelope: &Envelope) -> bool {
        if let Some(ids) = self.seen.get_mut(&envelope.client_id) {
            return ids.insert(envelope.record_id);
        }
        let ids = HashSet::from([envelope.record_id]);
        self.seen.insert(envelope.client_id.clone(), ids).is_none()
    }

    fn answer(&mut self, number: u64, status: Option<u16>) {
        let place = self.requests.binary_search_by_key(&number, |request| request.number);
        if let Ok(place) = place {
            self.requests[place].status = status;
        }
    }

    fn add_violations(&mut self, found: impl IntoIterator<Item = String>) {
        let room = MAX_VIOLATIONS - self.violations.len();
        self.violations.extend(found.into_iter().take(room));
    }
}
