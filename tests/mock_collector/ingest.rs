//! The usual path: who is let in, what is taken, what is answered.

use std::io::Write;

use epilogue::testing::MockCollector;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use super::producer::{Answer, Post, Producer, exchange, id, record};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn code(answer: &Answer) -> String {
    answer.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[test]
fn a_record_is_stored_once() {
    let collector = MockCollector::start().unwrap();
    let answer = exchange(&collector, &Post::single(1));
    assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (200, Some(1)));
    assert_eq!(answer.header("accept-post"), Some("application/json, application/x-ndjson"));

    let again = exchange(&collector, &Post::single(1));
    assert_eq!(again.json(), json!({"accepted": 0, "duplicates": 1, "rejected": []}));

    assert_eq!(collector.raw_records(), [record(1)]);
    assert_eq!(collector.records()[0].record_id.to_string(), id(1));
    assert_eq!((collector.stored(), collector.duplicates()), (1, 1));
    assert_eq!(collector.violations(), Vec::<String>::new());
}

#[test]
fn the_same_id_of_another_client_is_another_record() {
    let collector = MockCollector::start().unwrap();
    exchange(&collector, &Post::single(1));
    exchange(&collector, &Post::json(record(1).replace("demo", "other")));
    assert_eq!((collector.stored(), collector.duplicates()), (2, 0));
}

#[test]
fn requests_are_kept_as_they_came() {
    let collector = MockCollector::start().unwrap();
    let body = gzip(record(1).as_bytes());
    let post = Post::json(body.clone()).header("content-encoding", "gzip");
    assert_eq!(exchange(&collector, &post).status, 200);

    let request = &collector.requests()[0];
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/logs"));
    assert_eq!(request.header("Content-Encoding"), Some("gzip"));
    assert_eq!(request.body, body);
    assert_eq!(request.decoded, record(1).as_bytes());
    assert_eq!(request.records.len(), 1);
    assert_eq!(request.status, Some(200));
    assert_eq!(collector.received_bytes(), body.len() as u64);
}

#[cfg(feature = "zstd")]
#[test]
fn zstd_is_taken_and_offered_first() {
    let collector = MockCollector::start().unwrap();
    let body = zstd::encode_all(record(1).as_bytes(), 0).unwrap();
    let answer = exchange(&collector, &Post::json(body).header("content-encoding", "zstd"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("accept-encoding"), Some("zstd, gzip"));
}

#[cfg(not(feature = "zstd"))]
#[test]
fn zstd_that_is_not_compiled_in_is_offered_where_asked_for_but_not_taken() {
    let collector = MockCollector::builder().accept_encodings(["zstd"]).start().unwrap();
    let answer = exchange(&collector, &Post::json("…").header("content-encoding", "zstd"));
    assert_eq!(answer.status, 415);
    assert_eq!(answer.header("accept-encoding"), Some("zstd"));
}

#[test]
fn a_batch_is_taken_record_by_record() {
    let collector = MockCollector::start().unwrap();
    let old = record(2).replace("\"schema_version\":1", "\"schema_version\":7");
    let records = [record(1), old, "{".to_owned(), record(3), record(1)];
    let answer = exchange(&collector, &Post::lines(&records)).json();
    assert_eq!((answer["accepted"].as_u64(), answer["duplicates"].as_u64()), (Some(2), Some(1)));
    let rejected = answer["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 2);
    assert_eq!(rejected[0]["index"], 1);
    assert_eq!(rejected[0]["record_id"], id(2));
    assert_eq!(rejected[1]["index"], 2);

    let array = format!("[{},{}]", record(4), record(5));
    assert_eq!(exchange(&collector, &Post::json(array)).json()["accepted"], 2);
    assert_eq!(collector.raw_records(), [record(1), record(3), record(4), record(5)]);
}

#[test]
fn each_refusal_has_its_status_and_quotes_nothing() {
    let collector = MockCollector::start().unwrap();
    let secret = |from: &str, to: &str| Post::json(record(1).replace(from, to));
    let cases = [
        (Post::single(1).line("GET /v1/logs"), 405),
        (Post::single(1).line("POST /v2/logs"), 404),
        (Post::single(1).without("x-api-key"), 401),
        (Post::single(1).header("x-api-key", ""), 401),
        (Post::single(1).without("content-type"), 415),
        (Post::single(1).header("content-type", "text/s3cret"), 415),
        (Post::single(1).header("content-encoding", "s3cret"), 415),
        (Post::single(1).header("content-encoding", "gzip"), 400),
        (Post::json(b"\xff\xfe".as_slice()), 400),
        (Post::json("s3cret"), 400),
        (Post::json("[s3cret"), 400),
        (Post::json("[]"), 400),
        (Post::json(""), 400),
        (Post::json("\"s3cret\""), 422),
        (secret("workflow", "s3cret"), 422),
        (secret("019a9e3c", "s3cret"), 422),
        (secret("2026-01", "s3cret"), 422),
        (secret("\"demo\"", "null"), 422),
        (secret("demo", "s3cret\\u0000"), 422),
        (secret("\"SUCCESS\"", "{\"s3cret\":1}"), 422),
    ];
    for (post, status) in cases {
        let answer = exchange(&collector, &post);
        assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&post.to_bytes()));
        assert!(!code(&answer).is_empty());
        assert!(!answer.body.contains("s3cret"), "{}", answer.body);
    }
    assert_eq!(collector.stored(), 0);
    assert!(!collector.violations().iter().any(|what| what.contains("s3cret")));
}

