//! What the fuzzers check: the properties of `tests/properties`, within a time that grows with
//! the input.

#[path = "../../tests/properties/holds.rs"]
mod holds;
#[path = "../../tests/properties/text.rs"]
mod text;
#[path = "../../tests/properties/tree.rs"]
mod tree;

use std::time::{Duration, Instant};

/// What a check may take anyway, on a machine that is busy with something else.
const AT_LEAST: Duration = Duration::from_secs(5);
/// What each byte may add: a thousand times of what it takes without instrumentation.
const PER_BYTE: Duration = Duration::from_micros(100);

/// Any text, and a name that stands in its middle.
pub fn text(bytes: &[u8]) {
    let (before, after) = bytes.split_at(bytes.len() / 2);
    in_time(bytes, || {
        holds::text(&String::from_utf8_lossy(bytes));
        holds::carried_name(&String::from_utf8_lossy(before), &String::from_utf8_lossy(after));
    });
}

/// Any text that says of itself that it is JSON.
pub fn json(bytes: &[u8]) {
    in_time(bytes, || holds::raw_json(&String::from_utf8_lossy(bytes)));
}

/// Any value of serde's data model.
pub fn value(bytes: &[u8]) {
    in_time(bytes, || holds::value(&tree::Tree::read(bytes)));
}

fn in_time(bytes: &[u8], check: impl FnOnce()) {
    let started = Instant::now();
    check();
    let most = AT_LEAST + PER_BYTE * u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let took = started.elapsed();
    assert!(took <= most, "{took:?} for {} bytes", bytes.len());
}
