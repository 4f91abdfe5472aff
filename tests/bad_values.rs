//! Whatever a value of the host's holds or does, a valid record arrives and tells what was cut.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use common::{client, collector, keeps_the_contract, settle};
use epilogue::record::{Degraded, Error};
use epilogue::testing::MockCollector;
use epilogue::wire::{Envelope, MAX_RECORD_BYTES, Truncation};
use epilogue::{Record, Step};
use serde::ser::{Error as _, SerializeMap, SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Ships a record and gives it back as it was stored, with its bytes.
fn arrived(record: Record) -> (Envelope, String) {
    let collector: MockCollector = collector();
    let client = client(&collector);
    client.ship(record);
    settle(&client);
    assert_eq!(client.stats().delivered(), 1, "{}", client.stats());
    keeps_the_contract(&collector);
    (collector.records().remove(0), collector.raw_records().remove(0))
}

/// The state of a record as it arrived.
fn state(value: impl Serialize + Send + 'static) -> Value {
    let (record, _) = arrived(Record::workflow("1").state(value));
    assert_eq!(record.degraded, None);
    record.trace.unwrap()["state"].clone()
}

fn cut_paths(record: &Envelope) -> Vec<&str> {
    let fields = record.truncation.as_ref().map_or(&[][..], |truncation| &truncation.fields);
    fields.iter().map(|field| field.path.as_str()).collect()
}

struct Fails;

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("hunter2"))
    }
}

/// Fails when much of it is written already.
struct FailsLate;

impl Serialize for FailsLate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("half", "written")?;
        map.serialize_entry("other", &[json!(1), json!("x")])?;
        map.serialize_entry("fails", &Fails)?;
        map.end()
    }
}

struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        panic!("on purpose")
    }
}

/// Panics, but not at the first time.
struct PanicsLater(AtomicU32);

impl Serialize for PanicsLater {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        assert_eq!(self.0.fetch_add(1, Ordering::Relaxed), 0, "on purpose");
        serializer.serialize_str("calm")
    }
}

/// A name at first, and then another one that nobody looked for.
struct TwoStories(Cell<bool>);

impl Serialize for TwoStories {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let name = if self.0.replace(true) { "Wilhelmina" } else { "Ferdinanda" };
        map.serialize_entry("first_name", name)?;
        map.serialize_entry("note", "Wilhelmina called")?;
        map.end()
    }
}

/// Promises a length that it does not keep.
struct Liar;

impl Serialize for Liar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(usize::MAX))?;
        seq.serialize_element("one")?;
        seq.end()
    }
}

#[test]
fn a_value_that_cannot_be_serialized_costs_the_trace_and_the_texts_that_it_protects() {
    let values: [fn(Record) -> Record; 7] = [
        |record| record.state(Fails),
        |record| record.state(FailsLate),
        |record| record.state(Panics),
        // Somebody is known, so the values are asked twice.
        |record| record.identity("Ferdinanda").state(PanicsLater(AtomicU32::new(0))),
        |record| record.state(TwoStories(Cell::new(false))),
        |record| record.input(Panics).state("good").step(Step::node("a").input(Fails)),
        |record| record.step(Step::tool_call("a").arguments(Fails)).state(json!({"a": 1})),
    ];
    for (number, with) in values.into_iter().enumerate() {
        let (record, raw) = arrived(with(Record::workflow("1").metric("m", 7).category("BILLING")));
        assert_eq!((record.level.as_str(), &record.trace), ("METRICS_ONLY", &None), "{number}");
        assert_eq!(record.degraded.as_deref(), Some(Degraded::Unserializable.as_str()), "{number}");
        assert!((record.metrics["m"] - 7.0).abs() < f64::EPSILON);
        assert_eq!(record.category.as_deref(), Some("BILLING"));
        assert!(!raw.contains("hunter2") && !raw.contains("Wilhelmina"), "{raw}");
    }
}

#[test]
fn where_nobody_is_known_a_value_is_asked_once() {
    assert_eq!(state(PanicsLater(AtomicU32::new(0))), "calm");
}

