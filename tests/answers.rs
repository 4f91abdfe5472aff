//! Whatever the collector answers, or does not, each record is delivered once or counted once.

mod common;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::{
    API_KEY, LONG, SHORT, acquainted, add_up, builder, client, collector, keeps_the_contract,
    numbered, settle, ship_together, stored, tickets, traced,
};
use epilogue::record::Degraded;
use epilogue::testing::{Fault, MockCollector, Request};
use epilogue::transport::{BoxFuture, Transport, TransportError};
use epilogue::{Client, Compression, Loss, Record};
use http::Response;

/// A collector of ours, and the simplest one that there is.
fn both() -> [MockCollector; 2] {
    [collector(), MockCollector::builder().plain().start().unwrap()]
}

fn ids(requests: &[Request]) -> Vec<Option<&str>> {
    requests.iter().map(|request| request.header("idempotency-key")).collect()
}

/// What became of one record whose first request met this fault: the client, once it is settled.
fn after(collector: &MockCollector, fault: impl Into<Fault>) -> Client {
    let fault = fault.into();
    collector.next(fault.clone());
    let client = client(collector);
    client
        .ship(traced("1").status_reason(format!("{fault:?}").chars().take(40).collect::<String>()));
    settle(&client);
    keeps_the_contract(collector);
    client
}

/// The record was lost for this reason, after this many requests.
fn is_lost(collector: &MockCollector, client: &Client, loss: Loss, requests: usize) {
    let stats = client.stats();
    assert_eq!((stats.lost_by(loss), stats.lost(), stats.delivered()), (1, 1, 0), "{stats}");
    assert_eq!((collector.stored(), collector.requests().len()), (0, requests));
}

/// The record is stored once, and as it was.
fn is_stored(collector: &MockCollector, client: &Client) {
    let stats = client.stats();
    assert_eq!((stats.delivered(), stats.lost()), (1, 0), "{stats}");
    assert_eq!(tickets(collector), ["1"]);
    assert_eq!(collector.records()[0].trace.as_ref().unwrap()["state"], "what happened");
    assert_eq!(collector.records()[0].degraded, None);
}

/// A state beyond the size from which on bodies are compressed.
fn large() -> String {
    "word ".repeat(2_000)
}

/// What a test looks at, where the records went together as it needs them to.
///
/// Where the machine is busy, holding the first takes so long that the worker sends it alone, or
/// the others in parts; then it is tried again.
fn once_together<T>(attempt: impl Fn() -> Option<T>) -> T {
    let found = (0..20).find_map(|_| attempt());
    found.expect("records that wait together go together")
}

/// What became of `first` and so many others whose one request met the faults planned here.
fn in_one_request(others: usize, plan: impl Fn(&MockCollector)) -> (MockCollector, Client) {
    once_together(|| {
        let collector = collector();
        let client = acquainted(&collector, builder(&collector).compression(Compression::Gzip));
        plan(&collector);
        let record = |ticket: &String| Record::workflow(ticket).state(large());
        ship_together(&client, numbered(others).iter().map(record));
        settle(&client);
        let is_one = collector.requests()[0].records.len() == others + 1;
        is_one.then_some((collector, client))
    })
}

#[test]
fn a_collector_that_is_down_costs_nothing_once_it_is_back() {
    for collector in both() {
        collector.refuse();
        let client = client(&collector);
        client.ship(traced("1"));
        assert!(!client.flush_blocking(SHORT).is_complete());
        assert_eq!((client.stats().pending(), client.stats().lost()), (1, 0));
        collector.come_back().unwrap();
        settle(&client);
        is_stored(&collector, &client);
        keeps_the_contract(&collector);
    }
}

#[test]
fn what_was_not_stored_comes_again_with_the_same_id() {
    let mut faults = vec![
        Fault::Hang,
        Fault::Reset,
        Fault::HalfBody,
        Fault::HangUp,
        Fault::Garbage,
        Fault::EndlessHeader,
    ];
    faults.extend([408, 425, 429, 500, 502, 503, 504].map(|code| Fault::status(code).into()));
    for fault in faults {
        for collector in both() {
            let client = after(&collector, fault.clone());
            is_stored(&collector, &client);
            assert_eq!(collector.duplicates(), 0, "{fault:?}");
            let requests = collector.requests();
            assert_eq!(requests.len(), 2, "{fault:?}");
            let ids = ids(&requests);
            assert_eq!(ids[0], ids[1], "{fault:?}");
            assert_eq!(ids[1].unwrap(), collector.records()[0].record_id.to_string());
        }
    }
}