#[test]
fn only_the_given_key_is_let_in() {
    let collector = MockCollector::builder().api_key("mine").start().unwrap();
    assert_eq!(code(&exchange(&collector, &Post::single(1))), "unknown_key");
    let answer = exchange(&collector, &Post::single(1).header("x-api-key", "mine"));
    assert_eq!(answer.status, 200);
    assert_eq!(collector.requests()[0].records.len(), 1, "what came is seen though refused");
}

#[test]
fn only_the_given_client_is_taken() {
    let collector = MockCollector::builder().client_id("demo").start().unwrap();
    let foreign = |number| record(number).replace("demo", "other");
    assert_eq!(exchange(&collector, &Post::json(foreign(1))).status, 403);
    assert_eq!(exchange(&collector, &Post::lines(&[foreign(1), foreign(2)])).status, 403);

    let answer = exchange(&collector, &Post::lines(&[foreign(1), record(2)]));
    assert_eq!((answer.status, answer.json()["accepted"].as_u64()), (200, Some(1)));
    assert_eq!(answer.json()["rejected"][0]["index"], 0);
}

#[test]
fn the_plain_collector_takes_one_plain_record_and_says_nothing() {
    let collector = MockCollector::builder().plain().start().unwrap();
    let answer = exchange(&collector, &Post::single(1));
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!((answer.header("accept-post"), answer.header("accept-encoding")), (None, None));

    let others = [
        Post::lines(&[record(2)]),
        Post::json(format!("[{}]", record(2))),
        Post::json(gzip(record(2).as_bytes())).header("content-encoding", "gzip"),
    ];
    for post in others {
        assert_eq!(exchange(&collector, &post).status, 415);
    }
    assert_eq!(collector.stored(), 1);
}

#[test]
fn sizes_hold_before_and_after_decompression() {
    let collector =
        MockCollector::builder().max_record_bytes(300).max_request_bytes(1_000).start().unwrap();
    let padded = |number| record(number).replace('{', &format!("{{{}", " ".repeat(300)));
    assert_eq!(exchange(&collector, &Post::json(padded(1))).status, 413);

    let batch = exchange(&collector, &Post::lines(&[record(1), padded(2)]));
    assert_eq!((batch.status, batch.json()["error"]["index"].as_u64()), (413, Some(1)));

    assert_eq!(exchange(&collector, &Post::json(vec![b' '; 1_001])).status, 413);
    assert_eq!(exchange(&collector, &Post::json(vec![b' '; 4 << 20])).status, 413);
    let bomb = gzip(&vec![b' '; 1 << 20]);
    assert!(bomb.len() < 10_000);
    let small = MockCollector::builder().max_request_bytes(10_000).start().unwrap();
    let answer = exchange(&small, &Post::json(bomb).header("content-encoding", "gzip"));
    assert_eq!(answer.status, 413);
    assert_eq!(collector.stored() + small.stored(), 0);
}

#[test]
fn too_many_records_are_too_large() {
    let collector = MockCollector::start().unwrap();
    let answer = exchange(&collector, &Post::lines(&vec!["{}".to_owned(); 10_001]));
    assert_eq!(answer.status, 413);
}

#[test]
fn what_is_against_the_contract_is_listed_though_it_is_served() {
    let reordered = record(1).replacen(r#""schema_version":1,"#, "", 1);
    let reordered = reordered.replace('}', r#","schema_version":1}"#);
    let batch = [record(1), record(2)];
    let cases = [
        (Post::single(1).header("user-agent", "curl/8"), "User-Agent"),
        (Post::single(1).without("user-agent"), "User-Agent"),
        (Post::json(record(1)), "Idempotency-Key is missing"),
        (Post::single(1).header("idempotency-key", &id(2)), "Idempotency-Key is not"),
        (Post::lines(&batch), "never offered"),
        (Post::lines(&batch).header("idempotency-key", &id(1)), "a batch has"),
        (Post::json(gzip(record(1).as_bytes())).header("content-encoding", "gzip"), "coding"),
        (Post::json(reordered).header("idempotency-key", &id(1)), "order"),
    ];
    for (post, expected) in cases {
        let collector = MockCollector::start().unwrap();
        assert_eq!(exchange(&collector, &post).status, 200, "{expected}");
        let violations = collector.violations();
        assert!(violations.iter().any(|what| what.contains(expected)), "{violations:?}");
    }
}

#[test]
fn what_was_offered_is_no_violation() {
    let collector = MockCollector::start().unwrap();
    let mut producer = Producer::connect(&collector);
    producer.exchange(&Post::single(1));
    producer.exchange(&Post::lines(&[record(2), record(3)]));
    let body = gzip(record(4).as_bytes());
    let post = Post::json(body).header("content-encoding", "gzip");
    producer.exchange(&post.header("idempotency-key", &id(4)));
    assert_eq!(collector.stored(), 4);
    assert_eq!(collector.violations(), Vec::<String>::new());
}
