//! The level decides what leaves the process, also when it is lowered while records wait.

mod common;

use common::{LONG, SHORT, acquainted, builder, client, collector, held, settle, stored, traced};
use epilogue::testing::Fault;
use epilogue::{Client, Level, Record, Status};

fn at(collector: &epilogue::testing::MockCollector, level: Level) -> Client {
    builder(collector).level(level).build().unwrap()
}

#[test]
fn metrics_only_sends_the_envelope_and_no_trace() {
    let collector = collector();
    let client = at(&collector, Level::MetricsOnly);
    client.ship(traced("1").metric("confidence", 0.5).final_response("an answer"));
    settle(&client);
    let record = stored(&collector, "1");
    assert_eq!(record.level.as_str(), "METRICS_ONLY");
    assert_eq!((record.trace, record.degraded), (None, None));
    assert!((record.metrics["confidence"] - 0.5).abs() < f64::EPSILON);
    assert!(!collector.raw_records()[0].contains("an answer"));
    common::keeps_the_contract(&collector);
}

#[test]
fn full_trace_sends_all_and_is_the_default() {
    let collector = collector();
    let client = client(&collector);
    assert_eq!(client.level(), Level::FullTrace);
    client.ship(traced("1"));
    settle(&client);
    let record = stored(&collector, "1");
    assert_eq!(record.level.as_str(), "FULL_TRACE");
    assert_eq!(record.trace.unwrap()["state"], "what happened");
    common::keeps_the_contract(&collector);
}

#[test]
fn off_sends_nothing_and_counts_what_it_skips() {
    let collector = collector();
    let client = at(&collector, Level::Off);
    client.ship(traced("1"));
    client.ship(traced("2"));
    settle(&client);
    assert_eq!((client.stats().skipped(), client.stats().requests()), (2, 0));
    assert_eq!(collector.connections(), 0);

    client.set_level(Level::FullTrace);
    client.ship(traced("3"));
    settle(&client);
    assert_eq!(common::tickets(&collector), ["3"]);
}

#[test]
fn a_success_goes_without_its_trace_where_only_the_others_are_wanted() {
    let collector = collector();
    let client = builder(&collector).full_trace_unless_success().build().unwrap();
    client.ship(traced("good"));
    client.ship(traced("bad").status(Status::Failed));
    client.ship(traced("error").error(epilogue::record::Error::new("Timeout", "no answer")));
    settle(&client);
    let good = stored(&collector, "good");
    assert_eq!((good.level.as_str(), good.trace, good.degraded), ("METRICS_ONLY", None, None));
    assert!(stored(&collector, "bad").trace.is_some());
    assert!(stored(&collector, "error").trace.is_some());
    common::keeps_the_contract(&collector);
}

#[test]
fn a_rule_sees_the_outcome_and_what_it_does_not_want_is_skipped() {
    let collector = collector();
    let rule = |outcome: &epilogue::record::Outcome<'_>| match outcome.category() {
        Some("NOISE") => Level::Off,
        Some("ROUTINE") => Level::MetricsOnly,
        _ => Level::FullTrace,
    };
    let client = builder(&collector).level_rule(rule).build().unwrap();
    client.ship(traced("noise").category("NOISE"));
    client.ship(traced("routine").category("ROUTINE"));
    client.ship(traced("rare").category("RARE"));
    settle(&client);
    assert_eq!(common::tickets(&collector), ["rare", "routine"]);
    assert!(stored(&collector, "routine").trace.is_none());
    assert!(stored(&collector, "rare").trace.is_some());
    assert_eq!((client.stats().skipped(), client.stats().delivered()), (1, 2));
}

#[test]
fn a_rule_cannot_allow_more_than_the_level() {
    let collector = collector();
    let builder = builder(&collector).level(Level::MetricsOnly);
    let client = builder.level_rule(|_| Level::FullTrace).build().unwrap();
    // What is shipped is lowered once more when it is sent; a preview is not.
    assert_eq!(client.preview(traced("1")).level(), Level::MetricsOnly);
    client.ship(traced("1"));
    settle(&client);
    assert!(stored(&collector, "1").trace.is_none());
}

#[test]
fn a_rule_that_panics_allows_the_metrics_alone() {
    let collector = collector();
    let client = builder(&collector).level_rule(|_| panic!("on purpose")).build().unwrap();
    client.ship(traced("1"));
    client.ship(traced("2"));
    settle(&client);
    assert_eq!(common::tickets(&collector), ["1", "2"]);
    assert!(collector.records().iter().all(|record| record.trace.is_none()));
    common::keeps_the_contract(&collector);
}

/// How records wait when the level is lowered.
#[derive(Clone, Copy, Debug)]
enum Waiting {
    /// Behind a collector that has asked for patience.
    BehindTheGate,
    /// In a request that gets no answer and comes again.
    InFlight,
    /// Not sealed yet, behind a record that holds the worker.
    InTheQueue,
    /// Sealed a moment ago, and the worker is busy with the next.
    Sealed,
}

