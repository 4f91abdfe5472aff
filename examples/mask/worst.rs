//! What the worst texts cost, and what a record costs that tells a thousand names.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use epilogue::mask::Policy;
use serde::Serialize;
use serde_json::{Value, json};

const TEXT_BYTES: usize = 1 << 20;
const ROUNDS: usize = 5;
const NAMES: usize = 1_000;

/// What a text is made of, again and again.
#[rustfmt::skip] // Packed, as the lists of words are.
const UNITS: [&str; 22] = [
    "a", " ", "@", ".", "-", "\n", "[", "{", "a://", "1", "1 ", "(1", "[[[[]]]]", "{\"a\":",
    "1234567890", "a://b", "@abcd", "a@b.c", "a:b:c", "key=a ", "-a-b-", "\nDear A",
];

/// How long one text takes.
#[derive(Debug, Serialize)]
pub(crate) struct Cost {
    what: String,
    milliseconds: f64,
    /// Beside the text or the record that it is compared with.
    ratio: f64,
}

/// One line for each unit, beside prose of the same size, and one for the names.
pub(crate) fn costs(policy: &Policy) -> Result<Vec<Cost>, Box<dyn Error>> {
    let words = "The agent saw that the item was out of stock, and said when it would follow. ";
    let prose = median_time(policy, &text_of(words))?;
    let mut costs = vec![cost("prose", prose, prose)];
    for unit in UNITS {
        costs.push(cost(&format!("{unit:?}"), median_time(policy, &text_of(unit))?, prose));
    }
    let unknown = median_time(policy, &record("color"))?;
    let known = median_time(policy, &record("full_name"))?;
    costs.push(cost("1000 names in a record", known, unknown));
    Ok(costs)
}

fn text_of(unit: &str) -> Value {
    Value::String(unit.chars().cycle().take(TEXT_BYTES).collect())
}

/// A record that tells `NAMES` texts under `key`, and each of them once more in a sentence.
fn record(key: &str) -> Value {
    let people: Vec<Value> = (0..NAMES).map(|number| json!({ key: name(number) })).collect();
    let notes: Vec<String> = (0..NAMES)
        .map(|number| {
            let mut note = String::from("The order of the second customer was late, said ");
            let _ = write!(note, "somebody who is not {}, and nothing had to be paid.", number % 7);
            note.repeat(4)
        })
        .collect();
    json!({ "people": people, "notes": notes })
}

/// Two words that stand nowhere else.
fn name(number: usize) -> String {
    let letters = |mut number: usize| {
        let mut word = String::from("Q");
        for _ in 0..4 {
            word.push(char::from(b"aeioulnrst"[number % 10]));
            number /= 10;
        }
        word
    };
    format!("{} {}", letters(number), letters(number + 4_321))
}

fn median_time(policy: &Policy, value: &Value) -> Result<Duration, Box<dyn Error>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(policy.mask(black_box(value))?);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[ROUNDS / 2])
}

fn cost(what: &str, time: Duration, beside: Duration) -> Cost {
    Cost {
        what: what.to_owned(),
        milliseconds: time.as_secs_f64() * 1e3,
        ratio: time.as_secs_f64() / beside.as_secs_f64(),
    }
}