#[test]
fn a_text_that_nobody_could_check_is_left_out_and_listed() {
    let record = Record::workflow("1").status_reason("Maria was angry").tag("maria").state(Fails);
    let (record, _) = arrived(record);
    assert_eq!((record.status_reason.as_deref(), record.tags.len()), (None, 0));
    assert_eq!(record.truncation.unwrap().fields.len(), 2);
}

#[test]
fn a_length_that_is_promised_and_not_kept_is_only_a_promise() {
    assert_eq!(state(Liar), json!(["one"]));
}

#[test]
fn what_is_no_number_is_left_out_and_counted() {
    let record = Record::workflow("1")
        .metric("nan", f64::NAN)
        .metric("infinite", f64::NEG_INFINITY)
        .metric("good", 0.5)
        .final_confidence(f64::NAN)
        .final_response("done")
        .input([1.0, f64::NAN, f64::INFINITY]);
    let (record, raw) = arrived(record);
    assert_eq!(record.metrics.keys().collect::<Vec<_>>(), ["good"]);
    assert_eq!(record.truncation.as_ref().unwrap().dropped_metrics, 2);
    assert!(cut_paths(&record).contains(&"trace.input[1]"), "{raw}");
    assert!(cut_paths(&record).contains(&"trace.input[2]"), "{raw}");
    assert!(cut_paths(&record).contains(&"trace.final_response.confidence"), "{raw}");
    let trace = record.trace.unwrap();
    assert_eq!(trace["input"], json!([1.0, null, null]));
    assert_eq!(trace["final_response"], json!({"content": "done"}));
}

#[test]
fn metrics_tags_and_names_keep_their_limits() {
    let mut record = Record::workflow("t".repeat(1_000)).category("c".repeat(300)).state(0);
    for number in 0..100 {
        record = record.metric(format!("metric-{number:03}"), number).tag(format!("tag {number}"));
    }
    let (record, _) = arrived(record.metric("m".repeat(400), 1).status_reason("r".repeat(9_000)));
    assert_eq!((record.metrics.len(), record.tags.len()), (64, 64));
    assert_eq!(record.ticket_id.as_ref().unwrap().len(), 256);
    assert_eq!(record.category.as_ref().unwrap().len(), 256);
    assert_eq!(record.truncation.as_ref().unwrap().dropped_metrics, 37);
    for path in ["ticket_id", "category", "tags", "status_reason"] {
        assert!(cut_paths(&record).contains(&path), "{path}: {:?}", record.truncation);
    }
}

#[test]
fn three_hundred_levels_are_cut_where_readers_stop() {
    let mut arrays = json!("bottom");
    let mut objects = json!("bottom");
    for _ in 0..300 {
        arrays = json!([arrays]);
        objects = json!({ "in": objects });
    }
    let text = format!("{}{}", "[".repeat(300), "]".repeat(300));
    let raw = RawValue::from_string(text.clone()).unwrap();
    for value in [arrays, objects] {
        let (record, raw) = arrived(Record::workflow("1").state(value));
        assert_eq!((record.degraded.as_deref(), cut_paths(&record).len()), (None, 1));
        assert!(!raw.contains("bottom"));
        assert!(record.trace.is_some());
    }
    // The same as text, and as JSON that is copied elsewhere.
    for record in [Record::workflow("1").state(text), Record::workflow("1").state(raw)] {
        let (record, _) = arrived(record);
        assert_eq!(record.degraded, None);
    }
}

/// A list that holds itself, so to say: as deep as the stack allows.
struct Recursive(u32);

impl Serialize for Recursive {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            0 => serializer.serialize_some("bottom"),
            n if n % 2 == 0 => serializer.serialize_some(&Recursive(n - 1)),
            n => serializer.serialize_newtype_struct("Recursive", &Recursive(n - 1)),
        }
    }
}

#[test]
fn wrappers_without_end_are_cut_too() {
    let (record, raw) = arrived(Record::workflow("1").state([Recursive(1_000_000)]));
    assert_eq!(cut_paths(&record), ["trace.state[0]"]);
    assert!(!raw.contains("bottom"));
}

