//! What two errors that are one have in common, whatever they were about.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::{boundary, placeholder};

/// How many bytes of a message are looked at.
const MOST: usize = 512;

/// An error by its type and by what its message says, without what tells one time from another:
/// words with digits in them, such as numbers and ids, and placeholders of what was masked.
///
/// ```
/// use epilogue_collector::store::Fingerprint;
///
/// let of = |message| Fingerprint::of("Timeout", message);
/// assert_eq!(of("order 17 of [EMAIL:0123456789abcdef]\nat 3"), of("order B2-4 of [NAME]"));
/// assert_ne!(of("order 17"), of("ticket 17"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(i64);

impl Fingerprint {
    /// That of an error of this type with this message, of which the first line counts.
    pub fn of(error_type: &str, message: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [error_type, message] {
            hash.update(essence(part));
            hash.update([0]);
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize()[..8]);
        Self(i64::from_be_bytes(first))
    }

    /// As a store keeps it.
    pub fn number(self) -> i64 {
        self.0
    }

    /// The one that a store has kept.
    pub fn from_number(number: i64) -> Self {
        Self(number)
    }

    /// The one that is written so, as [`Display`](fmt::Display) writes it.
    pub fn read(text: &str) -> Option<Self> {
        let is_written = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u64::from_str_radix(text, 16).ok().filter(|_| is_written)?;
        Some(Self(i64::from_ne_bytes(number.to_ne_bytes())))
    }
}

/// 16 hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How often an error was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which error.
    pub error: Fingerprint,
    /// In how many records; [`MOST`](Self::MOST) stands for that many or more.
    pub records: u64,
    /// When it happened first, in milliseconds since 1970.
    pub since: i64,
    /// In which version of the workflow that was, where the record tells it.
    pub version: Option<String>,
}

impl Sighting {
    /// Up to how many records are counted.
    pub const MOST: u64 = 10_000;
}

/// The first line, with a star for everything that differs from one time to the next.
fn essence(message: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut rest = &line[..boundary::floor(line, MOST)];
    let mut essence = String::with_capacity(rest.len());
    while let Some(first) = rest.chars().next() {
        let masked = placeholder::first(rest).map(|found| found.length);
        let length = masked.unwrap_or_else(|| word(rest)).max(first.len_utf8());
        let (part, behind) = rest.split_at(length);
        let differs = masked.is_some() || part.contains(char::is_numeric);
        essence.push_str(if differs { "*" } else { part });
        rest = behind;
    }
    essence
}

/// How long the word is that a text begins with.
fn word(text: &str) -> usize {
    let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == '-');
    text.find(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_one_time_to_the_next_is_left_out() {
        for (message, expected) in [
            ("Error: reservation 8JX2WO not found", "Error: reservation * not found"),
            ("\n  \nno user mia_li_3668\nat line 4", "no user *"),
            ("a 1.5 s b, 019a9e3c-7d10-7cc1", "a *.* s b, *"),
            ("to [EMAIL:0123456789abcdef], [NAME] [x]", "to *, * [x]"),
            ("[A] [EMAIL [NAME: x]", "[A] [EMAIL [NAME: x]"),
            ("Grüße ٣", "Grüße *"),
            ("", ""),
        ] {
            assert_eq!(essence(message), expected);
        }
        assert_eq!(essence(&"ä".repeat(MOST)).len(), MOST);
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        for number in [0, 1, -1, i64::MIN] {
            let own = Fingerprint::from_number(number);
            assert_eq!(Fingerprint::read(&own.to_string()), Some(own));
        }
        for wrong in ["", "1", "+00000000000000a", "00000000000000000"] {
            assert_eq!(Fingerprint::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn types_and_messages_do_not_run_together() {
        assert_ne!(Fingerprint::of("ab", "c"), Fingerprint::of("a", "bc"));
    }
}
