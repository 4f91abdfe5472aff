//! Runs of an agent in prose, to measure masking with: clean, in messages or in one long text, or
//! with one byte in a hundred personal.

use serde_json::{Value, json};

const RUNS: usize = 50;
/// With the figure above about as much as 50 recorded runs of a support agent.
const RUN_BYTES: usize = 16_320;
const MESSAGES: usize = 24;

/// What the runs are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Messages with nothing personal in them.
    Clean,
    /// The same in one text for each run.
    Long,
    /// Messages of which one byte in a hundred is personal.
    Personal,
}

#[rustfmt::skip] // Packed, as the lists of words are.
const WORDS: [&str; 96] = [
    "a", "about", "after", "again", "all", "also", "an", "and", "answer", "any", "are", "as",
    "asked", "at", "be", "because", "been", "before", "between", "both", "but", "by", "can",
    "change", "could", "day", "delivery", "do", "each", "explained", "first", "for", "from",
    "had", "has", "have", "here", "however", "if", "in", "into", "is", "it", "item", "later",
    "like", "made", "may", "more", "most", "not", "nothing", "now", "of", "on", "one", "only",
    "or", "order", "other", "our", "out", "parcel", "please", "problem", "question", "reason",
    "refund", "request", "same", "second", "see", "sent", "should", "since", "so", "solution",
    "some", "soon", "still", "than", "that", "the", "their", "then", "there", "they", "this",
    "to", "until", "warehouse", "was", "were", "when", "which", "with",
];

/// What stands between the sentences of a personal sample; made up, with valid check digits.
const PERSONAL: [&str; 8] = [
    "maria.lindqvist@example.com",
    "4111 1111 1111 1111",
    "+49 30 901820",
    "192.0.2.146",
    "DE89 3704 0044 0532 0130 00",
    "(212) 555-0123",
    "536-90-4399",
    "jonas_bergstrom+orders@mail.example.org",
];

/// Numbers that are the same in every run, by xorshift (Marsaglia, 2003).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap_or(0)
    }
}

/// One JSON value for each run.
pub(crate) fn runs(kind: Kind) -> impl Iterator<Item = Value> {
    let messages = if kind == Kind::Long { 1 } else { MESSAGES };
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut budget = 0;
    (0..RUNS).map(move |run| {
        let messages: Vec<Value> = (0..messages)
            .map(|turn| {
                let mut content = prose(&mut numbers, RUN_BYTES / messages);
                if kind == Kind::Personal {
                    budget += content.len();
                    insert_personal(&mut content, &mut numbers, &mut budget);
                }
                let role = if turn % 2 == 0 { "user" } else { "assistant" };
                json!({"role": role, "content": content})
            })
            .collect();
        json!({"task": run, "reward": 1.0, "messages": messages})
    })
}

/// Prose of about so many bytes, half as many at least.
fn prose(numbers: &mut Numbers, about: usize) -> String {
    let mut text = String::new();
    let bytes = about / 2 + numbers.below(about);
    while text.len() < bytes {
        sentence(&mut text, numbers);
    }
    text
}

fn sentence(text: &mut String, numbers: &mut Numbers) {
    if !text.is_empty() {
        text.push_str(if numbers.below(6) == 0 { "\n\n" } else { " " });
    }
    let start = text.len();
    for word in 0..6 + numbers.below(14) {
        if word > 0 {
            text.push_str(if numbers.below(9) == 0 { ", " } else { " " });
        }
        text.push_str(WORDS[numbers.below(WORDS.len())]);
    }
    text[start..=start].make_ascii_uppercase();
    text.push('.');
}

/// As many values as keep their share of all bytes at one in a hundred.
fn insert_personal(text: &mut String, numbers: &mut Numbers, budget: &mut usize) {
    loop {
        let value = PERSONAL[numbers.below(PERSONAL.len())];
        if *budget < value.len() * 100 {
            return;
        }
        *budget -= value.len() * 100;
        let blanks: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).collect();
        let at = blanks[numbers.below(blanks.len())];
        text.insert_str(at, value);
        text.insert(at, ' ');
    }
}
