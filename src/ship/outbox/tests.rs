//! What the outbox promises.

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
        self.outbox.admit(payload, self.consent.now(), None, self.now, &self.counters);
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
        bench.outbox.failed(item, true, Loss::Rejected, &bench.counters);
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
        bench.outbox.failed(item, true, Loss::Rejected, &bench.counters);
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
            bench.outbox.failed(item, false, Loss::Rejected, &bench.counters);
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
