//! What waits to be delivered, oldest first, within the budget: plain data that is told the
//! time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::level::Level;
use crate::record::{Degraded, Payload};

use super::consent::{Consent, Generation};
use super::stats::{Counters, Loss};

/// How often a record may fail while others get through.
const MOST_STRIKES: u8 = 4;

/// In which form a record may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Company {
    /// With at most so many others.
    Batch(usize),
    /// Alone in its request.
    Alone,
    /// Alone, as plain JSON, uncompressed.
    Plain,
}

/// A payload on its way.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) payload: Payload,
    pub(crate) company: Company,
    generation: Generation,
    sealed_at: Instant,
    /// Failures while others got through.
    strikes: u8,
    /// How many had got through when it failed last.
    failed_at: Option<u64>,
}

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

    /// Nothing that came before `number` is left.
    pub(crate) fn is_settled_before(&self, number: u64) -> bool {
        let first = self.waiting.keys().next();
        let sent = self.in_flight.values().flatten().map(|(number, _)| number);
        first.into_iter().chain(sent).all(|first| *first >= number)
    }

    /// Takes a payload in. Where it does not fit, others give up their traces for it; where that
    /// is not enough, it goes.
    pub(crate) fn admit(
        &mut self,
        payload: Payload,
        generation: Generation,
        now: Instant,
        counters: &Counters,
    ) {
        let number = self.next_number;
        self.next_number += 1;
        self.bytes += payload.size();
        let item = Item {
            payload,
            company: Company::Batch(usize::MAX),
            generation,
            sealed_at: now,
            strikes: 0,
            failed_at: None,
        };
        self.put(number, item);
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
        self.bytes -= item.payload.give_up_trace(why);
        self.traced[usize::from(item.payload.is_success())].remove(&number);
        counters.degraded(why, 1);
    }

    /// Drops what has waited too long.
    pub(crate) fn expire(&mut self, now: Instant, counters: &Counters) {
        while let Some((number, item)) = self.waiting.first_key_value() {
            if now.duration_since(item.sealed_at) < self.max_age {
                return;
            }
            self.take(*number);
            counters.lost(Loss::Expired, 1);
        }
    }

    /// When the oldest that waits will be too old.
    pub(crate) fn expires_at(&self) -> Option<Instant> {
        let (_, oldest) = self.waiting.first_key_value()?;
        oldest.sealed_at.checked_add(self.max_age)
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

    /// A record that failed and is to be tried again; dropped once it has failed too often while
    /// others got through. In company nobody knows whose fault it is, so it goes alone next.
    pub(crate) fn failed(&mut self, numbered: Numbered, was_alone: bool, counters: &Counters) {
        let (number, mut item) = numbered;
        let others_got_through = item.failed_at.is_none_or(|then| self.successes > then);
        let is_first = item.failed_at.is_none();
        item.failed_at = Some(self.successes);
        if others_got_through && was_alone {
            item.strikes += 1;
        } else if others_got_through && !is_first {
            item.company = item.company.max(Company::Alone);
        }
        if item.strikes >= MOST_STRIKES {
            counters.lost(Loss::Rejected, 1);
        } else {
            self.back(number, item);
        }
    }

    fn put(&mut self, number: u64, item: Item) {
        if item.payload.has_trace() {
            self.traced[usize::from(item.payload.is_success())].insert(number);
        }
        self.waiting.insert(number, item);
    }

    /// Takes a record out; it counts no more.
    fn take(&mut self, number: u64) -> Option<Item> {
        let item = self.waiting.remove(&number)?;
        self.bytes -= item.payload.size();
        for traced in &mut self.traced {
            traced.remove(&number);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Policy;
    use crate::{Record, Status};

    struct Bench {
        outbox: Outbox,
        counters: Counters,
        consent: Consent,
        now: Instant,
    }

    fn bench(budget: usize) -> Bench {
        Bench {
            outbox: Outbox::new(budget, Duration::from_secs(60)),
            counters: Counters::default(),
            consent: Consent::new(Level::FullTrace),
            now: Instant::now(),
        }
    }

    impl Bench {
        fn admit(&mut self, status: Status) -> usize {
            let record = Record::workflow("1").status(status).state("x ".repeat(5_000));
            let payload = record.seal(&Policy::default(), Level::FullTrace);
            let size = payload.size();
            self.counters.produced();
            self.outbox.admit(payload, self.consent.now(), self.now, &self.counters);
            size
        }

        fn traces(&self) -> Vec<u64> {
            let all = self.outbox.waiting.iter();
            all.filter(|(_, item)| item.payload.has_trace()).map(|(number, _)| *number).collect()
        }

        /// Every sum that is kept is the sum of its parts.
        fn check(&self) {
            let waiting = self.outbox.waiting.values();
            let sent = self.outbox.in_flight.values().flatten().map(|(_, item)| item);
            let bytes: usize = waiting.chain(sent).map(|item| item.payload.size()).sum();
            assert_eq!(self.outbox.bytes, bytes);
            assert_eq!(self.outbox.traced.iter().map(BTreeSet::len).sum::<usize>(), {
                self.traces().len()
            });
        }
    }

    #[test]
    fn when_the_budget_is_full_traces_go_first_successes_before_failures() {
        let mut bench = bench(usize::MAX);
        let size = bench.admit(Status::Failed);
        bench.outbox.budget = 3 * size + size / 2;
        bench.admit(Status::Success);
        bench.admit(Status::Success);
        assert_eq!(bench.traces(), [0, 1, 2]);
        bench.admit(Status::Failed);
        assert_eq!(bench.traces(), [0, 2, 3]);
        bench.check();
    }

    #[test]
    fn when_nothing_is_left_to_give_up_the_newest_goes() {
        let mut bench = bench(4_000);
        for _ in 0..20 {
            bench.admit(Status::Success);
        }
        let lost = bench.counters.snapshot().lost_by(Loss::QueueFull);
        assert!(lost > 0 && bench.outbox.waiting.contains_key(&0));
        assert_eq!(lost + bench.outbox.waiting.len() as u64, 20);
        assert!(bench.traces().is_empty() && bench.outbox.bytes <= 4_000);
        bench.check();
    }

    #[test]
    fn what_is_too_old_goes_and_nothing_else() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        bench.now += Duration::from_secs(50);
        bench.admit(Status::Success);
        bench.outbox.expire(bench.now + Duration::from_secs(10), &bench.counters);
        assert_eq!(bench.counters.snapshot().lost_by(Loss::Expired), 1);
        assert_eq!(bench.outbox.next_batch(9, 1 << 20), [1]);
        bench.check();
    }

    #[test]
    fn consent_that_is_taken_back_reaches_what_waits() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        bench.consent.set(Level::MetricsOnly);
        bench.outbox.apply(&bench.consent, &bench.counters);
        assert!(bench.traces().is_empty());
        assert_eq!(bench.outbox.waiting[&0].payload.degraded(), None);
        bench.consent.set(Level::Off);
        bench.outbox.apply(&bench.consent, &bench.counters);
        assert!(!bench.outbox.has_waiting());
        assert_eq!(bench.counters.snapshot().skipped(), 1);
        bench.check();
    }

    #[test]
    fn a_batch_is_the_oldest_that_fit_and_a_lonely_record_goes_alone() {
        let mut bench = bench(1 << 20);
        let size = bench.admit(Status::Success);
        for _ in 0..4 {
            bench.admit(Status::Success);
        }
        assert_eq!(bench.outbox.next_batch(2, 1 << 20), [0, 1]);
        assert_eq!(bench.outbox.next_batch(9, 3 * size), [0, 1, 2]);
        assert_eq!(bench.outbox.next_batch(9, 1), [0], "one always goes");
        bench.outbox.waiting.get_mut(&2).expect("waits").company = Company::Alone;
        assert_eq!(bench.outbox.next_batch(9, 1 << 20), [0, 1]);
        bench.outbox.send(&[0, 1]);
        assert_eq!(bench.outbox.next_batch(9, 1 << 20), [2]);
        bench.check();
    }

    #[test]
    fn a_poisonous_record_goes_after_four_failures_while_others_get_through() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        for failure in 1..=4 {
            let request = bench.outbox.send(&[0]);
            let item = bench.outbox.finish(request).remove(0);
            bench.outbox.failed(item, true, &bench.counters);
            bench.check();
            assert_eq!(bench.outbox.has_waiting(), failure < 4);
            bench.outbox.got_through();
        }
        assert_eq!(bench.counters.snapshot().lost_by(Loss::Rejected), 1);
    }

    #[test]
    fn an_outage_costs_no_record_its_attempts() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        for _ in 0..100 {
            let request = bench.outbox.send(&[0]);
            let item = bench.outbox.finish(request).remove(0);
            bench.outbox.failed(item, true, &bench.counters);
        }
        assert!(bench.outbox.has_waiting());
    }

    #[test]
    fn innocent_company_is_not_dropped_but_sent_alone() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        bench.admit(Status::Success);
        for _ in 0..2 {
            let request = bench.outbox.send(&[0, 1]);
            for item in bench.outbox.finish(request) {
                bench.outbox.failed(item, false, &bench.counters);
            }
            bench.outbox.got_through();
        }
        assert_eq!(bench.outbox.next_batch(9, 1 << 20), [0]);
        assert_eq!(bench.outbox.waiting[&0].strikes, 0);
    }

    #[test]
    fn each_probe_is_another_record() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        bench.admit(Status::Success);
        let mut probes = Vec::new();
        for _ in 0..3 {
            let probe = bench.outbox.next_probe().expect("two wait");
            bench.outbox.probed(probe);
            probes.push(probe);
        }
        assert_eq!(probes, [0, 1, 0]);
    }

    #[test]
    fn what_was_under_way_when_the_worker_ended_waits_again() {
        let mut bench = bench(1 << 20);
        bench.admit(Status::Success);
        bench.outbox.send(&[0]);
        assert!(!bench.outbox.is_settled_before(1));
        bench.outbox.recover();
        assert_eq!(bench.outbox.next_batch(9, 1 << 20), [0]);
        bench.check();
    }
}
