//! Words as the index has them: by numbers, without case and accents.
//!
//! Beside its words a record has a number for its client and one for each field that lists are
//! filtered by, so that the index finds what has all of it without looking at the rows of everything
//! with a common word; and one for each window of places that it lies in, so that it need not look at
//! all records with a common word either.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::auth::{ClientId, Clients, Scope};
use crate::store::page::Filter;
use crate::store::words::label;

/// How many records the windows of each level have, as a power of two.
const LEVELS: [u32; 6] = [14, 16, 18, 20, 22, 24];

/// The numbers of a record's words and of what else it is found by, each once.
pub(super) fn of_record(
    client: &str,
    labels: impl Iterator<Item = (&'static str, String)>,
    seq: i64,
    text: &str,
) -> Vec<i64> {
    let mut numbers = of_text(text);
    numbers.push(number(&label("client_id", client)));
    numbers.extend(labels.map(|(name, text)| number(&label(name, &text))));
    numbers.extend((0..LEVELS.len()).map(|level| Window::around(seq, level).number()));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// What the records of a scope have that hold all of these words, and what else the filter wants to be
/// equal. `None` where no word is asked for: then nothing is found.
pub(super) fn asked(scope: &Scope, filter: &Filter, words: &str) -> Option<Vec<i64>> {
    let mut numbers = of_text(words);
    if numbers.is_empty() {
        return None;
    }
    if let Clients::One(client) = scope.clients() {
        numbers.push(number(&label("client_id", ClientId::as_str(client))));
    }
    numbers.extend(filter.equal().map(|(name, text)| number(&label(name, text))));
    Some(numbers)
}

/// Places near each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    level: usize,
    place: i64,
}

impl Window {
    /// The window of this level that a record lies in; the last level has the widest.
    pub(super) fn around(seq: i64, level: usize) -> Self {
        let level = level.min(LEVELS.len() - 1);
        Self { level, place: seq >> LEVELS[level] }
    }

    /// The first and the last place in it.
    pub(super) fn ends(self) -> (i64, i64) {
        let first = self.place << LEVELS[self.level];
        (first, first + (1 << LEVELS[self.level]) - 1)
    }

    /// What the records in it have.
    pub(super) fn number(self) -> i64 {
        number(&format!("window {} {}", self.level, self.place))
    }
}

/// Words are what stands between anything that is no part of one. Where no white space is
/// between two of them they are found together: `mail.example` is not whatever has both.
fn of_text(text: &str) -> Vec<i64> {
    let folded: String = text
        .nfd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect();
    let mut numbers = Vec::new();
    for chunk in folded.split(|end: char| end.is_whitespace() || end.is_control()) {
        let words = chunk.split(|end| !is_part(end)).filter(|word| !word.is_empty());
        let mut before = None;
        for word in words {
            numbers.push(number(word));
            numbers.extend(before.map(|before| number(&format!("{before} {word}"))));
            before = Some(word);
        }
    }
    numbers
}

/// Letters, digits and what is in private use, as the index in SQLite takes them.
fn is_part(character: char) -> bool {
    let is_private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    is_private || character.is_alphanumeric()
}

/// The beginning of its SHA-256. No two words of a language have the same, and whoever makes two that
/// do finds his own records by them.
fn number(word: &str) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&Sha256::digest(word)[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_accents_make_no_difference() {
        assert_eq!(of_text("Grüße, CAFÉ!"), of_text("GRÜßE\ncafe\u{301}"));
        assert!(of_text("* ( \0").is_empty());
        assert_ne!(of_text("a"), of_text("b"));
    }

    #[test]
    fn what_stands_together_is_found_together() {
        let has = |text: &str, asked: &str| {
            let text = of_text(text);
            of_text(asked).iter().all(|word| text.contains(word))
        };
        for (text, asked) in [
            ("to ann@mail.example.com.", "mail.example"),
            ("to ann@mail.example.com.", "COM mail ann"),
            ("https://a.b/v1/orders/5", "/v1/orders"),
        ] {
            assert!(has(text, asked), "{text} {asked}");
        }
        for (text, asked) in [
            ("a mail of an example", "mail.example"),
            ("b-a", "a-b"),
            ("ab", "a-b"),
            ("a b", "a-b"),
        ] {
            assert!(!has(text, asked), "{text} {asked}");
        }
    }

    #[test]
    fn a_record_lies_in_its_windows() {
        for seq in [0, 1, 16_383, 16_384, 5_000_000, i64::MAX >> 1] {
            for level in 0..LEVELS.len() {
                let window = Window::around(seq, level);
                let (first, last) = window.ends();
                assert!((first..=last).contains(&seq), "{seq} {level}");
                assert_ne!(Window::around(last + 1, level), window);
                assert_ne!(Window::around(last + 1, level).number(), window.number());
            }
        }
    }
}