#[test]
fn a_text_of_50_megabytes_is_shortened_to_the_limit_and_listed() {
    let text = "a page with words and ünïcödé ".repeat((50 << 20) / 34);
    let bytes = text.len() as u64;
    let (record, raw) = arrived(Record::workflow("1").state(json!({"page": text, "kept": "yes"})));
    assert!((MAX_RECORD_BYTES / 2..=MAX_RECORD_BYTES).contains(&raw.len()), "{}", raw.len());
    let field = &record.truncation.as_ref().unwrap().fields[0];
    assert_eq!((field.path.as_str(), field.original_bytes), ("trace.state.page", Some(bytes)));
    assert_eq!(record.trace.unwrap()["state"]["kept"], "yes");
}

#[test]
fn a_large_value_that_no_shortening_fits_keeps_its_numbers() {
    let numbers: Vec<u32> = (0..400_000).map(|n| n + 1_000).collect();
    let (record, _) = arrived(Record::workflow("1").metric("m", 1).state(numbers));
    assert_eq!((record.level.as_str(), record.trace), ("METRICS_ONLY", None));
    assert_eq!(record.degraded.as_deref(), Some("too_large"));
    assert_eq!(record.metrics.len(), 1);
}

#[test]
fn steps_beyond_the_limit_are_counted() {
    let mut record = Record::workflow("1");
    for _ in 0..10_010 {
        record = record.step(Step::node("n"));
    }
    let (record, _) = arrived(record);
    assert_eq!(
        record.truncation,
        Some({
            let mut truncation = Truncation::default();
            truncation.dropped_steps = 10;
            truncation
        })
    );
    assert_eq!(record.trace.unwrap()["steps"].as_array().unwrap().len(), 10_000);
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Unit,
}

#[test]
fn keys_that_are_no_texts_become_texts() {
    let numbers = BTreeMap::from([(7_u32, "a")]);
    assert_eq!(state(numbers), json!({"7": "a"}));
    assert_eq!(state(BTreeMap::from([(true, 1)])), json!({"true": 1}));
    assert_eq!(state(BTreeMap::from([('x', 1)])), json!({"x": 1}));
    assert_eq!(state(BTreeMap::from([(Some("x"), 1), (None, 2)])), json!({"x": 1, "null": 2}));
    assert_eq!(state(BTreeMap::from([(Key::Unit, 1)])), json!({"Unit": 1}));
    assert_eq!(state(BTreeMap::from([((1, "b"), 1)])), json!({"[1,\"b\"]": 1}));
    assert_eq!(state(BTreeMap::from([(vec![1, 2], 1)])), json!({"[1,2]": 1}));
    assert_eq!(state(BTreeMap::from([((), 1)])), json!({"null": 1}));
    let masked = state(BTreeMap::from([(("maria@example.com", 1), 1)]));
    assert!(!masked.to_string().contains("maria"), "{masked}");
}

#[test]
fn keys_that_cannot_be_texts_cost_the_trace_alone() {
    struct BadKey;
    impl Serialize for BadKey {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(&Fails, &1)?;
            map.end()
        }
    }
    let (record, _) = arrived(Record::workflow("1").state(BadKey));
    assert_eq!(record.degraded.as_deref(), Some("unserializable"));
}

/// What `serde_json` hands to a serializer for a number of any length, with its feature
/// `arbitrary_precision`.
struct Precise(&'static str);

impl Serialize for Precise {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut number = serializer.serialize_struct("$serde_json::private::Number", 1)?;
        number.serialize_field("$serde_json::private::Number", self.0)?;
        number.end()
    }
}

/// What it hands over for raw JSON, without its check that it is JSON.
struct Raw(&'static str);

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut raw = serializer.serialize_struct("$serde_json::private::RawValue", 1)?;
        raw.serialize_field("$serde_json::private::RawValue", self.0)?;
        raw.end()
    }
}

