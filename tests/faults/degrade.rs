//! A record gives up its trace before it is given up: here at the end of the process. Under
//! pressure it does in `budget`; a collector that finds it too large is met in `answers`, the
//! SDK's own limit in `bad_values`.

use std::time::Duration;

use epilogue::record::Degraded;
use epilogue::{Loss, Record};

use crate::common::{LONG, add_up, numbered, traced};
use crate::inside::{Conduct, Inside};
use crate::trouble::is_unique;

#[test]
fn in_the_last_quarter_of_a_shutdown_what_still_waits_goes_without_its_trace() {
    let inside = Inside::default();
    // All of it takes five sixths of the bound at least, and each of the records little of it.
    inside.set(Conduct::Slow(Duration::from_millis(50)));
    let builder = inside.builder().in_flight(1).without_batches().timeout(LONG);
    let client = builder.build().unwrap();
    for ticket in &numbered(50) {
        client.ship(traced(ticket));
    }
    let _ = client.shutdown_blocking(Duration::from_secs(3));
    let (stats, seen) = (client.stats(), inside.seen());
    is_unique(&seen.stored);
    add_up(&stats);
    assert_eq!(stats.lost(), stats.lost_by(Loss::Shutdown), "{stats}");
    assert!(seen.stored.len() as u64 >= stats.delivered());

    let is_whole = |place: &usize| seen.stored[*place].trace.is_some();
    let first_without = (0..seen.stored.len()).find(|place| !is_whole(place));
    let first_without = first_without.expect("the traces of the last are given up");
    let (whole, without) = seen.stored.split_at(first_without);
    assert!(whole.iter().all(|record| record.degraded.is_none()));
    assert!(without.iter().all(|record| record.degraded.as_deref() == Some("shutdown")));
    assert!(stats.degraded_by(Degraded::Shutdown) >= without.len() as u64);
}

#[test]
fn a_shutdown_that_has_time_costs_no_trace() {
    let inside = Inside::default();
    let client = inside.builder().build().unwrap();
    for ticket in numbered(100) {
        client.ship(Record::workflow(ticket).state("what happened"));
    }
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!((client.stats().delivered(), client.stats().degraded()), (100, 0));
    assert!(inside.seen().stored.iter().all(|record| record.trace.is_some()));
}

/// A value that takes its time.
struct Slow;

impl serde::Serialize for Slow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        std::thread::sleep(Duration::from_millis(20));
        serializer.serialize_str("slow")
    }
}

#[test]
fn near_the_end_of_a_shutdown_values_that_were_not_looked_at_yet_are_left_out() {
    let spool = std::env::temp_dir().join(format!("epilogue-values-{}", std::process::id()));
    // Where there is a spool, a part of the time is kept for writing what is left.
    for has_spool in [false, true] {
        let inside = Inside::default();
        let builder = inside.builder();
        let builder = if has_spool { builder.spool_dir(&spool) } else { builder };
        let client = builder.build().unwrap();
        for ticket in numbered(200) {
            client.ship(Record::workflow(ticket).state(Slow));
        }
        // To look at all of them takes twice that long.
        let drained = client.shutdown_blocking(Duration::from_secs(2));
        let stats = client.stats();
        assert!(drained.is_complete(), "{stats}");
        assert_eq!((stats.delivered() + stats.spooled(), stats.lost()), (200, 0), "{stats}");
        assert!((1..200).contains(&stats.degraded_by(Degraded::Shutdown)), "{stats}");
    }
    std::fs::remove_dir_all(spool).unwrap();
}
