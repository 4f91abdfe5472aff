//! HTTP itself: connections that are kept, requests in pieces, bytes that are no request.

use epilogue::testing::MockCollector;

use super::producer::{LONG, Post, Producer, record};

#[test]
fn a_connection_is_kept() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    for number in 0..5 {
        assert_eq!(producer.exchange(&Post::single(number)).status, 200);
    }
    assert_eq!(producer.exchange(&Post::json("refused, and yet")).status, 400);
    assert_eq!(producer.exchange(&Post::single(5)).status, 200);
    assert_eq!((collector.connections(), collector.requests().len()), (1, 7));
}

#[test]
fn a_connection_ends_where_the_request_says_so() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    let answer = producer.exchange(&Post::single(1).header("connection", "close"));
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(producer.rest().unwrap().is_empty());
}

#[test]
fn pipelined_requests_in_pieces_are_answered_in_order() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    let both = [Post::single(1).to_bytes(), Post::json("{").to_bytes()].concat();
    for cut in [1, 20, both.len() / 2, both.len() - 1] {
        let (first, second) = both.split_at(cut);
        producer.send(first);
        producer.send(second);
        assert_eq!(producer.answer().unwrap().status, 200);
        assert_eq!(producer.answer().unwrap().status, 400);
    }
    assert_eq!((collector.stored(), collector.duplicates()), (1, 3));
}

#[test]
fn half_a_request_waits_for_the_other_half() {
    let collector = MockCollector::start().unwrap();
    let mut slow = Producer::connect(&collector);
    let bytes = Post::single(1).to_bytes();
    let (first, second) = bytes.split_at(bytes.len() - 10);
    slow.send(first);
    assert_eq!(Producer::connect(&collector).exchange(&Post::single(2)).status, 200);
    slow.send(second);
    assert_eq!(slow.answer().unwrap().status, 200);
    assert_eq!(collector.raw_records(), [record(2), record(1)]);
}

#[test]
fn a_request_that_ends_early_is_none() {
    let collector = MockCollector::start().unwrap();
    let bytes = Post::single(1).to_bytes();
    let mut producer = Producer::connect(&collector);
    producer.send(&bytes[..bytes.len() - 10]);
    drop(producer);
    assert_eq!(Producer::connect(&collector).exchange(&Post::single(2)).status, 200);
    assert_eq!(collector.wait_for_requests(1, LONG), 1);
}

#[test]
fn chunked_and_unmeasured_bodies_are_refused() {
    let collector = MockCollector::start().unwrap();
    let chunked = Post::single(1).header("transfer-encoding", "chunked").head();
    let mut producer = Producer::connect(&collector);
    producer.send(&[chunked, b"5\r\n{\"a\":\r\n0\r\n\r\n".to_vec()].concat());
    let answer = producer.answer().unwrap();
    assert_eq!((answer.status, answer.header("connection")), (411, Some("close")));
    assert!(collector.violations().iter().any(|what| what.contains("chunked")));

    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).head());
    assert_eq!(producer.answer().unwrap().status, 411);
}

#[test]
fn noise_and_endless_heads_are_refused() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    producer.send(b"\x16\x03\x01\x02\0\x01 hello\r\n\r\n");
    assert_eq!(producer.answer().unwrap().status, 400);

    let mut producer = Producer::connect(&collector);
    producer.send(&[b"POST /v1/logs HTTP/1.1\r\nx: ".to_vec(), vec![b'a'; 70_000]].concat());
    assert_eq!(producer.answer().unwrap().status, 431);
    assert!(collector.requests().is_empty());
    assert_eq!(collector.violations().len(), 2);
}

#[test]
fn a_client_that_asks_first_is_told_to_go_on() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    let length = record(1).len().to_string();
    let asking = Post::single(1).header("expect", "100-continue");
    producer.send(&asking.header("content-length", &length).head());
    assert_eq!(producer.answer().unwrap().status, 100);
    producer.send(record(1).as_bytes());
    assert_eq!(producer.answer().unwrap().status, 200);
}
