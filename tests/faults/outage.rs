//! An outage costs no record its attempts: one request at a time asks whether it is over, and
//! then all are delivered, oldest first.

use std::time::Duration;

use epilogue::Client;

use crate::common::{LONG, SHORT, numbered, ticket, traced};
use crate::inside::{Conduct, Inside};
use crate::trouble::{is_unique, settle};

const AWAY: [Conduct; 4] =
    [Conduct::Answers(500), Conduct::Answers(429), Conduct::Hangs, Conduct::Breaks];
/// As many requests may be under way while the collector is there.
const IN_FLIGHT: usize = 4;

fn away(conduct: Conduct, in_flight: usize) -> (Inside, Client) {
    let inside = Inside::default();
    inside.set(conduct);
    let client = inside.builder().in_flight(in_flight).build().unwrap();
    (inside, client)
}

/// Lets somebody ask for the records until so many requests have been made.
fn hurry(inside: &Inside, client: &Client, requests: usize) {
    while inside.wait_for_requests(requests, Duration::from_millis(10)) < requests {
        assert!(!client.flush_blocking(Duration::ZERO).is_complete());
    }
}

#[test]
fn while_the_collector_is_away_one_request_at_a_time_asks_for_it() {
    for conduct in AWAY {
        let (inside, client) = away(conduct, IN_FLIGHT);
        for ticket in &numbered(100) {
            client.ship(traced(ticket));
        }
        // Without anybody who hurries it, and then with many.
        assert!(inside.wait_for_requests(IN_FLIGHT + 1, LONG) > IN_FLIGHT);
        hurry(&inside, &client, 3 * IN_FLIGHT);
        let crowds = inside.seen().crowds.clone();
        assert!(crowds[..IN_FLIGHT].iter().all(|crowd| *crowd <= IN_FLIGHT), "{crowds:?}");
        assert!(crowds[IN_FLIGHT..].iter().all(|crowd| *crowd == 1), "{conduct:?}: {crowds:?}");
        assert_eq!((client.stats().pending(), client.stats().lost()), (100, 0));
    }
}

#[test]
fn however_often_they_failed_all_are_delivered_once_it_is_over() {
    for conduct in AWAY {
        let (inside, client) = away(conduct, IN_FLIGHT);
        client.ship(traced("1"));
        client.ship(traced("2"));
        // Each of them fails far more often than a record may while others get through.
        hurry(&inside, &client, 12);
        inside.set(Conduct::Stores);
        settle(&client);
        assert_eq!((client.stats().delivered(), client.stats().lost()), (2, 0), "{conduct:?}");
        let seen = inside.seen();
        assert_eq!((seen.stored.len(), seen.duplicates), (2, 0));
    }
}

#[test]
fn once_it_is_over_the_oldest_go_first() {
    for conduct in AWAY {
        let (inside, client) = away(conduct, 1);
        let all = numbered(300);
        for ticket in &all {
            client.ship(traced(ticket));
        }
        hurry(&inside, &client, 3);
        inside.set(Conduct::Stores);
        settle(&client);
        let stored = &inside.seen().stored;
        is_unique(stored);
        let order: Vec<_> = stored.iter().map(ticket).collect();
        assert_eq!(order.len(), all.len());
        // The first is whichever asked whether the collector is back.
        let rest: Vec<_> = all.iter().filter(|ticket| **ticket != order[0]).cloned().collect();
        assert_eq!(order[1..], rest, "{conduct:?}");
    }
}

#[test]
fn a_collector_that_asks_for_patience_for_ever_gets_one_minute_and_the_end_of_the_process_none() {
    let (inside, client) = away(Conduct::AsksForPatience, 1);
    client.ship(traced("1"));
    assert_eq!(inside.wait_for_requests(1, LONG), 1);
    inside.set(Conduct::Stores);
    client.ship(traced("2"));
    assert!(!client.flush_blocking(SHORT).is_complete());
    assert_eq!((inside.seen().crowds.len(), client.stats().pending()), (1, 2));
    assert!(client.shutdown_blocking(LONG).is_complete());
    assert_eq!((client.stats().delivered(), inside.seen().stored.len()), (2, 2));
}
