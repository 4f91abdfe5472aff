//! Every fault does what it says, and stores or does not store as it says.

use std::io;
use std::time::Duration;

use epilogue::testing::{Fault, MockCollector};

use super::producer::{Answer, LONG, Post, Producer, exchange, id, record};

/// Sends a record into a fault that answers; gives the answer and how many records are stored.
fn answered(fault: impl Into<Fault>) -> (Answer, usize) {
    let collector = MockCollector::start().unwrap();
    collector.next(fault);
    let answer = exchange(&collector, &Post::single(1));
    assert_eq!(collector.requests()[0].status, Some(answer.status));
    (answer, collector.stored())
}

/// Sends a record into a fault that does not answer; gives what came, the collector's own view
/// of the status and how many records are stored.
fn unanswered(fault: Fault) -> (io::Result<Vec<u8>>, Option<u16>, usize) {
    let collector = MockCollector::start().unwrap();
    collector.next(fault);
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    let rest = producer.rest();
    (rest, collector.requests()[0].status, collector.stored())
}

#[test]
fn a_status_stores_where_it_means_stored() {
    for code in [200, 201, 202, 204, 409] {
        let (answer, stored) = answered(Fault::status(code));
        assert_eq!((answer.status, stored), (code, 1));
    }
    for code in [301, 400, 401, 403, 408, 413, 415, 418, 422, 425, 429, 500, 502, 503, 504] {
        let (answer, stored) = answered(Fault::status(code));
        assert_eq!((answer.status, stored), (code, 0));
        assert!(answer.header("accept-post").is_some());
    }
}

#[test]
fn a_status_says_when_and_what() {
    let (answer, _) = answered(Fault::status(503).retry_after("Wed, 21 Oct 2026").body("later"));
    assert_eq!(answer.header("retry-after"), Some("Wed, 21 Oct 2026"));
    assert_eq!(answer.body, "later");
}

#[test]
fn a_delay_stores_and_then_answers() {
    let (answer, stored) = answered(Fault::Delay(Duration::from_millis(5)));
    assert_eq!((answer.status, stored), (200, 1));
    assert_eq!(answer.json()["accepted"], 1);
}

#[test]
fn strange_answers_store() {
    let (empty, stored) = answered(Fault::EmptyBody);
    assert_eq!((empty.status, empty.body.as_str(), stored), (200, "", 1));

    let (noise, stored) = answered(Fault::NotJson);
    assert_eq!((noise.status, stored), (200, 1));
    assert!(serde_json::from_str::<serde_json::Value>(&noise.body).is_err());

    let (huge, stored) = answered(Fault::HugeBody(1_000_001));
    assert_eq!((huge.body.len(), stored), (1_000_001, 1));
}

#[test]
fn a_redirect_stores_nothing() {
    let (answer, stored) = answered(Fault::redirect("http://127.0.0.1:9/elsewhere"));
    assert_eq!((answer.status, stored), (302, 0));
    assert_eq!(answer.header("location"), Some("http://127.0.0.1:9/elsewhere"));
}

#[test]
fn rejected_places_are_listed_and_the_others_stored() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::reject([0, 2, 9]));
    let records = [record(1), record(2), record(3), "{}".to_owned()];
    let answer = exchange(&collector, &Post::lines(&records)).json();
    assert_eq!(answer["accepted"], 1);
    let places: Vec<_> = answer["rejected"].as_array().unwrap().iter().collect();
    assert_eq!(
        places.iter().map(|it| it["index"].as_u64().unwrap()).collect::<Vec<_>>(),
        [0, 2, 3]
    );
    assert_eq!(places[0]["record_id"], id(1));
    assert_eq!(collector.raw_records(), [record(2)]);
}

#[test]
fn offers_are_withheld_or_replaced() {
    let (none, stored) = answered(Fault::offers());
    assert_eq!(
        (none.header("accept-post"), none.header("accept-encoding"), stored),
        (None, None, 1)
    );

    let (other, _) =
        answered(Fault::offers().accept_post("application/json").accept_encoding("br"));
    assert_eq!(other.header("accept-post"), Some("application/json"));
    assert_eq!(other.header("accept-encoding"), Some("br"));
}

