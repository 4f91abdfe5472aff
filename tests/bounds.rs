//! Every wait ends within its bound, memory stays within its budget, and no panic of the host's
//! values reaches the host.

mod common;

use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use common::{
    BOUND, Hold, LONG, SHORT, add_up, builder, client, collector, held, keeps_the_contract,
    numbered, settle, stored, tickets, traced,
};
use epilogue::record::Degraded;
use epilogue::testing::{Fault, MockCollector};
use epilogue::{Client, IntoRecord, Level, Loss, Record, Status};
use serde::{Serialize, Serializer};

/// Runs it, and checks that it ended in time.
fn in_time<T>(run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = run();
    assert!(began.elapsed() < BOUND, "it took {:?}", began.elapsed());
    result
}

/// A client whose collector never answers, with a record on its way.
fn hanging() -> (MockCollector, Client) {
    let collector = collector();
    collector.always(Fault::Hang);
    // Longer than any bound here: only the bound can end the wait.
    let client = builder(&collector).timeout(Duration::from_secs(60)).build().unwrap();
    client.ship(traced("1"));
    assert_eq!(collector.wait_for_requests(1, LONG), 1);
    (collector, client)
}

/// A client whose worker is stuck in a value of the host's.
fn stuck() -> (MockCollector, Client, Hold) {
    let collector = collector();
    let client = client(&collector);
    let (record, hold) = held(traced("1"));
    client.ship(record);
    hold.wait();
    (collector, client, hold)
}

#[test]
fn a_flush_ends_in_time_when_the_collector_hangs() {
    let (_collector, client) = hanging();
    let drained = in_time(|| client.flush_blocking(SHORT));
    assert!(!drained.is_complete());
    assert_eq!(client.stats().pending(), 1);
    add_up(&client.stats());
}

#[test]
fn a_shutdown_ends_in_time_when_the_collector_hangs_and_counts_what_is_left() {
    let (_collector, client) = hanging();
    let drained = in_time(|| client.shutdown_blocking(Duration::from_millis(300)));
    assert!(!drained.is_complete());
    let stats = client.stats();
    assert_eq!((stats.lost_by(Loss::Shutdown), stats.lost(), stats.pending()), (1, 1, 0));
    add_up(&stats);
}

#[test]
fn a_guard_ends_in_time_when_the_collector_hangs() {
    let (_collector, client) = hanging();
    let guard = client.guard();
    in_time(|| drop(guard));
    assert_eq!(client.stats().lost_by(Loss::Shutdown), 1);
    add_up(&client.stats());
}

#[test]
fn the_drop_of_a_client_waits_for_nothing() {
    let (_collector, client) = hanging();
    in_time(|| drop(client));
    let (_collector, client, _hold) = stuck();
    in_time(|| drop(client));
}

#[test]
fn async_waits_end_in_time() {
    let (_collector, client) = hanging();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    in_time(|| {
        runtime.block_on(async {
            assert!(!client.flush(SHORT).await.is_complete());
            assert!(!client.shutdown(SHORT).await.is_complete());
        });
    });
    assert_eq!(client.stats().lost_by(Loss::Shutdown), 1);
}

#[test]
fn an_async_wait_does_not_hold_the_runtime_that_it_waits_in() {
    let (_collector, client, hold) = stuck();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    in_time(|| {
        runtime.block_on(async {
            // It runs only where the wait lets it, and the wait ends only when it has run.
            tokio::spawn(async move { hold.let_go() });
            assert!(client.flush(LONG).await.is_complete());
        });
    });
}

#[test]
fn every_wait_ends_in_time_when_a_value_of_the_hosts_blocks_the_worker() {
    let (collector, client, hold) = stuck();
    assert!(!in_time(|| client.flush_blocking(SHORT)).is_complete());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert!(!in_time(|| runtime.block_on(client.flush(SHORT))).is_complete());
    let guard = client.guard();
    in_time(|| drop(guard));
    assert_eq!((client.stats().lost_by(Loss::Shutdown), client.stats().pending()), (1, 0));

    // What the worker does with it later changes nothing that was counted.
    hold.let_go();
    assert!(
        !in_time(|| client.shutdown_blocking(SHORT)).is_complete() || client.stats().lost() == 1
    );
    assert_eq!(client.stats().lost_by(Loss::Shutdown), 1);
    add_up(&client.stats());
    keeps_the_contract(&collector);
}

