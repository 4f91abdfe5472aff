//! Generated texts of 20 KB: the same for every engine, and for every run.

/// The length of a text in bytes.
const BYTES: usize = 20_000;
/// How many different texts there are of a kind.
const COUNT: usize = 8;

const WORDS: [&str; 24] = [
    "the", "order", "was", "charged", "twice", "and", "support", "answered", "within", "hours",
    "customer", "refund", "agent", "called", "a", "tool", "result", "shows", "flight", "changed",
    "please", "confirm", "next", "step",
];

/// About one byte in a hundred of a text that has something personal in it.
const PERSONAL: [&str; 8] = [
    "ludmila.ashworth@example.org",
    "4111 1111 1111 1111",
    "+49 151 23456789",
    "536-90-4399",
    "DE89 3704 0044 0532 0130 00",
    "203.0.113.77",
    "(555) 867-5309",
    "AKIAIOSFODNN7EXAMPLE",
];

/// What the texts hold.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// After how many words something personal comes.
    every: Option<usize>,
}

pub(crate) const KINDS: [Kind; 2] =
    [Kind { name: "clean", every: None }, Kind { name: "1 % personal", every: Some(320) }];

impl Kind {
    pub(crate) fn texts(&self) -> Vec<String> {
        (1..=COUNT).map(|seed| self.text(seed as u64)).collect()
    }

    fn text(&self, seed: u64) -> String {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut text = String::with_capacity(BYTES);
        for word in 0.. {
            // xorshift64: the same words everywhere.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            if text.len() >= BYTES {
                break;
            }
            let is_personal = self.every.is_some_and(|every| word % every == every - 1);
            let list: &[&str] = if is_personal { &PERSONAL } else { &WORDS };
            text.push_str(list[usize::try_from(state >> 33).unwrap_or(0) % list.len()]);
            text.push_str(if word % 12 == 11 { ". " } else { " " });
        }
        text
    }
}
