//! No secret and nothing personal is told anywhere: not in what is sent, not in what is logged at
//! any level, not in what any public type prints.

mod common;

use std::fmt::Debug;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use common::{LONG, SHORT};
use epilogue::mask::{MaskKey, Policy};
use epilogue::record::{Error, Outcome};
use epilogue::testing::{Fault, MockCollector, Request};
use epilogue::transport::{BoxFuture, Transport, TransportError};
use epilogue::{Client, ClientBuilder, Compression, IntoRecord, Level, Loss, Record, Status, Step};
use serde::{Serialize, Serializer};
use serde_json::json;
use tracing_subscriber::fmt::format::FmtSpan;

const API_KEY: &str = "ak7Qm2ZrT9xWv4Lp8NcB";
const MASK_KEY: &str = "mk5Yd1HsJ6uKe3Rg0XoVmk5Yd1HsJ6uKe3Rg0XoV";
const EMAIL: &str = "ludmila.ashworth@example.org";
const NAME: &str = "Ludmila Ashworth";
const PASSWORD: &str = "tangerine-Helix-77";
const CARDS: [&str; 3] = ["5555 5555 5555 4444", "5555-5555-5555-4444", "5555555555554444"];
const QUERY: &str = "Qs8wE4rT6y";

/// What must stand nowhere. Parts of the name and the address as well: half of it is too much.
const SECRETS: [&str; 9] =
    [API_KEY, MASK_KEY, EMAIL, "ludmila", "ashworth", PASSWORD, CARDS[0], CARDS[1], QUERY];

/// Everything that was told, each with where.
#[derive(Default)]
struct Told(Vec<(String, String)>);

impl Told {
    fn add(&mut self, place: impl Into<String>, text: impl Into<String>) {
        self.0.push((place.into(), text.into()));
    }

    fn debug(&mut self, place: &str, value: &dyn Debug) {
        self.add(place, format!("{value:?} {value:#?}"));
    }

    fn search(&self) {
        for (place, text) in &self.0 {
            let lower = text.to_lowercase();
            for secret in SECRETS {
                let at = lower.find(&secret.to_lowercase());
                assert_eq!(at, None, "{secret} in {place}: {}", around(&lower, at));
            }
            let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            assert!(!digits.contains(CARDS[2]), "a card in {place}");
        }
    }
}

fn around(text: &str, at: Option<usize>) -> String {
    let Some(at) = at else { return String::new() };
    text.chars().skip(text[..at].chars().count().saturating_sub(200)).take(300).collect()
}

/// Keeps what subscribers and loggers write.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Captured {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {} {}\n", record.level(), record.target(), record.args());
        self.0.lock().unwrap().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Listens to everything that anybody in this process logs.
fn capture() -> Captured {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    log::set_logger(Box::leak(Box::new(captured.clone()))).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    captured
}

fn builder(collector: &MockCollector) -> ClientBuilder {
    Client::builder()
        .url(collector.url())
        .api_key(API_KEY)
        .client_id("demo")
        .mask_key(MaskKey::new(MASK_KEY).unwrap())
        .timeout(SHORT)
}

/// A run that tells everything it knows, everywhere.
fn run() -> Record {
    let text = format!(
        "{NAME} <{EMAIL}> paid with {}, {} or {} and signs in with password={PASSWORD}",
        CARDS[0], CARDS[1], CARDS[2]
    );
    Record::workflow(format!("ticket of {EMAIL}"))
        .workflow_name(format!("for {EMAIL}"))
        .category(CARDS[2])
        .status(Status::Failed)
        .status_reason(text.clone())
        .tag(format!("from:{EMAIL}"))
        .tag(NAME)
        .metric(format!("paid by {EMAIL}"), 1)
        .identity(NAME)
        .input(text.clone())
        .step(Step::node("plan").decision(text.clone()).attribute(EMAIL, NAME))
        .step(Step::react_iteration(1).thought(text.clone()).observation(text.clone()))
        .step(Step::tool_call("lookup").arguments(json!({ EMAIL: text })).error(text.clone()))
        .step(Step::llm_call("openai", "gpt-4o").input(json!({"messages": [text]})))
        .step(Step::retrieval("search").query(text.clone()).document(EMAIL, 0.5))
        .error(Error::new("PaymentError", text.clone()).stack(text.clone()))
        .final_response(text.clone())
        .state(state(&text))
}