#[test]
fn a_connection_is_reset_before_the_answer() {
    for fault in [Fault::Reset, Fault::HalfBody] {
        let (rest, status, stored) = unanswered(fault);
        // How a reset is seen is the system's; on Linux it is always an error.
        assert!(cfg!(not(target_os = "linux")) || rest.is_err(), "{rest:?}");
        assert!(rest.unwrap_or_default().is_empty());
        assert_eq!((status, stored), (None, 0));
    }
}

#[test]
fn half_a_body_is_read() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::HalfBody);
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    assert_eq!(collector.wait_for_requests(1, LONG), 1);
    let request = &collector.requests()[0];
    assert_eq!(request.body, record(1).as_bytes()[..record(1).len() / 2]);
}

#[test]
fn a_connection_is_closed_instead_of_an_answer() {
    let (rest, status, stored) = unanswered(Fault::HangUp);
    assert_eq!((rest.unwrap().len(), status, stored), (0, None, 0));
    let (rest, status, stored) = unanswered(Fault::StoreThenHangUp);
    assert_eq!((rest.unwrap().len(), status, stored), (0, None, 1));
}

#[test]
fn a_record_that_comes_again_is_seen_as_a_duplicate() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::StoreThenHangUp);
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    assert!(producer.answer().is_err());
    assert_eq!(exchange(&collector, &Post::single(1)).json()["duplicates"], 1);
    assert_eq!((collector.stored(), collector.duplicates()), (1, 1));
}

#[test]
fn garbage_is_not_http() {
    let (rest, status, stored) = unanswered(Fault::Garbage);
    assert!(!rest.unwrap().starts_with(b"HTTP/"));
    assert_eq!((status, stored), (None, 0));
}

#[test]
fn a_wrong_length_breaks_off() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::WrongLength);
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    assert_eq!(producer.answer().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(collector.stored(), 1);
}

#[test]
fn an_endless_header_has_no_end() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::EndlessHeader);
    let mut producer = Producer::connect(&collector);
    producer.send(&Post::single(1).to_bytes());
    let bytes = producer.bytes(300_000).unwrap();
    assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\nx-endless: aaa"));
    assert!(bytes.ends_with(b"aaa"));
    assert_eq!(collector.stored(), 0);
}

#[test]
fn healing_closes_what_hangs() {
    for (fault, stored, begins) in [
        (Fault::Hang, 0, ""),
        (Fault::HangInHead, 1, "HTTP/1.1 200 OK\r\nconte"),
        (Fault::HangInBody, 1, "HTTP/1.1 200 OK\r\ncontent-length: 29\r\n\r\n{\"acce"),
    ] {
        let collector = MockCollector::start().unwrap();
        collector.always(fault);
        let mut producer = Producer::connect(&collector);
        producer.send(&Post::single(1).to_bytes());
        let sent = producer.bytes(begins.len()).unwrap();
        assert_eq!(sent, begins.as_bytes());
        assert_eq!(collector.wait_for_requests(1, LONG), 1);
        assert_eq!(collector.stored(), stored);

        collector.heal();
        // Closed over what it has sent so far.
        assert!(producer.rest().is_ok_and(|rest| rest.len() < 30));
        assert_eq!(exchange(&collector, &Post::single(2)).status, 200);
    }
}

#[test]
fn the_queue_goes_first_and_then_the_fault_that_stays() {
    let collector = MockCollector::start().unwrap();
    collector.always(Fault::status(500));
    collector.next(Fault::status(501));
    collector.next_times(2, Fault::status(502));
    let mut producer = Producer::connect(&collector);
    let mut status = || producer.exchange(&Post::single(1)).status;
    assert_eq!([status(), status(), status(), status(), status()], [501, 502, 502, 500, 500]);
    collector.heal();
    assert_eq!(status(), 200);
}

#[test]
fn what_would_be_refused_is_not_stored_by_a_fault() {
    let collector = MockCollector::start().unwrap();
    collector.next(Fault::EmptyBody);
    assert_eq!(exchange(&collector, &Post::json("{}")).status, 200);
    assert_eq!(collector.stored(), 0);
}
