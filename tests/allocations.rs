//! Where nothing is masked, masking allocates no more for many texts than for one: only the
//! output grows, by doubling.

use allocation_counter::measure;
use epilogue::mask::Policy;
use serde::Serialize;
use serde_json::{Value, json};

const FEW: usize = 200;
const MANY: usize = 10 * FEW;
/// How often the output and two more buffers may double on the way to ten times of what they hold.
const DOUBLINGS: u64 = 12;

/// How often memory is asked for to mask this value, once everything is known that stays known.
fn allocations<T: Serialize>(policy: &Policy, value: &T) -> u64 {
    let mask = || {
        let masked = policy.mask(value).expect("it serializes");
        assert!(masked.report().total() <= 1, "nothing is masked but one name: {}", masked.json());
    };
    mask();
    measure(mask).count_total
}

/// Ten times as many of it are no more allocations.
fn allocates_for_the_output_alone<T: Serialize>(of: impl Fn(usize) -> T) {
    let policy = Policy::default();
    let (few, many) = (allocations(&policy, &of(FEW)), allocations(&policy, &of(MANY)));
    assert!(many <= few + DOUBLINGS, "{few} allocations for {FEW}, {many} for {MANY}");
}

#[test]
fn prose() {
    allocates_for_the_output_alone(|n| vec!["the order was charged twice, and nobody knew why"; n]);
}

#[test]
fn short_texts() {
    allocates_for_the_output_alone(|n| vec!["short"; n]);
}

#[test]
fn texts_beyond_ascii() {
    allocates_for_the_output_alone(|n| vec!["naïve café, “quoted” 世界 🙂"; n]);
}

#[test]
fn texts_with_something_to_escape() {
    allocates_for_the_output_alone(|n| vec!["a \"quoted\" \\ line\nand another\t\u{1}"; n]);
}

#[test]
fn addresses_of_pages() {
    allocates_for_the_output_alone(|n| vec!["see https://example.org/docs?page=2 at 10:45:01"; n]);
}

#[test]
fn long_words() {
    allocates_for_the_output_alone(|n| {
        vec!["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd"; n]
    });
}

#[test]
fn versions_and_dates() {
    allocates_for_the_output_alone(|n| {
        vec!["version 1.2.3.4 of max_tokens: 1024, on 2026-11-21"; n]
    });
}

#[test]
fn placeholders() {
    allocates_for_the_output_alone(|n| {
        vec!["[EMAIL:0123456789abcdef] and Obj@4b1c user@localhost"; n]
    });
}

#[test]
fn integers() {
    allocates_for_the_output_alone(|n| (0..n as u64).collect::<Vec<_>>());
}

#[test]
fn long_integers() {
    allocates_for_the_output_alone(|n| vec![1_732_183_200_123_u64; n]);
}

#[test]
fn floats() {
    allocates_for_the_output_alone(|n| vec![-45_630.817_386_789_12; n]);
}

#[test]
fn wrapped_values() {
    allocates_for_the_output_alone(|n| vec![Some(true); n]);
}

#[test]
fn pairs() {
    allocates_for_the_output_alone(|n| vec![("content-type", "text/plain"); n]);
}

#[test]
fn keys() {
    let object = json!({"note": "fine", "tool_call": 1, "step two": {"größe": null, "Items": []}});
    allocates_for_the_output_alone(|n| vec![object.clone(); n]);
}

#[test]
fn named_values() {
    allocates_for_the_output_alone(|n| vec![json!({"name": "color", "value": "green"}); n]);
}

#[test]
fn one_long_text_of_json() {
    let call = json!({"tool": "search", "arguments": {"query": "an order", "limit": 10}});
    allocates_for_the_output_alone(|n| Value::Array(vec![call.clone(); n]).to_string());
}

#[test]
fn texts_beside_a_name_to_look_for() {
    let customer = json!({ "customer": { "name": "Zyzzyva" } });
    allocates_for_the_output_alone(|n| (customer.clone(), vec!["about Zyzzyvana, a place"; n]));
}
