//! Finding the keys of the table: all prefixes at once, then the alphabet and length behind each.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};

use super::super::Finding;
use super::super::boundary::{before, byte};
use super::charset::Charset;
use super::checksum;
use super::table::{Format, formats};
use super::value;

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| formats().copied().collect());

static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(FORMATS.iter().map(|format| format.prefix))
        .ok()
});

/// Full stops of the sentence that an alphabet with points may take in.
const MAX_POINTS: usize = 3;

/// The search for keys in one text.
pub(in super::super) struct Keys<'t> {
    pub(super) text: &'t str,
    /// The last run of each alphabet, so that none is measured twice.
    runs: [Range<usize>; Charset::COUNT],
}

impl<'t> Keys<'t> {
    pub(in super::super) fn new(text: &'t str) -> Self {
        Self { text, runs: std::array::from_fn(|_| 0..0) }
    }

    /// Appends the keys of a known format in a run without blanks. Of two prefixes at one place the
    /// longer names the kind.
    pub(super) fn find(&mut self, run: Range<usize>, findings: &mut Vec<Finding>) {
        let Some(prefixes) = PREFIXES.as_ref() else {
            return;
        };
        let (mut from, mut to) = (run.start, 0);
        for prefix in prefixes.find_overlapping_iter(Input::new(self.text).range(run)) {
            let format = &FORMATS[prefix.pattern().as_usize()];
            let is_longer = to > 0 && prefix.start() == from;
            if prefix.start() < to && !is_longer {
                continue;
            }
            let Some((start, end)) = self.key_at(format, prefix.start()) else {
                continue;
            };
            if is_longer {
                findings.pop();
            }
            findings.push(Finding::secret(start, end, format.kind));
            (from, to) = (prefix.start(), end);
        }
    }

    /// The key whose prefix stands at `at`: no letter right before it, nothing of its alphabet
    /// right behind it, and no filling; or its checksum is right.
    fn key_at(&mut self, format: &Format, at: usize) -> Option<(usize, usize)> {
        let bytes = self.text.as_bytes();
        let body = at + format.prefix.len();
        if format.is_summed && checksum::holds(&bytes[body..]) {
            return Some((at, body + checksum::LEN));
        }
        let start = key_start(bytes, at, format)?;
        let length = self.run_len(format.charset, body);
        if length > format.max + MAX_POINTS {
            return None;
        }
        let length = trimmed(&bytes[body..body + length]);
        let end = body + length;
        let is_key = (format.min..=format.max).contains(&length)
            && !byte(bytes, end).is_ascii_alphanumeric()
            && !value::is_filling(&bytes[body..end])
            && (format.check)(&bytes[body..end]);
        is_key.then_some((start, end))
    }

    fn run_len(&mut self, charset: Charset, at: usize) -> usize {
        let run = &mut self.runs[charset as usize];
        if !run.contains(&at) {
            *run = at..at + charset.run(&self.text.as_bytes()[at..], usize::MAX);
        }
        run.end - at
    }
}

/// Where the key begins: at its prefix, or so many characters before its mark.
fn key_start(bytes: &[u8], at: usize, format: &Format) -> Option<usize> {
    if format.before == 0 {
        return begins_key(bytes, at, format).then_some(at);
    }
    let start = at.checked_sub(format.before)?;
    let charset = if format.charset == Charset::Digits { Charset::Hex } else { format.charset };
    let is_whole = charset.run(&bytes[start..at], format.before) == format.before;
    let previous = before(bytes, start);
    (is_whole && !previous.is_ascii_alphabetic() && previous != b'~').then_some(start)
}

/// A prefix that is all letters, such as `dapi`, may also not stand behind a digit.
fn begins_key(bytes: &[u8], at: usize, format: &Format) -> bool {
    let previous = before(bytes, at);
    let is_escape = previous.is_ascii_lowercase() && at > 1 && bytes[at - 2] == b'\\';
    let is_marked = format.prefix.bytes().any(|b| !b.is_ascii_alphanumeric());
    let is_inside = previous.is_ascii_alphabetic() || (!is_marked && previous == b'_');
    is_escape || !is_inside
}

/// Without the full stop of the sentence.
fn trimmed(body: &[u8]) -> usize {
    body.iter().rposition(|&b| b != b'.').map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::{Charset, Format, Keys, formats};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        Keys::new(text).find(0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    /// So many characters of an alphabet, as if they were drawn.
    fn drawn(charset: Charset, length: usize) -> String {
        let some = match charset {
            Charset::Hex => "7f3a9c1e5b8d2046",
            Charset::Base32 => "Q7KX2MZP4RTB5WNA",
            Charset::Lower => "q7kx2mzp4rtb5wna",
            Charset::Digits => "21",
            _ => "q7Kx2MzP4rTb5WnA",
        };
        some.chars().cycle().take(length).collect()
    }

    fn key(format: &Format, length: usize) -> String {
        let charset = if format.charset == Charset::Digits { Charset::Hex } else { format.charset };
        let before = drawn(charset, format.before);
        format!("{before}{}{}", format.prefix, drawn(format.charset, length))
    }

    #[test]
    fn each_format_is_found_at_its_shortest_and_its_longest() {
        for format in formats() {
            for length in [format.min, format.max] {
                if (format.check)(drawn(format.charset, length).as_bytes()) {
                    let key = key(format, length);
                    assert_eq!(found(&format!("({key})")), [&key], "{} {length}", format.kind);
                }
            }
        }
    }

    #[test]
    fn a_key_stands_alone_and_has_its_length() {
        let key = "AKIAQ7KX2MZP4RTB5WNA";
        assert_eq!(found(&format!("\"{key}\".")), [key]);
        for text in ["AKIAQ7KX2MZP4RTB5WN", "AKIAQ7KX2MZP4RTB5WNAQ", "xAKIAQ7KX2MZP4RTB5WNA"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_checksum_proves_a_token_that_is_glued() {
        let token = "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";
        assert_eq!(found(&format!("x{token}y")), [token]);
        assert_eq!(found("xnpm_q7Kx2MzP4rTb5WnAq7Kx2MzP4rTb5WnAq7Kx"), [""; 0]);
    }
}
