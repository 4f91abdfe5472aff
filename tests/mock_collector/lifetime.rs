//! Starting, waiting, refusing, coming back and stopping.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use epilogue::testing::{Fault, MockCollector};

use super::producer::{LONG, Post, Producer, exchange, record};

#[test]
fn waiting_ends_with_what_was_waited_for() {
    let collector = MockCollector::start().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..3 {
                exchange(&collector, &Post::single(number));
            }
        });
        assert_eq!(collector.wait_for(3, LONG), 3);
        assert_eq!(collector.wait_for_requests(3, LONG), 3);
    });
}

#[test]
fn waiting_ends_with_the_time() {
    let collector = MockCollector::start().unwrap();
    exchange(&collector, &Post::single(1));
    assert_eq!(collector.wait_for(2, Duration::ZERO), 1);
    assert_eq!(collector.wait_for_requests(2, Duration::from_millis(1)), 1);
}

#[test]
fn a_stored_record_is_seen_with_its_status() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    assert_eq!(collector.wait_for(1, LONG), 1);
    assert_eq!(collector.requests()[0].status, Some(200));
}

#[test]
fn clearing_forgets_what_was_received() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    producer.exchange(&Post::json(record(1)));
    assert_eq!(collector.violations().len(), 1);
    collector.clear();
    assert_eq!((collector.stored(), collector.received_bytes()), (0, 0));
    assert!(collector.requests().is_empty() && collector.violations().is_empty());

    let answer = producer.exchange(&Post::single(1));
    assert_eq!(answer.json()["accepted"], 1);
    assert_eq!(collector.requests()[0].number, 1);
    assert_eq!(collector.requests()[0].status, Some(200));
}

#[test]
fn counting_keeps_no_records() {
    let collector = MockCollector::builder().counting_only().start().unwrap();
    let mut producer = Producer::connect(&collector);
    for number in [1, 2, 1] {
        producer.exchange(&Post::single(number));
    }
    assert_eq!((collector.stored(), collector.duplicates()), (2, 1));
    assert_eq!(collector.received_bytes(), 3 * record(1).len() as u64);
    assert!(collector.records().is_empty() && collector.raw_records().is_empty());
    assert!(collector.requests().is_empty());
    assert_eq!(collector.wait_for_requests(3, LONG), 3);
}

#[test]
fn refusing_closes_and_coming_back_listens_on_the_same_port() {
    let collector = MockCollector::start().unwrap();
    let url = collector.url();
    let mut kept = Producer::connect(&collector);
    assert_eq!(kept.exchange(&Post::single(1)).status, 200);

    for number in 2..5 {
        collector.refuse();
        collector.refuse();
        assert!(kept.rest().unwrap_or_default().is_empty());
        assert!(TcpStream::connect(collector.address()).is_err());

        collector.come_back().unwrap();
        collector.come_back().unwrap();
        kept = Producer::connect(&collector);
        assert_eq!(kept.exchange(&Post::single(number)).status, 200);
    }
    assert_eq!((collector.url(), collector.stored()), (url, 4));
    assert_eq!(collector.connections(), 4);
}

#[test]
fn a_stop_ends_whatever_the_connections_do() {
    let faults = [
        Fault::Hang,
        Fault::HangInHead,
        Fault::HangInBody,
        Fault::EndlessHeader,
        Fault::HugeBody(u64::MAX),
        Fault::Delay(Duration::from_secs(86_400)),
    ];
    for fault in faults {
        let collector = MockCollector::start().unwrap();
        collector.always(fault);
        let mut producers: Vec<_> = (0..3).map(|_| Producer::connect(&collector)).collect();
        for producer in &mut producers {
            producer.send(&Post::single(1).to_bytes());
        }
        assert_eq!(collector.wait_for_requests(3, LONG), 3);
        drop(collector);
        for mut producer in producers {
            // The kernel may still hold what was written before the end.
            let _ = producer.rest();
        }
    }
}

#[test]
fn a_stop_ends_idle_and_half_sent_requests() {
    let collector = MockCollector::start().unwrap();
    let mut idle = Producer::connect(&collector);
    assert_eq!(idle.exchange(&Post::single(1)).status, 200);
    let mut half = Producer::connect(&collector);
    half.send(&Post::single(2).to_bytes()[..50]);
    drop(collector);
    assert!(idle.rest().unwrap_or_default().is_empty());
    assert!(half.rest().unwrap_or_default().is_empty());
}

#[test]
fn many_connections_at_once_store_every_record_once() {
    let collector = MockCollector::start().unwrap();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut producer = Producer::connect(&collector);
                (0..20).for_each(|number| drop(producer.exchange(&Post::single(number))));
            });
        }
    });
    assert_eq!((collector.stored(), collector.duplicates()), (20, 140));
    assert_eq!(collector.connections(), 8);
}

#[test]
fn nothing_secret_is_printed() {
    let collector = MockCollector::builder().api_key("s3cret").start().unwrap();
    exchange(&collector, &Post::single(1).header("x-api-key", "s3cret"));
    let printed = format!("{collector:?} {:?}", collector.requests());
    assert!(!printed.contains("s3cret"), "{printed}");
}