#[test]
fn what_is_shipped_after_the_end_is_counted_as_lost_and_nothing_else() {
    let collector = collector();
    let client = client(&collector);
    client.ship(traced("1"));
    assert!(client.shutdown_blocking(LONG).is_complete());
    let before = client.stats();
    for _ in 0..10 {
        client.ship(traced("late"));
    }
    let after = client.stats();
    assert_eq!((after.produced(), after.lost_by(Loss::Shutdown)), (11, 10));
    assert_eq!((after.lost(), after.delivered(), after.skipped()), (10, 1, 0));
    assert_eq!(after.requests(), before.requests());
    assert_eq!(tickets(&collector), ["1"]);
    add_up(&after);
    assert!(in_time(|| client.flush_blocking(LONG)).is_complete());
    let _ = in_time(|| client.shutdown_blocking(LONG));
}

#[test]
fn a_record_that_waits_too_long_expires() {
    let collector = collector();
    collector.always(Fault::status(503));
    let client = builder(&collector).max_age(SHORT).build().unwrap();
    client.ship(traced("1"));
    client.ship(traced("2"));
    settle(&client);
    assert_eq!(client.stats().lost_by(Loss::Expired), 2);

    collector.heal();
    client.ship(traced("3"));
    settle(&client);
    assert_eq!(tickets(&collector), ["3"]);
    assert_eq!(collector.records()[0].sdk.as_ref().unwrap().lost["expired"], 2);
    keeps_the_contract(&collector);
}

/// A record that tells when the worker opens it: all before it are sealed then.
struct Told(Record, Sender<()>);

impl IntoRecord for Told {
    fn into_record(self) -> Record {
        let _ = self.1.send(());
        self.0
    }
}

/// A client that may send nothing, because the collector has asked for patience.
struct Patient {
    collector: MockCollector,
    client: Client,
    told: (Sender<()>, Receiver<()>),
}

impl Patient {
    fn new(budget_bytes: usize) -> Self {
        let collector = collector();
        collector.next(Fault::status(503).retry_after("60"));
        let builder = builder(&collector).in_flight(1).budget_bytes(budget_bytes);
        let client = builder.max_record_bytes(16 << 10).build().unwrap();
        client.ship(Record::workflow("first"));
        assert_eq!(collector.wait_for_requests(1, LONG), 1);
        Self { collector, client, told: mpsc::channel() }
    }

    /// Ships a record when the worker has taken the one before: the hand-over queue stays empty.
    fn ship(&self, record: Record) {
        self.client.ship(Told(record, self.told.0.clone()));
        self.told.1.recv_timeout(LONG).expect("the worker opens it");
    }

    /// The collector is back, and whatever was kept is delivered.
    fn recover(self) -> (MockCollector, Client) {
        assert!(self.client.shutdown_blocking(LONG).is_complete());
        add_up(&self.client.stats());
        keeps_the_contract(&self.collector);
        (self.collector, self.client)
    }
}

/// A record of more than 5 KB, nearly all of it trace.
fn large(ticket: &str, status: Status) -> Record {
    Record::workflow(ticket).status(status).state("word ".repeat(1_000))
}

#[test]
fn over_half_of_the_budget_records_come_without_their_trace() {
    let patient = Patient::new(64 << 10);
    for ticket in &numbered(20) {
        patient.ship(large(ticket, Status::Failed));
    }
    let (collector, client) = patient.recover();
    assert_eq!(client.stats().lost(), 0);
    assert_eq!(collector.stored(), 21);
    let (early, late) = (stored(&collector, "ticket-0000"), stored(&collector, "ticket-0019"));
    assert!(early.trace.is_some());
    assert_eq!((late.level.as_str(), late.trace), ("METRICS_ONLY", None));
    assert_eq!(late.degraded.as_deref(), Some("pressure"));
    assert!(client.stats().degraded_by(Degraded::Pressure) >= 10);
}

#[test]
fn a_full_budget_costs_the_traces_of_successes_first() {
    let patient = Patient::new(64 << 10);
    for number in 0..3 {
        patient.ship(large(&format!("failed-{number}"), Status::Failed));
        patient.ship(large(&format!("success-{number}"), Status::Success));
    }
    // Six traces are more than half of the budget: the envelopes that fill the rest are sealed
    // without theirs. Once more are missing than that, the budget was full.
    let degraded = || patient.client.stats().degraded_by(Degraded::Pressure);
    let mut envelopes = 0;
    while degraded() <= envelopes {
        patient.ship(Record::workflow("small"));
        envelopes += 1;
        assert!(envelopes < 1_000, "the budget is never full");
    }
    let (collector, client) = patient.recover();
    assert_eq!(client.stats().lost(), 0);
    for number in 0..3 {
        assert!(stored(&collector, &format!("failed-{number}")).trace.is_some(), "{number}");
    }
    let first = stored(&collector, "success-0");
    assert_eq!((first.trace, first.degraded.as_deref()), (None, Some("pressure")));
}