#[test]
fn what_was_stored_without_a_whole_answer_comes_again_and_is_stored_once() {
    for fault in [Fault::StoreThenHangUp, Fault::HangInHead, Fault::HangInBody, Fault::WrongLength]
    {
        for collector in both() {
            let client = after(&collector, fault.clone());
            is_stored(&collector, &client);
            if fault != Fault::WrongLength {
                assert_eq!(collector.duplicates(), 1, "{fault:?}");
            }
        }
    }
}

#[test]
fn any_success_counts_whatever_its_body() {
    let mut faults = vec![
        Fault::EmptyBody,
        Fault::NotJson,
        Fault::HugeBody(8 << 20),
        // No producer could read that to its end.
        Fault::HugeBody(1 << 50),
    ];
    faults.extend([200, 201, 202, 204, 409].map(|code| Fault::status(code).into()));
    faults.push(Fault::status(200).body(r#"{"accepted":"many","rejected":7}"#).into());
    faults.push(Fault::status(200).body(r#"{"accepted":0,"rejected":[{"index":9}]}"#).into());
    for fault in faults {
        for collector in both() {
            let client = after(&collector, fault.clone());
            is_stored(&collector, &client);
            assert_eq!(collector.requests().len(), 1, "{fault:?}");
        }
    }
}

#[test]
fn what_is_refused_is_dropped_and_counted_and_never_tried_again() {
    for code in [301, 400, 404, 405, 410, 411, 418, 422, 501, 505] {
        for collector in both() {
            let client = after(&collector, Fault::status(code));
            is_lost(&collector, &client, Loss::Rejected, 1);
        }
    }
    let collector = collector();
    let client = after(&collector, Fault::reject([0]));
    is_lost(&collector, &client, Loss::Rejected, 1);
}

#[test]
fn what_was_lost_before_is_told_with_the_next_record() {
    let collector = collector();
    let client = after(&collector, Fault::status(422));
    client.ship(traced("2"));
    settle(&client);
    let sdk = stored(&collector, "2").sdk.unwrap();
    assert_eq!(sdk.lost.into_iter().collect::<Vec<_>>(), [("rejected".to_owned(), 1)]);
}

#[test]
fn a_key_that_is_refused_costs_the_record_and_a_pause() {
    for code in [401, 403] {
        for collector in both() {
            let client = after(&collector, Fault::status(code));
            is_lost(&collector, &client, Loss::Unauthorized, 1);
            client.ship(traced("2"));
            assert!(!client.flush_blocking(SHORT).is_complete());
            assert_eq!((client.stats().pending(), collector.requests().len()), (1, 1));
            add_up(&client.stats());
        }
    }
}

#[test]
fn a_wrong_key_and_a_foreign_client_are_refused() {
    let strict = || MockCollector::builder().api_key(API_KEY).client_id(common::CLIENT_ID);
    for (key, client_id, is_welcome) in [
        (API_KEY, common::CLIENT_ID, true),
        ("other", common::CLIENT_ID, false),
        (API_KEY, "x", false),
    ] {
        let collector = strict().start().unwrap();
        let client = builder(&collector).api_key(key).client_id(client_id).build().unwrap();
        client.ship(traced("1"));
        settle(&client);
        assert_eq!(client.stats().delivered(), u64::from(is_welcome));
        assert_eq!(client.stats().lost_by(Loss::Unauthorized), u64::from(!is_welcome));
    }
}

#[test]
fn a_collector_that_asks_for_patience_gets_it() {
    let collector = collector();
    let wait = Duration::from_secs(1);
    collector.next(Fault::status(429).retry_after("1"));
    // One request at a time: a second could be under way before the answer has come.
    let client = builder(&collector).timeout(SHORT * 2).in_flight(1).build().unwrap();
    let began = Instant::now();
    client.ship(traced("1"));
    assert_eq!(collector.wait_for_requests(1, LONG), 1);
    client.ship(traced("2"));
    // Neither another record nor somebody who waits may shorten it.
    let (second, drained) = std::thread::scope(|scope| {
        let flush = scope.spawn(|| client.flush_blocking(LONG));
        collector.wait_for_requests(2, LONG);
        (began.elapsed(), flush.join().unwrap())
    });
    assert!(second >= wait || collector.requests()[0].status != Some(429), "{second:?}");
    assert!(drained.is_complete());
    assert_eq!(tickets(&collector), ["1", "2"]);
    keeps_the_contract(&collector);
}

#[test]
fn a_record_that_is_too_large_comes_again_without_its_trace() {
    for collector in both() {
        let client = after(&collector, Fault::status(413));
        let record = stored(&collector, "1");
        assert_eq!((record.level.as_str(), record.trace), ("METRICS_ONLY", None));
        assert_eq!(record.degraded.as_deref(), Some("too_large"));
        let requests = collector.requests();
        assert_eq!(requests.len(), 2);
        assert_eq!(requests[0].records[0].record_id, record.record_id);
        let stats = client.stats();
        assert_eq!((stats.delivered(), stats.degraded_by(Degraded::TooLarge)), (1, 1));
    }
}

#[test]
fn a_record_that_is_always_too_large_is_counted_as_that() {
    for collector in both() {
        collector.always(Fault::status(413));
        let client = client(&collector);
        client.ship(traced("1"));
        settle(&client);
        is_lost(&collector, &client, Loss::TooLarge, 2);
    }
}

#[test]
fn a_batch_that_is_too_large_is_split() {
    let (collector, _client) = in_one_request(8, |collector| collector.next(Fault::status(413)));
    assert_eq!(collector.stored(), 9);
    assert!(collector.records().iter().all(|r| r.trace.is_some() && r.degraded.is_none()));
    let requests = collector.requests();
    assert_eq!(requests[0].records.len(), 9);
    assert!(requests[1..].iter().all(|request| (1..=4).contains(&request.records.len())));
    keeps_the_contract(&collector);
}

#[test]
fn a_batch_beyond_the_collectors_own_limit_arrives_in_parts() {
    let collector = MockCollector::builder().max_request_bytes(32 << 10).max_record_bytes(16 << 10);
    let collector = collector.start().unwrap();
    let client = acquainted(&collector, builder(&collector).compression(Compression::Off));
    let large = Record::workflow("large").state("word ".repeat(5_000));
    let small = numbered(40);
    let records = small.iter().map(|ticket| Record::workflow(ticket).state("word ".repeat(800)));
    ship_together(&client, records.chain([large]));
    settle(&client);
    assert_eq!((collector.stored(), client.stats().lost()), (42, 0));
    assert!(small.iter().all(|ticket| stored(&collector, ticket).trace.is_some()));
    assert_eq!(stored(&collector, "large").degraded.as_deref(), Some("too_large"));
    keeps_the_contract(&collector);
}

#[test]
fn a_form_that_is_unknown_is_taken_back_and_the_records_come_plain() {
    // From now on nothing is offered any more.
    let (collector, client) = in_one_request(4, |collector| {
        collector.next(Fault::status(415));
        collector.always(Fault::offers());
    });
    let again = |ticket: &String| Record::workflow(format!("again-{ticket}")).state(large());
    ship_together(&client, numbered(4).iter().map(again));
    settle(&client);
    assert_eq!((collector.stored(), client.stats().lost()), (10, 0));
    let requests = collector.requests();
    assert_eq!(requests[0].header("content-type"), Some("application/x-ndjson"));
    assert_eq!(requests[0].header("content-encoding"), Some("gzip"));
    for request in &requests[1..] {
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.header("content-encoding"), None);
    }
    assert!(collector.records().iter().all(|record| record.trace.is_some()));
    keeps_the_contract(&collector);
}

#[test]
fn a_plain_record_in_an_unknown_form_is_dropped() {
    for collector in both() {
        let client = after(&collector, Fault::status(415));
        is_lost(&collector, &client, Loss::Rejected, 1);
    }
}

#[test]
fn one_bad_record_of_a_batch_is_found_and_the_others_arrive() {
    for code in [400, 422] {
        // The batch, and then whichever of its records comes third.
        let (collector, client) = in_one_request(4, |collector| {
            collector.next(Fault::status(code));
            collector.next_times(2, Fault::EmptyBody);
            collector.next(Fault::status(code));
        });
        let stats = client.stats();
        assert_eq!((stats.lost_by(Loss::Rejected), stats.lost(), stats.delivered()), (1, 1, 5));
        let requests = collector.requests();
        assert_eq!((collector.stored(), requests.len()), (4, 6));
        assert!(requests[1..].iter().all(|request| request.records.len() == 1));
        keeps_the_contract(&collector);
    }
}

#[test]
fn what_a_batchs_answer_lists_as_rejected_is_dropped_and_nothing_else() {
    let (collector, client) = in_one_request(4, |collector| collector.next(Fault::reject([1, 3])));
    assert_eq!(tickets(&collector), ["first", "ticket-0001", "ticket-0003"]);
    assert_eq!((client.stats().lost_by(Loss::Rejected), client.stats().delivered()), (2, 4));
    assert_eq!(collector.requests().len(), 1);
    keeps_the_contract(&collector);
}

#[test]
fn a_batch_meets_every_outage_as_a_single_record_does() {
    for fault in [Fault::Hang, Fault::StoreThenHangUp, Fault::Garbage, Fault::status(503).into()] {
        let collector = collector();
        let client = acquainted(&collector, builder(&collector));
        collector.next(fault);
        ship_together(&client, numbered(4).iter().map(|ticket| traced(ticket)));
        settle(&client);
        assert_eq!((collector.stored(), client.stats().lost()), (5, 0));
        assert_eq!(client.stats().delivered(), 6);
        assert!(collector.records().iter().all(|record| record.trace.is_some()));
        keeps_the_contract(&collector);
    }
}

#[test]
fn batches_and_compression_are_used_only_once_they_were_offered() {
    let collector = once_together(|| {
        let collector = collector();
        let client = builder(&collector).compression(Compression::Gzip).in_flight(1).build();
        let client = client.unwrap();
        let record = |ticket: &String| Record::workflow(ticket).state(large());
        ship_together(&client, numbered(8).iter().map(record));
        settle(&client);
        (collector.requests().len() == 2).then_some(collector)
    });
    let requests = collector.requests();
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
    assert_eq!(requests[0].header("content-encoding"), None);
    assert_eq!(requests[1].header("content-encoding"), Some("gzip"));
    assert_eq!((requests[1].records.len(), collector.stored()), (8, 9));
    keeps_the_contract(&collector);
}

#[test]
fn the_simplest_collector_gets_one_plain_record_a_request() {
    let [_, plain] = both();
    let client = builder(&plain).compression(Compression::Zstd).build().unwrap();
    let numbered = numbered(20);
    let records = numbered.iter().map(|t| Record::workflow(t).state("word ".repeat(4_000)));
    ship_together(&client, records);
    settle(&client);
    assert_eq!((plain.stored(), plain.requests().len()), (21, 21));
    assert!(plain.requests().iter().all(|request| {
        request.header("content-type") == Some("application/json")
            && request.header("content-encoding").is_none()
            && request.header("content-length") == Some(&request.body.len().to_string())
            && request.header("transfer-encoding").is_none()
            && request.header("x-api-key") == Some(API_KEY)
    }));
    keeps_the_contract(&plain);
}

#[test]
fn the_key_and_the_record_follow_no_redirect() {
    let target = collector();
    for collector in both() {
        let client = after(&collector, Fault::redirect(target.url()));
        is_lost(&collector, &client, Loss::Rejected, 1);
    }
    for code in [301, 303, 307, 308] {
        let collector = collector();
        let client = after(&collector, Fault::status(code));
        is_lost(&collector, &client, Loss::Rejected, 1);
    }
    assert_eq!((target.connections(), target.requests().len()), (0, 0));
}

/// A collector in the process that cannot take a record with a certain word in it.
struct Poisoned {
    stored: Mutex<Sender<()>>,
    attempts: Arc<AtomicU32>,
}

impl Transport for Poisoned {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let is_poisonous = request.body().windows(6).any(|word| word == b"poison");
        if is_poisonous {
            self.attempts.fetch_add(1, Ordering::SeqCst);
        } else {
            let _ = self.stored.lock().unwrap().send(());
        }
        let status = if is_poisonous { 500 } else { 200 };
        Box::pin(async move { Ok(Response::builder().status(status).body(Bytes::new()).unwrap()) })
    }
}

#[test]
fn a_record_that_fails_while_others_get_through_does_not_hold_them_for_ever() {
    let (sender, stored) = mpsc::channel();
    let attempts = Arc::new(AtomicU32::new(0));
    let client = Client::builder()
        .url("https://logs.example.com/v1/logs")
        .api_key(API_KEY)
        .client_id("demo")
        .transport(Poisoned { stored: Mutex::new(sender), attempts: Arc::clone(&attempts) })
        .build()
        .unwrap();
    client.ship(traced("poison"));
    for _ in 0..100 {
        client.ship(traced("good"));
        stored.recv_timeout(LONG).expect("a good record gets through");
        if client.stats().lost() > 0 {
            break;
        }
    }
    settle(&client);
    assert_eq!((client.stats().lost_by(Loss::Rejected), client.stats().lost()), (1, 1));
    assert!(attempts.load(Ordering::SeqCst) >= 4);
}

/// A transport that panics, at first.
struct Panics(Mutex<u32>);

impl Transport for Panics {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
        let mut left = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *left = left.saturating_sub(1);
        match *left {
            0 => Box::pin(async { Ok(Response::new(Bytes::new())) }),
            1 => Box::pin(async { panic!("on purpose") }),
            _ => panic!("on purpose"),
        }
    }
}

#[test]
fn a_transport_that_panics_costs_no_record() {
    let client = Client::builder()
        .url("https://logs.example.com/v1/logs")
        .api_key(API_KEY)
        .client_id("demo")
        .transport(Panics(Mutex::new(4)))
        .build()
        .unwrap();
    client.ship(traced("1"));
    client.ship(traced("2"));
    settle(&client);
    assert_eq!((client.stats().delivered(), client.stats().lost()), (2, 0));
}
