//! A client works the same with any runtime of the host's, without one, and after its end.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{LONG, client, collector, keeps_the_contract, settle, tickets, traced};
use epilogue::testing::MockCollector;
use epilogue::{Client, Record};
use tokio::runtime::{Builder, Runtime};

fn runtimes() -> [Runtime; 3] {
    [
        Builder::new_current_thread().enable_all().build().unwrap(),
        // Nothing of it is needed, no timer and no network.
        Builder::new_current_thread().build().unwrap(),
        Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap(),
    ]
}

/// This ticket and no other was stored.
fn arrived(collector: &MockCollector, ticket: &str) {
    assert_eq!(collector.wait_for(1, LONG), 1);
    assert_eq!(tickets(collector), [ticket]);
    keeps_the_contract(collector);
}

#[test]
fn no_runtime_is_needed() {
    let collector = collector();
    let client = client(&collector);
    client.ship(traced("1"));
    settle(&client);
    assert!(client.shutdown_blocking(LONG).is_complete());
    arrived(&collector, "1");
}

#[test]
fn everything_works_inside_async_code() {
    for runtime in runtimes() {
        let collector = collector();
        runtime.block_on(async {
            let client = client(&collector);
            client.ship(traced("1"));
            assert!(client.flush(LONG).await.is_complete());
            assert_eq!(client.stats().delivered(), 1);
            assert!(client.shutdown(LONG).await.is_complete());
            client.ship(traced("late"));
            assert_eq!(client.stats().lost(), 1);
        });
        arrived(&collector, "1");
    }
}

#[test]
fn the_blocking_twins_work_inside_async_code_too() {
    for runtime in runtimes() {
        let collector = collector();
        runtime.block_on(async {
            let client = client(&collector);
            client.ship(traced("1"));
            assert!(client.flush_blocking(LONG).is_complete());
            assert!(client.shutdown_blocking(LONG).is_complete());
        });
        arrived(&collector, "1");
    }
}

#[test]
fn a_client_dropped_inside_async_code_still_delivers() {
    for runtime in runtimes() {
        let collector = collector();
        runtime.block_on(async {
            let client = client(&collector);
            client.ship(traced("1"));
            drop(client);
        });
        drop(runtime);
        arrived(&collector, "1");
    }
}

#[test]
fn a_client_outlives_the_runtime_that_it_was_made_in() {
    for runtime in runtimes() {
        let collector = collector();
        let client = runtime.block_on(async { client(&collector) });
        drop(runtime);
        client.ship(traced("1"));
        drop(client);
        arrived(&collector, "1");
    }
}

#[test]
fn a_client_made_before_a_runtime_works_inside_it() {
    let collector = collector();
    let client = client(&collector);
    for (runtime, ticket) in runtimes().into_iter().zip(["1", "2", "3"]) {
        let shipped = client.clone();
        runtime.block_on(async move {
            let task = tokio::spawn(async move {
                shipped.ship(traced(ticket));
                shipped.flush(LONG).await
            });
            assert!(task.await.unwrap().is_complete());
        });
    }
    assert_eq!(tickets(&collector), ["1", "2", "3"]);
}

#[test]
fn many_waits_at_once_do_not_hold_a_runtime_of_one_thread() {
    let collector = collector();
    let client = client(&collector);
    let [runtime, ..] = runtimes();
    runtime.block_on(async {
        client.ship(traced("1"));
        let waits: Vec<_> = (0..8)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.flush(LONG).await })
            })
            .collect();
        for wait in waits {
            assert!(wait.await.unwrap().is_complete());
        }
    });
    arrived(&collector, "1");
}

#[test]
fn a_guard_dropped_at_the_end_of_an_async_main_delivers_the_last_records() {
    for runtime in runtimes() {
        let attempt = || {
            let collector = collector();
            let (stats, waited) = runtime.block_on(async {
                let client = client(&collector);
                let guard = client.guard();
                client.ship(traced("1"));
                let begun = Instant::now();
                drop(guard);
                (client.stats(), begun.elapsed())
            });
            if stats.delivered() != 1 && waited >= Duration::from_secs(2) {
                return false;
            }
            assert_eq!(stats.delivered(), 1);
            arrived(&collector, "1");
            true
        };
        // A guard waits for two seconds, and now and then a machine stands still for longer: where
        // its time has run out it is tried again. One that gives up before has failed.
        assert!((0..5).any(|_| attempt()));
    }
}

#[test]
fn what_eight_threads_ship_arrives_exactly_once() {
    const EACH: usize = 50;
    let collector = collector();
    let client = client(&collector);
    thread::scope(|scope| {
        for thread in 0..8 {
            let client = client.clone();
            scope.spawn(move || {
                for number in 0..EACH {
                    client.ship(Record::workflow(format!("{thread}-{number:02}")).state("x"));
                }
            });
        }
    });
    settle(&client);
    let mut expected: Vec<_> =
        (0..8).flat_map(|t| (0..EACH).map(move |n| format!("{t}-{n:02}"))).collect();
    expected.sort();
    assert_eq!(tickets(&collector), expected);
    assert_eq!(collector.duplicates(), 0);
    assert_eq!(client.stats().delivered(), 8 * EACH as u64);
    keeps_the_contract(&collector);
}

#[test]
fn clones_are_handles_to_one_worker() {
    let collector = collector();
    let client = client(&collector);
    let clones: Vec<Client> = (0..3).map(|_| client.clone()).collect();
    for clone in clones {
        clone.ship(traced("1"));
    }
    settle(&client);
    assert_eq!((client.stats().produced(), client.stats().delivered()), (3, 3));
    assert_eq!(collector.stored(), 3);
}