#[test]
fn when_no_trace_is_left_to_give_up_the_newest_records_are_dropped() {
    let patient = Patient::new(64 << 10);
    let all = numbered(200);
    patient.ship(large("with-a-trace", Status::Failed));
    for ticket in &all {
        patient.ship(Record::workflow(ticket.clone()).metric("m", 1));
    }
    let (collector, client) = patient.recover();
    let stats = client.stats();
    let lost = stats.lost_by(Loss::QueueFull);
    assert!(lost > 50, "{stats}");
    assert_eq!(stats.lost(), lost);
    let kept: Vec<_> =
        tickets(&collector).into_iter().filter(|t| t.starts_with("ticket")).collect();
    assert_eq!(kept, all[..all.len() - usize::try_from(lost).unwrap()]);
    let record = stored(&collector, "with-a-trace");
    assert_eq!((record.trace, record.degraded.as_deref()), (None, Some("pressure")));
    assert_eq!(record.sdk.unwrap().lost["queue_full"], lost);
}

#[test]
fn a_hand_over_queue_that_is_full_drops_the_newest() {
    let (collector, client, hold) = stuck();
    for ticket in numbered(6_000) {
        client.ship(Record::workflow(ticket));
    }
    let lost = client.stats().lost_by(Loss::QueueFull);
    assert!((1_900..6_000).contains(&lost), "{lost}");
    hold.let_go();
    settle(&client);
    let stats = client.stats();
    assert_eq!((stats.lost(), stats.delivered()), (lost, 6_001 - lost));
    assert!(tickets(&collector).contains(&"ticket-0000".to_owned()));
    assert!(!tickets(&collector).contains(&"ticket-5999".to_owned()));
}

/// A value of the host's that panics where it is told to.
struct Panics {
    when_opened: bool,
    when_serialized: bool,
    when_dropped: bool,
}

const CALM: Panics = Panics { when_opened: false, when_serialized: false, when_dropped: false };

impl IntoRecord for Panics {
    fn into_record(self) -> Record {
        assert!(!self.when_opened, "on purpose");
        Record::workflow("panics").metric("m", 1).status_reason("told by the host").state(self)
    }
}

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert!(!self.when_serialized, "on purpose");
        serializer.serialize_str("calm")
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        // A second panic while the first is under way would end the process, SDK or not.
        assert!(!self.when_dropped || std::thread::panicking(), "on purpose");
    }
}

#[test]
fn a_panic_of_a_value_costs_its_trace_and_nothing_more() {
    let collector = collector();
    let client = client(&collector);
    client.ship(Panics { when_serialized: true, ..CALM });
    settle(&client);
    let record = &collector.records()[0];
    assert_eq!(record.degraded.as_deref(), Some("unserializable"));
    assert!((record.metrics["m"] - 1.0).abs() < f64::EPSILON);
    assert_eq!((record.level.as_str(), record.trace.is_none()), ("METRICS_ONLY", true));

    client.ship(Panics { when_dropped: true, ..CALM });
    client.ship(Panics { when_serialized: true, when_dropped: true, ..CALM });
    client.ship(traced("2"));
    settle(&client);
    assert_eq!(collector.stored(), 4);
    assert_eq!(stored(&collector, "2").degraded, None);
    assert_eq!(client.stats().degraded_by(Degraded::Unserializable), 2);
    keeps_the_contract(&collector);
}

#[test]
fn a_state_whose_into_record_panics_leaves_a_record_that_says_so() {
    let collector = collector();
    let client = client(&collector);
    client.ship(Panics { when_opened: true, ..CALM });
    client.ship(Panics { when_opened: true, when_dropped: true, ..CALM });
    client.ship(traced("2"));
    settle(&client);
    assert_eq!(collector.stored(), 3);
    let record = stored(&collector, "");
    assert_eq!((record.status.as_deref(), record.trace), (Some("PARTIAL"), None));
    assert!(record.status_reason.is_some_and(|reason| reason.contains("IntoRecord panicked")));
    assert_eq!(stored(&collector, "2").degraded, None);
    keeps_the_contract(&collector);
}

#[test]
fn a_drop_that_panics_does_not_reach_the_host_wherever_a_record_is_dropped() {
    let dropped = || Panics { when_dropped: true, ..CALM };
    Client::disabled().ship(dropped());

    let (_collector, client, hold) = stuck();
    for _ in 0..4_200 {
        client.ship(Record::workflow("fills the queue"));
    }
    client.ship(dropped());
    client.set_level(Level::Off);
    client.ship(dropped());
    hold.let_go();
    let _ = client.shutdown_blocking(LONG);
    client.ship(dropped());
    let stats = client.stats();
    assert!(stats.lost_by(Loss::QueueFull) > 0 && stats.skipped() > 0, "{stats}");
    assert_eq!(stats.lost_by(Loss::Shutdown), 1, "{stats}");
    add_up(&stats);
}