const WAYS: [Waiting; 4] =
    [Waiting::BehindTheGate, Waiting::InFlight, Waiting::InTheQueue, Waiting::Sealed];

/// Ships a record with a trace, lets `lower` lower the level while it waits, and sees to it that
/// it is settled after that.
fn lowered_while_it_waits(
    waiting: Waiting,
    lower: impl FnOnce(&Client),
) -> (epilogue::testing::MockCollector, Client) {
    let collector = collector();
    let client = acquainted(&collector, builder(&collector).in_flight(1));
    match waiting {
        Waiting::BehindTheGate => {
            collector.next(Fault::status(503).retry_after("60"));
            client.ship(Record::workflow("first").status_reason("nothing to hide"));
            assert_eq!(collector.wait_for_requests(1, LONG), 1);
            client.ship(traced("waiting"));
            // The worker has both, and may send neither.
            assert!(!client.flush_blocking(SHORT).is_complete());
            lower(&client);
        }
        Waiting::InFlight => {
            collector.always(Fault::Hang);
            client.ship(traced("waiting"));
            assert_eq!(collector.wait_for_requests(1, LONG), 1);
            lower(&client);
            collector.heal();
        }
        Waiting::InTheQueue => {
            let (first, hold) = held(Record::workflow("first"));
            client.ship(first);
            hold.wait();
            client.ship(traced("waiting"));
            lower(&client);
            hold.let_go();
        }
        Waiting::Sealed => {
            let (before, before_hold) = held(Record::workflow("first"));
            let (behind, behind_hold) = held(traced("behind"));
            client.ship(before);
            before_hold.wait();
            client.ship(traced("waiting"));
            client.ship(behind);
            before_hold.let_go();
            behind_hold.wait();
            lower(&client);
            behind_hold.let_go();
        }
    }
    assert!(client.shutdown_blocking(LONG).is_complete(), "{waiting:?} {client:?}");
    common::add_up(&client.stats());
    common::keeps_the_contract(&collector);
    (collector, client)
}

/// No trace was stored, though one may have been on its way when the level was lowered.
fn stored_traces(collector: &epilogue::testing::MockCollector) -> usize {
    collector.records().iter().filter(|record| record.trace.is_some()).count()
}

#[test]
fn a_level_lowered_to_metrics_reaches_what_waits() {
    for waiting in WAYS {
        let (collector, client) =
            lowered_while_it_waits(waiting, |client| client.set_level(Level::MetricsOnly));
        let record = stored(&collector, "waiting");
        assert_eq!((record.level.as_str(), record.degraded), ("METRICS_ONLY", None), "{waiting:?}");
        assert_eq!(stored_traces(&collector), 0, "{waiting:?}");
        assert_eq!(client.stats().delivered(), client.stats().produced(), "{waiting:?}");
    }
}

#[test]
fn a_level_lowered_to_off_reaches_what_waits() {
    for waiting in WAYS {
        let (collector, client) =
            lowered_while_it_waits(waiting, |client| client.set_level(Level::Off));
        assert!(!common::tickets(&collector).contains(&"waiting".to_owned()), "{waiting:?}");
        assert_eq!(stored_traces(&collector), 0, "{waiting:?}");
        assert!(client.stats().skipped() >= 1, "{waiting:?} {client:?}");
        assert_eq!(client.stats().lost(), 0, "{waiting:?} {client:?}");
    }
}

#[test]
fn a_level_lowered_and_raised_at_once_stays_lowered_for_what_waits() {
    for waiting in WAYS {
        let (collector, client) = lowered_while_it_waits(waiting, |client| {
            client.set_level(Level::MetricsOnly);
            client.set_level(Level::FullTrace);
        });
        assert_eq!(stored(&collector, "waiting").level.as_str(), "METRICS_ONLY", "{waiting:?}");
        assert_eq!(stored_traces(&collector), 0, "{waiting:?}");
        assert_eq!(client.level(), Level::FullTrace);

        let (collector, _) = lowered_while_it_waits(waiting, |client| {
            client.set_level(Level::Off);
            client.set_level(Level::FullTrace);
        });
        assert!(!common::tickets(&collector).contains(&"waiting".to_owned()), "{waiting:?}");
    }
}

#[test]
fn raising_the_level_holds_for_what_comes_and_brings_nothing_back() {
    let collector = collector();
    let client = at(&collector, Level::MetricsOnly);
    let (first, hold) = held(traced("first"));
    client.ship(first);
    hold.wait();
    client.ship(traced("before"));
    client.set_level(Level::FullTrace);
    client.ship(traced("after"));
    hold.let_go();
    settle(&client);
    assert!(stored(&collector, "first").trace.is_none());
    assert!(stored(&collector, "before").trace.is_none());
    assert!(stored(&collector, "after").trace.is_some());
}

#[test]
fn a_disabled_client_stays_off() {
    let client = Client::disabled();
    client.set_level(Level::FullTrace);
    client.ship(traced("1"));
    assert_eq!(client.level(), Level::Off);
    assert!(client.is_disabled() && client.stats().skipped() == 1);
}
