//! What waits to be delivered, oldest first, within the budget: plain data that is told the
//! time.

mod item;
mod spooled;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::level::Level;
use crate::record::{Degraded, Payload};

pub(crate) use self::item::{Company, Item};

use super::consent::{Consent, Generation};
use super::spool::OpenRun;
use super::stats::{Counters, Loss};

/// By its place in the order in which records were sealed.
pub(crate) type Numbered = (u64, Item);

/// Payloads that wait and payloads that are under way; together they stay within the budget.
#[derive(Debug)]
pub(crate) struct Outbox {
    budget: usize,
    max_age: Duration,
    next_number: u64,
    waiting: BTreeMap<u64, Item>,
    /// Of those that wait, the ones with a trace to give up, by whether they tell a success.
    traced: [BTreeSet<u64>; 2],
    /// Of those that wait, the ones that are nowhere but here, and their bytes.
    unspooled: BTreeSet<u64>,
    unspooled_bytes: usize,
    in_flight: BTreeMap<u64, Vec<Numbered>>,
    next_request: u64,
    bytes: usize,
    /// Requests that got through so far.
    successes: u64,
    /// The record that probed last; the next probe is another's.
    last_probe: Option<u64>,
}

impl Outbox {
    pub(crate) fn new(budget: usize, max_age: Duration) -> Self {
        Self {
            budget,
            max_age,
            next_number: 0,
            waiting: BTreeMap::new(),
            traced: Default::default(),
            unspooled: BTreeSet::new(),
            unspooled_bytes: 0,
            in_flight: BTreeMap::new(),
            next_request: 0,
            bytes: 0,
            successes: 0,
            last_probe: None,
        }
    }

    /// More than half of the budget is taken: what is sealed now is sealed without its trace.
    pub(crate) fn is_under_pressure(&self) -> bool {
        self.bytes > self.budget / 2
    }

    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(crate) fn requests_in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// The number that the next record will get: all before it came earlier.
    pub(crate) fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Nothing that came before `number` is left, or it is in the spool.
    pub(crate) fn is_settled_before(&self, number: u64) -> bool {
        let first = self.unspooled.first();
        let sent = self.in_flight.values().flatten();
        let sent = sent.filter(|(_, item)| !item.is_spooled()).map(|(number, _)| number);
        first.into_iter().chain(sent).all(|first| *first >= number)
    }

