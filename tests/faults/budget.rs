//! What waits stays within its budget, and traces are given up before records are: the oldest
//! success first.

use std::sync::mpsc::{self, Receiver, Sender};

use epilogue::record::Degraded;
use epilogue::wire::Envelope;
use epilogue::{Client, IntoRecord, Loss, Record, Status};

use crate::common::{LONG, add_up, ticket};
use crate::inside::{Conduct, Inside};
use crate::trouble::{is_unique, settle};

const BUDGET: usize = 64 << 10;

/// A record that tells when the worker opens it: all before it are sealed then.
struct Told(Record, Sender<()>);

impl IntoRecord for Told {
    fn into_record(self) -> Record {
        // The test may have failed meanwhile.
        let _ = self.1.send(());
        self.0
    }
}

/// A client whose requests hang, so that whatever it keeps, it keeps in its budget.
struct Full {
    inside: Inside,
    client: Client,
    told: (Sender<()>, Receiver<()>),
    shipped: u64,
}

impl Full {
    fn new(conduct: Conduct) -> Self {
        let inside = Inside::default();
        inside.set(conduct);
        let builder = inside.builder().in_flight(1).budget_bytes(BUDGET).timeout(LONG / 2);
        let client = builder.max_record_bytes(16 << 10).build().unwrap();
        let full = Self { inside, client, told: mpsc::channel(), shipped: 0 };
        full.client.ship(Record::workflow("first"));
        assert_eq!(full.inside.wait_for_requests(1, LONG), 1);
        full
    }

    /// Ships a record when the worker has taken the one before: the hand-over queue stays empty.
    fn ship(&mut self, record: Record) {
        self.shipped += 1;
        self.client.ship(Told(record, self.told.0.clone()));
        self.told.1.recv_timeout(LONG).expect("the worker opens it");
    }

    fn small(&mut self) {
        self.ship(Record::workflow(format!("small-{}", self.shipped)));
    }

    /// Traces that were given up; an envelope that is sealed under pressure counts as one.
    fn given_up(&self) -> u64 {
        self.client.stats().degraded_by(Degraded::Pressure)
    }

    /// The collector is there again; gives what it has stored then.
    fn delivered(self) -> (Client, Vec<Envelope>, usize) {
        self.inside.set(Conduct::Stores);
        assert!(self.client.shutdown_blocking(LONG).is_complete(), "{:?}", self.client.stats());
        let seen = self.inside.seen();
        is_unique(&seen.stored);
        add_up(&self.client.stats());
        (self.client, seen.stored.clone(), seen.stored_bytes)
    }
}

fn traced(name: &str, number: usize, status: Status) -> Record {
    Record::workflow(format!("{name}-{number}")).status(status).state("word ".repeat(770))
}

/// Successes among others, with their traces; together they are just over half of the budget, so
/// that all envelopes which follow are sealed as ones that give a trace up.
const SUCCESSES: usize = 4;
const OTHERS: usize = 3;

fn with_traces() -> Full {
    let mut full = Full::new(Conduct::AsksForPatience);
    for number in 0..OTHERS {
        full.ship(traced("success", number, Status::Success));
        full.ship(traced("failed", number, Status::Failed));
    }
    full.ship(traced("success", OTHERS, Status::Success));
    assert_eq!(full.given_up(), 0);
    full
}

/// Which of these have no trace any more.
fn gone(stored: &[Envelope], name: &str) -> Vec<usize> {
    let is_gone = |record: &&Envelope| record.trace.is_none();
    let number = |record: &Envelope| ticket(record).strip_prefix(name)?.parse().ok();
    let mut gone: Vec<_> = stored.iter().filter(is_gone).filter_map(number).collect();
    gone.sort_unstable();
    gone
}

#[test]
fn of_the_traces_that_wait_the_oldest_success_goes_first() {
    for missing in 1..=SUCCESSES + OTHERS {
        let mut full = with_traces();
        let mut envelopes = 0;
        while full.given_up() < envelopes + missing as u64 {
            full.small();
            envelopes += 1;
            assert!(envelopes < 1_000, "the budget is never full");
        }
        let (client, stored, _) = full.delivered();
        assert_eq!(client.stats().lost(), 0);
        let (successes, others) = (gone(&stored, "success-"), gone(&stored, "failed-"));
        // The very first record of the client may have been one of them.
        assert!(successes.len() + others.len() + 1 >= missing, "{successes:?} {others:?}");
        assert_eq!(successes, (0..successes.len()).collect::<Vec<_>>());
        assert_eq!(others, (0..others.len()).collect::<Vec<_>>());
        assert!(others.is_empty() || successes.len() == SUCCESSES, "{successes:?} {others:?}");
    }
}

#[test]
fn no_record_is_dropped_while_there_is_a_trace_to_give_up() {
    let mut full = with_traces();
    while full.client.stats().lost() == 0 {
        full.small();
        assert!(full.shipped < 1_000, "the budget is never full");
    }
    let (client, stored, _) = full.delivered();
    assert_eq!(client.stats().lost(), client.stats().lost_by(Loss::QueueFull));
    assert_eq!(gone(&stored, "success-").len(), SUCCESSES);
    assert_eq!(gone(&stored, "failed-").len(), OTHERS);
}

#[test]
fn what_waits_and_what_is_under_way_stay_within_the_budget_together() {
    for conduct in [Conduct::Hangs, Conduct::AsksForPatience] {
        let mut full = Full::new(conduct);
        for number in 0..300 {
            let state = "word ".repeat(number * 97 % 3_000);
            let status = if number % 2 == 0 { Status::Failed } else { Status::Success };
            full.ship(Record::workflow(format!("{number}")).status(status).state(state));
        }
        // A record that is held shows that all before it are settled.
        full.small();
        let kept = full.client.stats().pending();
        let (client, stored, bytes) = full.delivered();
        // The last two may have been sealed since.
        assert!(client.stats().delivered().abs_diff(kept) <= 2, "{kept} {}", client.stats());
        assert!(bytes <= BUDGET && bytes > BUDGET / 4, "{bytes} bytes");
        assert!(client.stats().lost_by(Loss::QueueFull) > 0);
        assert!(stored.iter().any(|record| record.degraded.as_deref() == Some("pressure")));
    }
}

#[test]
fn once_there_is_room_again_records_keep_their_traces() {
    let inside = Inside::default();
    inside.set(Conduct::Breaks);
    let client = inside.builder().budget_bytes(BUDGET).build().unwrap();
    for number in 0..40 {
        client.ship(traced("early", number, Status::Success));
    }
    assert!(inside.wait_for_requests(1, LONG) >= 1);
    inside.set(Conduct::Stores);
    settle(&client);
    client.ship(traced("late", 0, Status::Success));
    settle(&client);
    let stored = &inside.seen().stored;
    assert!(stored.iter().any(|record| record.degraded.as_deref() == Some("pressure")));
    assert!(stored.last().is_some_and(|last| ticket(last) == "late-0" && last.trace.is_some()));
}