fn state(text: &str) -> serde_json::Value {
    json!({
        "customer": {"name": NAME, "email": EMAIL, "password": PASSWORD},
        "cards": CARDS,
        "card_number": 5_555_555_555_554_444_u64,
        "headers": [["authorization", format!("Bearer {API_KEY}")], {"name": "x-api-key", "value": API_KEY}],
        "config": {"api_key": API_KEY, "mask_key_secret": MASK_KEY},
        "raw": json!({"customer": {"first_name": "Ludmila"}, "text": text}).to_string(),
        text: text,
    })
}

/// A value that tells its secrets where it should not: in an error or a panic.
struct Blurts(bool);

impl Serialize for Blurts {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        assert!(self.0, "{NAME} {EMAIL} {PASSWORD} {}", CARDS[0]);
        Err(serde::ser::Error::custom(format!("{NAME} {EMAIL} {PASSWORD} {}", CARDS[0])))
    }
}

impl IntoRecord for Blurts {
    fn into_record(self) -> Record {
        panic!("{NAME} {EMAIL} {PASSWORD} {}", CARDS[0])
    }
}

/// Ships good and bad runs to a collector in one condition, and tells all that can be seen.
fn ship(told: &mut Told, condition: &str, builder: ClientBuilder, collector: &MockCollector) {
    told.debug("a builder", &builder);
    let client = builder.build().unwrap();
    let guard = client.guard();
    client.ship(run());
    client.ship(run().state(Blurts(false)));
    client.ship(run().state(Blurts(true)));
    client.ship(Blurts(false));
    client.ship(run());
    let drained = client.flush_blocking(SHORT);
    told.debug("a client", &client);
    told.debug("a guard", &guard);
    told.debug("drained", &drained);
    let ended = client.shutdown_blocking(SHORT);
    told.debug("ended", &ended);
    told.debug("statistics", &client.stats());
    told.add("statistics", client.stats().to_string());
    let masked: Vec<_> = client.stats().masked().iter().collect();
    told.debug("a report", &(masked, client.stats().masked()));
    told.debug("requests", &collector.requests());
    for request in collector.requests() {
        sent(told, condition, &request);
    }
    told.add(format!("what was stored {condition}"), collector.raw_records().join("\n"));
    told.add("violations", collector.violations().join("\n"));
}

/// All bytes of a request; the key may stand in its one header.
fn sent(told: &mut Told, condition: &str, request: &Request) {
    assert_eq!(request.header("x-api-key"), Some(API_KEY));
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "x-api-key") {
        told.add(format!("a header {condition}"), format!("{name}: {value}"));
    }
    told.add("a path", request.path.clone());
    told.add(format!("a body {condition}"), String::from_utf8_lossy(&request.body));
    told.add(format!("a decoded body {condition}"), String::from_utf8_lossy(&request.decoded));
}

/// A client of the host's own, which prints each request before it fails.
struct Prints(Captured);

impl Transport for Prints {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<Result<http::Response<Bytes>, TransportError>> {
        let text = format!("{request:?} {:#?}", request.headers());
        self.0.0.lock().unwrap().extend_from_slice(text.as_bytes());
        Box::pin(async { Err(TransportError::Broken) })
    }
}

/// What a request prints that is handed to the host's own client.
fn printed_requests(told: &mut Told, collector: &MockCollector) {
    let printed = Captured::default();
    let client = builder(collector).transport(Prints(printed.clone())).build().unwrap();
    client.ship(run());
    let _ = client.flush_blocking(SHORT);
    assert!(printed.text().contains("x-api-key"), "it was asked to send");
    told.add("a printed request", printed.text());
}

/// Bad settings with secrets in them.
fn bad_settings(told: &mut Told) {
    let builders = [
        Client::builder().url(format!("https://ludmila:{PASSWORD}@logs.example.com/?sig={QUERY}")),
        Client::builder().url(format!("http://logs.example.com/v1/logs?sig={QUERY}")),
        Client::builder().url(format!("ludmila.ashworth:{PASSWORD}@logs.example.com")),
        Client::builder().url(format!("not an address {EMAIL}")),
        Client::builder().url("https://logs.example.com").api_key(format!("{API_KEY} \u{e9}")),
        Client::builder().url("https://logs.example.com").api_key(API_KEY).client_id(""),
        Client::builder()
            .url("https://logs.example.com")
            .api_key(API_KEY)
            .client_id(format!("{EMAIL}{}", "x".repeat(300))),
        Client::builder().api_key(API_KEY).timeout(Duration::ZERO),
    ];
    for builder in builders {
        told.debug("a builder with bad settings", &builder);
        let error = builder.build().unwrap_err();
        told.debug("a bad setting", &error);
        told.add("a bad setting", error.to_string());
    }
    let short = MaskKey::new(&PASSWORD.as_bytes()[..18]).unwrap_err();
    told.debug("a short key", &short);
    told.add("a short key", short.to_string());
}

