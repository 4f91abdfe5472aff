//! A worker that panics goes on with what it had; one that cannot go on says so, and nobody
//! waits for it.

use std::time::{Duration, Instant};

use epilogue::{Client, Level, Loss};

use crate::common::{LONG, SHORT, add_up, numbered, ship_together, traced};
use crate::inside::{Conduct, Inside};
use crate::trouble::{is_unique, settle};

#[test]
fn a_worker_that_panics_again_and_again_delivers_all_that_it_had() {
    let inside = Inside::default();
    // Each of these answers ends the worker's turn with a panic, once it has been read.
    inside.set(Conduct::Explodes(200));
    let client = inside.builder().without_batches().build().unwrap();
    for ticket in &numbered(60) {
        client.ship(traced(ticket));
    }
    settle(&client);
    assert_eq!((client.stats().delivered(), client.stats().lost()), (60, 0));
    let seen = inside.seen();
    is_unique(&seen.stored);
    assert_eq!(seen.stored.len(), 60);
    assert!(seen.stored.iter().all(|record| record.trace.is_some()));
}

#[test]
fn a_worker_that_panics_while_the_collector_is_away_loses_nothing() {
    let inside = Inside::default();
    inside.set(Conduct::Explodes(503));
    let client = inside.builder().build().unwrap();
    for ticket in &numbered(60) {
        client.ship(traced(ticket));
    }
    assert!(inside.wait_for_requests(3, LONG) >= 3);
    inside.set(Conduct::Stores);
    settle(&client);
    assert_eq!((client.stats().delivered(), client.stats().lost()), (60, 0));
    is_unique(&inside.seen().stored);
}

/// A client whose worker has given up.
fn gone() -> Client {
    let inside = Inside::default();
    inside.set(Conduct::Explodes(503));
    let client = inside.builder().build().unwrap();
    client.ship(traced("1"));
    client.ship(traced("2"));
    let began = Instant::now();
    while client.stats().pending() > 0 {
        assert!(began.elapsed() < LONG, "{client:?}");
        let _ = client.flush_blocking(Duration::from_millis(5));
    }
    client
}

#[test]
fn a_worker_that_never_gets_anywhere_gives_up_and_all_is_counted() {
    let client = gone();
    client.ship(traced("3"));
    let stats = client.stats();
    assert_eq!((stats.lost_by(Loss::WorkerGone), stats.lost()), (3, 3), "{stats}");
    add_up(&stats);
}

#[test]
fn a_worker_that_gives_up_leaves_what_it_had_on_disk() {
    let spool = std::env::temp_dir().join(format!("epilogue-gives-up-{}", std::process::id()));
    let inside = Inside::default();
    // Each answer costs one record and ends the worker's turn with a panic.
    inside.set(Conduct::Explodes(400));
    let client = inside.builder().in_flight(1).spool_dir(&spool).build().unwrap();
    ship_together(&client, numbered(40).iter().map(|ticket| traced(ticket)));
    let began = Instant::now();
    while client.stats().pending() > 0 {
        assert!(began.elapsed() < LONG, "{client:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let stats = client.stats();
    assert_eq!(
        (stats.lost_by(Loss::WorkerGone), stats.lost() + stats.spooled()),
        (0, 41),
        "{stats}"
    );
    assert!(stats.spooled() > 0);
    add_up(&stats);
    std::fs::remove_dir_all(spool).unwrap();
}

#[test]
fn nobody_waits_for_a_worker_that_is_gone() {
    let client = gone();
    assert!(client.flush_blocking(LONG).is_complete());
    client.set_level(Level::Off);
    client.set_level(Level::FullTrace);
    let guard = client.guard();
    drop(guard);
    assert!(client.shutdown_blocking(LONG).is_complete());
    let stats = client.stats();
    assert_eq!((stats.lost_by(Loss::WorkerGone), stats.lost()), (2, 2), "{stats}");
}

#[test]
fn whoever_waits_when_the_worker_gives_up_hears_of_it() {
    let inside = Inside::default();
    inside.set(Conduct::Explodes(503));
    let client = inside.builder().build().unwrap();
    client.ship(traced("1"));
    let hurrying = client.clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.flush_blocking(2 * LONG));
        let began = Instant::now();
        while !waiting.is_finished() {
            assert!(began.elapsed() < LONG, "it still waits: {client:?}");
            let _ = hurrying.flush_blocking(Duration::from_millis(5));
        }
        assert!(!waiting.join().unwrap().is_complete() || client.stats().lost() == 1);
    });
    assert_eq!(client.stats().lost_by(Loss::WorkerGone), 1);
    assert!(client.shutdown_blocking(SHORT).is_complete());
}
