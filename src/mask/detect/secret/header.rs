//! Credentials behind their HTTP scheme (RFC 9110, 11.4): `Bearer …` (RFC 6750), `Basic …`
//! (RFC 7617), `Token …`.

use std::ops::Range;

use super::super::Finding;
use super::super::boundary::{before, is_word_byte};
use super::charset::Charset;
use super::value;

/// The schemes and the length of what follows each.
const SCHEMES: [(&str, usize); 3] =
    [("bearer ", MIN_TOKEN), ("basic ", MIN_BASIC), ("token ", MIN_TOKEN)];

/// RFC 6750, 2.1 sets no length; shorter ones are words.
const MIN_TOKEN: usize = 16;
/// `a:b` in base64 has four characters, a usable pair more.
const MIN_BASIC: usize = 8;
const MAX: usize = 4096;

/// The credential that the run behind a scheme begins with.
pub(super) fn credential_in(text: &str, run: Range<usize>) -> Option<Finding> {
    if run.len() < MIN_BASIC || before(text.as_bytes(), run.start) != b' ' {
        return None;
    }
    let head = &text.as_bytes()[..run.start];
    let (_, min) = SCHEMES.iter().find(|(scheme, _)| ends_with_word(head, scheme.as_bytes()))?;
    let end = run.start + Charset::Loose.run(&text.as_bytes()[run.start..], MAX);
    is_credential(&text[run.start..end], *min).then(|| Finding::secret(run.start, end, "header"))
}

fn ends_with_word(bytes: &[u8], word: &[u8]) -> bool {
    bytes.len().checked_sub(word.len()).is_some_and(|at| {
        bytes[at..].eq_ignore_ascii_case(word) && !is_word_byte(before(bytes, at))
    })
}

fn is_credential(text: &str, min: usize) -> bool {
    let bytes = text.as_bytes();
    let has_digit = bytes.iter().any(u8::is_ascii_digit);
    let has_upper = bytes.iter().skip(1).any(u8::is_ascii_uppercase);
    let is_url = text.contains("://");
    text.len() >= min
        && (has_digit || has_upper)
        && !is_url
        && !value::is_filling(bytes)
        && !value::is_stand_in(text)
}

#[cfg(test)]
mod tests {
    use super::credential_in;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        let mut at = 0;
        for run in text.split(' ') {
            findings.extend(credential_in(text, at..at + run.len()));
            at += run.len() + 1;
        }
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn credentials_behind_a_scheme_are_found() {
        assert_eq!(found("Bearer 0a1b2c3d4e5f60718293"), ["0a1b2c3d4e5f60718293"]);
        assert_eq!(found("authorization: basic YW5uOnNlc2FtZQ=="), ["YW5uOnNlc2FtZQ=="]);
        assert_eq!(found("Bearer tokens are sent. A basic question"), Vec::<&str>::new());
    }
}