#[test]
fn numbers_of_any_length_arrive_or_become_texts() {
    let (_, raw) = arrived(Record::workflow("1").state(Precise("0.1234567890123456789012345")));
    assert!(raw.contains(r#""state":0.1234567890123456789012345"#), "{raw}");
    for text in ["NaN", "1.", "01", "--1", "1e", "", "1,\"x\":2", "}", "0x10", "Infinity"] {
        assert_eq!(state(Precise(text)), json!(text), "{text}");
    }
    assert_eq!(state(Precise("4111111111111111")), json!("[CARD]"));
}

#[test]
fn raw_json_is_masked_and_what_is_none_becomes_text() {
    let raw = RawValue::from_string(r#"{"email":"maria@example.com", "n":[1, 2]}"#.to_owned());
    let masked = state(raw.unwrap());
    assert!(masked["email"].as_str().unwrap().starts_with("[EMAIL:"), "{masked}");
    assert_eq!(masked["n"], json!([1, 2]));
    for text in ["{\"a\":", "1,2", "]", "\"open", "{\"a\":1}}", "nul", "\u{0}"] {
        assert_eq!(state(Raw(text)), json!(text.replace('\0', "\u{fffd}")), "{text}");
    }
    let masked = state(Raw("{broken: maria@example.com"));
    assert!(!masked.to_string().contains("maria@"), "{masked}");
}

struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

#[test]
fn bytes_become_their_length() {
    assert_eq!(state(Bytes(b"maria@example.com".to_vec())), json!("[BLOB:17]"));
    assert_eq!(state(b"maria@example.com".to_vec()), json!("[BLOB:17]"));
    assert_eq!(state(Bytes(Vec::new())), json!("[BLOB:0]"));
}

#[test]
fn the_largest_integers_arrive_digit_by_digit() {
    for (record, digits) in [
        (Record::workflow("1").state(i128::MIN), i128::MIN.to_string()),
        (Record::workflow("1").state(u128::MAX), u128::MAX.to_string()),
        (Record::workflow("1").state(i64::MIN), i64::MIN.to_string()),
    ] {
        let (record, raw) = arrived(record);
        assert!(raw.contains(&digits), "{digits}: {raw}");
        assert_eq!(record.degraded, None);
    }
}

#[test]
fn json_in_texts_with_half_a_character_in_it_stays_text() {
    for text in [
        r#"{"a":"\ud800"}"#,
        r#"["\udc00 maria@example.com"]"#,
        r#"{"a":"\ud83d\ude00", "email":"maria@example.com"}"#,
        r#"{"\ud800":"maria@example.com"}"#,
    ] {
        let masked = state(text);
        assert!(masked.is_string(), "{masked}");
        assert!(!masked.as_str().unwrap().contains("maria@"), "{masked}");
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(key, v)| key.contains('\0') || has_nul(v)),
        _ => false,
    }
}

#[test]
fn a_nul_is_replaced_wherever_it_stands() {
    let record = Record::workflow("tick\0et")
        .category("CAT\0")
        .tag("t\0ag")
        .status_reason("re\0ason")
        .metric("m\0", 1)
        .workflow_name("\0")
        .environment("\0env")
        .step(Step::node("no\0de").error("fa\0iled"))
        .error(Error::new("Ti\0meout", "mess\0age"))
        .final_response("an\0swer")
        .state(json!({"k\0ey": "val\0ue", "text": "{\"a\":\"\\u0000\"}"}));
    let (record, raw) = arrived(record);
    assert!(!has_nul(&serde_json::from_str(&raw).unwrap()), "{raw}");
    assert_eq!(record.ticket_id.as_deref(), Some("tick\u{fffd}et"));
    let trace = record.trace.unwrap();
    assert_eq!(trace["state"]["k\u{fffd}ey"], "val\u{fffd}ue");
    assert_eq!(trace["steps"][0]["name"], "no\u{fffd}de");
}

#[test]
fn control_characters_and_rare_ones_arrive_as_they_were() {
    let text = "\u{1}\u{8}\t\r\n\u{1b}\u{7f}\u{2028}\u{feff}\u{10ffff}é\u{301} \"\\/";
    assert_eq!(state(text), json!(text));
}
