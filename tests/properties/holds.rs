//! What holds for every text and every value, checked by property tests and by fuzzers alike.

use std::sync::OnceLock;

use epilogue::mask::{MaskKey, Policy};
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::tree::{Told, Tree};

/// How many bytes may stand for one: `[ID:hash]` is the longest answer to the shortest text, an
/// element of a list in quotes.
const MOST_GROWTH: usize = 16;

/// A value this deep may be cut, with the fields that lie below.
const DEEP: usize = 100;

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| {
        let key = MaskKey::new([7; 32]).expect("32 bytes are enough");
        Policy::builder().key(key).build().expect("a key alone is a policy")
    })
}

pub(crate) fn mask<T: Serialize + ?Sized>(value: &T) -> String {
    policy().mask(value).expect("its Serialize neither fails nor tells two stories").into_json()
}

/// A text becomes a text, no longer than it has to be, and then stays what it is.
pub(crate) fn text(text: &str) {
    let once = mask(text);
    let masked: String = serde_json::from_str(&once).expect("a text is masked to a text");
    is_bounded(&once, text.len());
    assert_eq!(mask(&masked), once, "masked again");
}

/// Any value becomes JSON that readers take, and then stays what it is.
pub(crate) fn value(value: &Tree) {
    let Ok(plain) = serde_json::to_string(value) else {
        // A key that is no text: whatever comes of it, it is JSON or nothing.
        if let Ok(masked) = policy().mask(value) {
            is_settled(masked.json());
        }
        return;
    };
    let once = mask(value);
    is_bounded(&once, plain.len());
    is_settled(&once);
    for value in
        [serde_json::from_str::<Value>(&plain), serde_json::from_str(&once)].into_iter().flatten()
    {
        keeps_its_fields(&value);
    }
}

/// A text that claims to be JSON, which may be a lie, becomes JSON, and then stays what it is.
pub(crate) fn raw_json(text: &str) {
    let once = mask(&Told("$serde_json::private::RawValue", text));
    is_bounded(&once, text.len());
    is_settled(&once);
}

/// JSON that `serde_json` reads, and that masking does not change again.
fn is_settled(json: &str) {
    serde_json::from_str::<IgnoredAny>(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    serde_json::from_str::<Value>(json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let twice = mask_json(json);
    if twice != json && json.contains("[NAME]") {
        // A key that is somebody's name said something about its value, and does so no more: the
        // key around it may then say another thing. After that it stays.
        assert_eq!(mask_json(&twice), twice, "masked a third time");
    } else {
        assert_eq!(twice, json, "masked again");
    }
}

fn mask_json(json: &str) -> String {
    mask(&RawValue::from_string(json.to_owned()).expect("JSON, as it was read"))
}

fn is_bounded(masked: &str, plain: usize) {
    let most = MOST_GROWTH * plain + 64;
    assert!(masked.len() <= most, "{} bytes from {plain}: {masked:.200}", masked.len());
}

/// No two fields become one.
fn keeps_its_fields(value: &Value) {
    if depth(value) > DEEP {
        return;
    }
    let masked: Value = serde_json::from_str(&mask(value)).expect("masked JSON is JSON");
    assert_eq!(fields(&masked), fields(value), "{value}\n{masked}");
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// How many fields there are, in all objects together.
fn fields(value: &Value) -> usize {
    match value {
        Value::Array(values) => values.iter().map(fields).sum(),
        Value::Object(entries) => entries.len() + entries.values().map(fields).sum::<usize>(),
        _ => 0,
    }
}

/// A name that stands under a key stands nowhere else, whatever is around it.
pub(crate) fn carried_name(before: &str, after: &str) {
    const NAME: &str = "Zyzzyva";
    let note = format!("{before} {NAME} {after}");
    let masked = mask(&serde_json::json!({ "customer": { "name": NAME }, "note": note }));
    assert!(!masked.contains(NAME), "{masked}");
}
