//! The fast pass over a short text: most values of a record are a word, a number or a date, and all
//! that is asked about one is told by one block.

use super::super::vector::{self, BLOCK, ByBlocks, Lanes, padded};
use super::block::has_run;
use super::{MIN_DIGITS, MIN_RUN};

/// Up to this length, in bytes, a text is short.
pub(crate) const MAX_SHORT: usize = 48;

/// What a short text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    /// Nothing in it that any detector looks at, except that it may be a greeting.
    pub(crate) is_prose: bool,
    /// It stands in JSON as it is.
    pub(crate) is_bare: bool,
}

const _: () = assert!(MAX_SHORT <= BLOCK, "one block holds a short text");

/// Looks at a short text.
pub(crate) fn look(text: &str) -> Short {
    debug_assert!(text.len() <= MAX_SHORT);
    vector::widest(Look(text.as_bytes()))
}

struct Look<'t>(&'t [u8]);

impl ByBlocks for Look<'_> {
    type Output = Short;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Short {
        let Self(bytes) = self;
        let block = &padded(bytes);
        let signs = L::within(block, b'/', b'@');
        let digits = L::within(block, b'0', b'9');
        let breaks = L::equal(block, b'\n') | L::equal(block, b'\r');
        let others = (signs & !digits) | breaks | L::equal(block, b'[');
        let controls = L::within(block, 0, b' ' - 1);
        let escaped = controls | L::equal(block, b'"') | L::equal(block, b'\\');
        let is_prose = others | L::within(block, 0x80, 0xff) == 0
            && digits.count_ones() < MIN_DIGITS
            && !has_run::<{ MIN_RUN - 1 }>(!(controls | L::equal(block, b' ')))
            && !begins_credential::<L>(block, controls);
        Short { is_prose: is_prose || is_timestamp(bytes), is_bare: escaped == 0 }
    }
}

/// `ss` as in password, `am` as in "my name is", a dash that begins a word.
#[inline(always)]
fn begins_credential<L: Lanes>(block: &[u8; BLOCK], controls: u64) -> bool {
    let hisses = L::letter(block, b's', b's');
    let am = L::equal(block, b'a') << 1 & L::equal(block, b'm');
    let openings = controls | L::equal(block, b' ') | L::equal(block, b'`');
    let dashes = L::equal(block, b'-');
    let flags = (openings << 1 | 1) & dashes;
    // One may stand behind an escaped line break.
    let has_escape = dashes != 0 && L::equal(block, b'\\') != 0;
    (hisses << 1 & hisses) | am | flags != 0 || has_escape
}

/// RFC 3339 dates and times, in whole or in part: no detector takes one for anything else.
fn is_timestamp(bytes: &[u8]) -> bool {
    let rest = match bytes {
        [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, rest @ ..]
            if are_digits(&[*y0, *y1, *y2, *y3, *m0, *m1, *d0, *d1]) =>
        {
            match rest {
                [] => return true,
                [b'T' | b't' | b' ', rest @ ..] => rest,
                _ => return false,
            }
        }
        _ => bytes,
    };
    let [h0, h1, b':', m0, m1, b':', s0, s1, rest @ ..] = rest else {
        return false;
    };
    let is_fraction = |rest: &[u8]| {
        let rest = rest.strip_suffix(b"Z").unwrap_or(rest);
        rest.is_empty() || (rest.len() <= 10 && rest[0] == b'.' && are_digits(&rest[1..]))
    };
    are_digits(&[*h0, *h1, *m0, *m1, *s0, *s1]) && is_fraction(rest)
}

fn are_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_dates_are_prose() {
        for text in [
            "",
            "round_trip",
            "on time",
            "HAT136",
            "2024-05-20",
            "2024-05-20T11:00:00Z",
            "2024-05-20 11:00:00.123",
            "11:00:00",
        ] {
            assert!(look(text).is_prose, "{text}");
        }
    }

    #[test]
    fn what_a_detector_looks_at_is_not() {
        for text in [
            "1.1.1.1",
            "a@b.c",
            "k=v",
            "aabb.ccdd.eeff",
            "pass",
            "my name is Ann",
            "curl -u a",
            "a\nb",
            "[NAME]",
            "\u{ff11}",
            "2024-05-20x",
            "202-555-0143",
            "run\\n--token a",
            "10:11:12:13:14:15",
        ] {
            assert!(!look(text).is_prose, "{text}");
        }
    }

    #[test]
    fn bare_is_what_json_does_not_escape() {
        assert!(look("M\u{fc}ller's").is_bare);
        for text in ["a\"b", "a\\b", "a\tb", "\0"] {
            assert!(!look(text).is_bare, "{text}");
        }
    }
}