/// What the types that a host holds print.
fn public_types(told: &mut Told) {
    let key = MaskKey::new(MASK_KEY).unwrap();
    told.debug("a masking key", &key);
    let policy = Policy::builder().key(key.clone()).remove_key("note");
    told.debug("a policy's builder", &policy);
    let policy = policy.build().unwrap();
    told.debug("a policy", &policy);
    told.debug("a record", &run());
    told.debug("an outcome", &run().outcome());
    let client = Client::disabled();
    for level in [Level::Off, Level::MetricsOnly, Level::FullTrace] {
        let payload = run().seal(&policy, level);
        told.debug("a payload", &payload);
        told.add("a rendered payload", payload.render());
        told.add("a preview", client.preview(run()).render());
    }
    let text = format!("{NAME} {EMAIL} {PASSWORD}");
    told.debug("a node", &Step::node(text.clone()).decision(text.clone()).error(text.clone()));
    told.debug("a thought", &Step::react_iteration(1).thought(text.clone()).input(text.clone()));
    told.debug("a tool", &Step::tool_call("a").call_id(text.clone()).result(text.clone()));
    told.debug("a model", &Step::llm_call("a", "b").output(text.clone()).finish_reason("stop"));
    told.debug("a search", &Step::retrieval("a").query(text.clone()).document(text.clone(), 1.0));
    let step: epilogue::record::AnyStep = Step::retrieval("a").query(text.clone()).into();
    told.debug("a step", &step);
    told.debug("an error", &Error::new("E", text.clone()).stack(text.clone()));
    let masked = policy.mask(&state(&text)).unwrap();
    told.add("masked", masked.json());
    told.debug("masked", &masked);
    for error in [TransportError::Connect, TransportError::Timeout, TransportError::Broken] {
        told.debug("a transport's error", &error);
        told.add("a transport's error", error.to_string());
    }
    told.debug("losses", &Loss::ALL);
    let unserializable = policy.mask(&Blurts(true)).unwrap_err();
    told.add("unserializable", format!("{unserializable} {unserializable:?}"));
}

#[test]
fn nothing_secret_is_told_anywhere() {
    let captured = capture();
    // The panics of the host's own values would otherwise be told by the host's own hook.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().name() != Some("epilogue") {
            hook(info);
        }
    }));
    let mut told = Told::default();

    for (condition, fault) in [
        ("in good health", None),
        ("refused", Some(Fault::status(401).body(format!("no key {API_KEY} for {EMAIL}")).into())),
        ("told it is invalid", Some(Fault::status(422).body(format!("{NAME}, {EMAIL}")).into())),
        ("told it is too large", Some(Fault::status(413).into())),
        ("redirected", Some(Fault::redirect(format!("http://{API_KEY}@127.0.0.1:9/{PASSWORD}")))),
        ("answered garbage", Some(Fault::Garbage)),
        ("answered nothing", Some(Fault::Hang)),
        ("answered with patience", Some(Fault::status(429).retry_after(EMAIL).into())),
    ] {
        let collector = MockCollector::start().unwrap();
        if let Some(fault) = fault {
            collector.always(fault);
        }
        ship(&mut told, condition, builder(&collector), &collector);
    }
    let collector = MockCollector::start().unwrap();
    ship(&mut told, "compressed", builder(&collector).compression(Compression::Gzip), &collector);
    let collector = MockCollector::start().unwrap();
    collector.refuse();
    ship(&mut told, "down", builder(&collector), &collector);
    let collector = MockCollector::start().unwrap();
    let rule = |outcome: &Outcome<'_>| panic!("{outcome:?} {NAME}");
    ship(&mut told, "with a rule that panics", builder(&collector).level_rule(rule), &collector);

    printed_requests(&mut told, &collector);
    bad_settings(&mut told);
    public_types(&mut told);
    let blurted = catch_unwind(AssertUnwindSafe(|| Client::disabled().ship(Blurts(true))));
    assert!(blurted.is_ok());
    // A client that is dropped goes on in its own time; this one is waited for.
    let collector = MockCollector::start().unwrap();
    let client = builder(&collector).build().unwrap();
    client.ship(run());
    assert!(client.shutdown_blocking(LONG).is_complete());

    let log = captured.text();
    assert!(log.contains("WARN epilogue:"), "our own warnings are captured: {log}");
    assert!(log.contains("reqwest") || log.contains("hyper"), "the HTTP client's are: {log}");
    told.add("the log", log);
    assert!(told.0.len() > 200, "{}", told.0.len());
    told.search();
}