    /// Nothing waits or is under way.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.in_flight.is_empty()
    }

    /// How many bytes wait, or are under way.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes a payload in. Where it does not fit, others give up their traces for it; where that
    /// is not enough, it goes.
    pub(crate) fn admit(
        &mut self,
        payload: Payload,
        generation: Generation,
        run: Option<OpenRun>,
        now: Instant,
        counters: &Counters,
    ) {
        let number = self.next_number;
        self.next_number += 1;
        self.back(number, Item::new(payload, generation, run, now));
        if self.bytes > self.budget {
            self.make_room(counters);
        }
        if self.bytes > self.budget && self.take(number).is_some() {
            counters.lost(Loss::QueueFull, 1);
        }
    }

    /// Successes first and oldest first: a trace of what went well is missed least.
    fn make_room(&mut self, counters: &Counters) {
        while self.bytes > self.budget {
            let [others, successes] = &self.traced;
            let Some(number) = successes.first().or_else(|| others.first()).copied() else {
                return;
            };
            self.give_up_trace(number, Degraded::Pressure, counters);
        }
    }

    /// The process is about to end: what waits is sent without its trace, to be quicker.
    pub(crate) fn give_up_traces(&mut self, why: Degraded, counters: &Counters) {
        let numbers: Vec<u64> = self.traced.iter().flatten().copied().collect();
        for number in numbers {
            self.give_up_trace(number, why, counters);
        }
    }

    fn give_up_trace(&mut self, number: u64, why: Degraded, counters: &Counters) {
        let Some(item) = self.waiting.get_mut(&number) else {
            return;
        };
        let freed = item.payload.give_up_trace(why);
        self.bytes -= freed;
        self.unspooled_bytes -= freed;
        self.traced[usize::from(item.payload.is_success())].remove(&number);
        counters.degraded(why, 1);
    }

    /// Drops what has waited too long.
    pub(crate) fn expire(&mut self, now: Instant, counters: &Counters) {
        while let Some(number) = self.unspooled.first().copied() {
            let is_too_old = |item: &Item| item.is_too_old(now, self.max_age);
            if !self.waiting.get(&number).is_some_and(is_too_old) {
                return;
            }
            self.take(number);
            counters.lost(Loss::Expired, 1);
        }
    }

    /// When the oldest that waits will be too old.
    pub(crate) fn expires_at(&self) -> Option<Instant> {
        let (_, oldest) = self.unspooled()?;
        oldest.checked_add(self.max_age)
    }

    /// Applies the lowest level since each record was handed over.
    pub(crate) fn apply(&mut self, consent: &Consent, counters: &Counters) {
        let numbers: Vec<u64> = self.waiting.keys().copied().collect();
        for number in numbers {
            if let Some(item) = self.take(number) {
                self.back_by_consent(number, item, consent, counters);
            }
        }
    }

    /// The same for the records of the next request: the level may have been lowered while they
    /// were being sealed. Returns those that are left.
    pub(crate) fn apply_to(
        &mut self,
        numbers: &[u64],
        consent: &Consent,
        counters: &Counters,
    ) -> Vec<u64> {
        for number in numbers {
            if let Some(item) = self.take(*number) {
                self.back_by_consent(*number, item, consent, counters);
            }
        }
        let is_left = |number: &u64| self.waiting.contains_key(number);
        numbers.iter().copied().filter(is_left).collect()
    }

    fn back_by_consent(
        &mut self,
        number: u64,
        mut item: Item,
        consent: &Consent,
        counters: &Counters,
    ) {
        item.payload.lower(consent.since(item.generation));
        if item.payload.level() == Level::Off {
            counters.withdrawn(1);
        } else {
            self.back(number, item);
        }
    }

    /// The oldest records for the next request: as many as fit into `max_bytes`, alone where one
    /// has to be.
    pub(crate) fn next_batch(&self, most: usize, max_bytes: usize) -> Vec<u64> {
        let mut batch: Vec<u64> = Vec::new();
        let (mut most, mut bytes) = (most, 0);
        for (number, item) in &self.waiting {
            let company = match item.company {
                Company::Batch(company) => company,
                Company::Alone | Company::Plain if batch.is_empty() => return vec![*number],
                Company::Alone | Company::Plain => break,
            };
            bytes += item.payload.size();
            most = most.min(company);
            let is_full = batch.len() >= most || bytes > max_bytes;
            if is_full && !batch.is_empty() {
                break;
            }
            batch.push(*number);
        }
        batch
    }

    /// The record that probes whether the collector is back: not the one that did so last,
    /// because it may be the reason why it fails.
    pub(crate) fn next_probe(&self) -> Option<u64> {
        let after = self.last_probe.map_or(0, |number| number + 1);
        let next = self.waiting.range(after..).next().or_else(|| self.waiting.iter().next());
        next.map(|(number, _)| *number)
    }

    /// Remembers which record probes.
    pub(crate) fn probed(&mut self, number: u64) {
        self.last_probe = Some(number);
    }

    /// The records of these numbers.
    pub(crate) fn get(&self, numbers: &[u64]) -> Vec<&Item> {
        numbers.iter().filter_map(|number| self.waiting.get(number)).collect()
    }

    /// Moves records from waiting to under way.
    pub(crate) fn send(&mut self, numbers: &[u64]) -> u64 {
        let request = self.next_request;
        self.next_request += 1;
        let mut items = Vec::with_capacity(numbers.len());
        for number in numbers {
            if let Some(item) = self.take(*number) {
                self.bytes += item.payload.size();
                items.push((*number, item));
            }
        }
        self.in_flight.insert(request, items);
        request
    }

    /// The records of a request that is over; each goes [`back`](Self::back) or is settled.
    pub(crate) fn finish(&mut self, request: u64) -> Vec<Numbered> {
        let items = self.in_flight.remove(&request).unwrap_or_default();
        self.bytes -= items.iter().map(|(_, item)| item.payload.size()).sum::<usize>();
        items
    }

    /// Every request that is under way is given up, because nobody will tell how it ends.
    pub(crate) fn recover(&mut self) {
        let requests: Vec<u64> = self.in_flight.keys().copied().collect();
        for request in requests {
            for (number, item) in self.finish(request) {
                self.back(number, item);
            }
        }
    }

    /// A record waits again, in its old place.
    pub(crate) fn back(&mut self, number: u64, item: Item) {
        self.bytes += item.payload.size();
        self.put(number, item);
    }

    pub(crate) fn got_through(&mut self) {
        self.successes += 1;
    }

    /// A record that failed and is to be tried again; dropped for this reason once it has failed
    /// too often while others got through.
    pub(crate) fn failed(
        &mut self,
        numbered: Numbered,
        was_alone: bool,
        loss: Loss,
        counters: &Counters,
    ) {
        let (number, mut item) = numbered;
        if item.failed(was_alone, self.successes) {
            self.back(number, item);
        } else {
            counters.lost(loss, 1);
        }
    }

    fn put(&mut self, number: u64, item: Item) {
        // The trace of a record in the spool is on disk anyway.
        if !item.is_spooled() {
            self.unspooled.insert(number);
            self.unspooled_bytes += item.payload.size();
            if item.payload.has_trace() {
                self.traced[usize::from(item.payload.is_success())].insert(number);
            }
        }
        self.waiting.insert(number, item);
    }

    /// Takes a record out; it counts no more.
    fn take(&mut self, number: u64) -> Option<Item> {
        let item = self.waiting.remove(&number)?;
        self.bytes -= item.payload.size();
        if self.unspooled.remove(&number) {
            self.unspooled_bytes -= item.payload.size();
        }
        for traced in &mut self.traced {
            traced.remove(&number);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests;
