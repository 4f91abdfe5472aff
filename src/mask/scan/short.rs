//! The fast pass over a short text: most values of a record are a word, a number or a date, for
//! which a pass over blocks takes longer than one over their bytes.

use super::{MIN_DIGITS, MIN_RUN};

/// Up to this length, in bytes, a text is short.
pub(crate) const MAX_SHORT: usize = 48;

/// What a short text has, told by one look at each of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    /// Nothing in it that any detector looks at, except that it may be a greeting.
    pub(crate) is_prose: bool,
    /// It stands in JSON as it is.
    pub(crate) is_bare: bool,
}

/// A digit.
const DIGIT: u8 = 1;
/// A sign that prose has none of: `/` to `@` in ASCII but for digits, an opening bracket, a line
/// break, anything that is not ASCII.
const SIGN: u8 = 1 << 1;
/// White space and control characters, which end a run.
const BLANK: u8 = 1 << 2;
/// What JSON escapes.
const ESCAPED: u8 = 1 << 3;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        classes[byte as usize] = class_of(byte);
        if byte == u8::MAX {
            return classes;
        }
        byte += 1;
    }
}

const fn class_of(byte: u8) -> u8 {
    let mut class = 0;
    if byte.is_ascii_digit() {
        class |= DIGIT;
    } else if matches!(byte, b'/'..=b'@' | b'[' | b'\n' | b'\r' | 0x80..) {
        class |= SIGN;
    }
    if byte <= b' ' {
        class |= BLANK;
    }
    if byte < b' ' || matches!(byte, b'"' | b'\\') {
        class |= ESCAPED;
    }
    class
}

/// Looks at a short text.
pub(crate) fn look(text: &str) -> Short {
    let (mut all, mut digits, mut run, mut longest) = (0, 0_u32, 0_usize, 0);
    let mut has_pair = false;
    let mut before = b' ';
    for &byte in text.as_bytes() {
        let class = CLASSES[usize::from(byte)];
        all |= class;
        digits += u32::from(class & DIGIT);
        run = if class & BLANK == 0 { run + 1 } else { 0 };
        longest = longest.max(run);
        has_pair |= begins_word_for_credential(before, byte);
        before = byte;
    }
    let is_prose = all & SIGN == 0 && digits < MIN_DIGITS && longest < MIN_RUN - 1 && !has_pair;
    Short { is_prose: is_prose || is_timestamp(text.as_bytes()), is_bare: all & ESCAPED == 0 }
}

/// `ss` as in password, `am` as in "my name is", a dash that begins a word.
fn begins_word_for_credential(before: u8, byte: u8) -> bool {
    (before | 0x20 == b's' && byte | 0x20 == b's')
        || (before == b'a' && byte == b'm')
        || ((before <= b' ' || before == b'`') && byte == b'-')
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
