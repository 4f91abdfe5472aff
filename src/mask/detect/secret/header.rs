//! Credentials behind their HTTP scheme (RFC 9110, 11.4): `Bearer …` (RFC 6750), `Basic …`
//! (RFC 7617), `Token …`.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::Finding;
use super::super::boundary::{before, is_word_byte};
use super::charset::Charset;
use super::value;

/// A scheme without its first letter, which may be a capital, and the length of what follows it.
struct Scheme {
    first: u8,
    rest: Finder<'static>,
    min: usize,
}

impl Scheme {
    fn new(first: u8, rest: &'static str, min: usize) -> Self {
        Self { first, rest: Finder::new(rest), min }
    }
}

static SCHEMES: LazyLock<[Scheme; 4]> = LazyLock::new(|| {
    [
        Scheme::new(b'b', "earer ", MIN_TOKEN),
        Scheme::new(b'b', "EARER ", MIN_TOKEN),
        Scheme::new(b'b', "asic ", MIN_BASIC),
        Scheme::new(b't', "oken ", MIN_TOKEN),
    ]
});

/// RFC 6750, 2.1 sets no length; shorter ones are words.
const MIN_TOKEN: usize = 16;
/// `a:b` in base64 has four characters, a usable pair more.
const MIN_BASIC: usize = 8;
const MAX: usize = 4096;

/// Appends the credentials behind a scheme.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    for scheme in SCHEMES.iter() {
        for at in scheme.rest.find_iter(bytes) {
            let is_scheme = before(bytes, at).eq_ignore_ascii_case(&scheme.first)
                && !is_word_byte(before(bytes, at.saturating_sub(1)));
            if is_scheme {
                let start = at + scheme.rest.needle().len();
                findings.extend(credential_at(text, start, scheme.min));
            }
        }
    }
}

fn credential_at(text: &str, start: usize, min: usize) -> Option<Finding> {
    let end = start + Charset::Loose.run(&text.as_bytes()[start..], MAX);
    is_credential(&text[start..end], min).then(|| Finding::secret(start, end, "header"))
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
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn credentials_behind_a_scheme_are_found() {
        assert_eq!(found("Bearer 0a1b2c3d4e5f60718293"), ["0a1b2c3d4e5f60718293"]);
        assert_eq!(found("authorization: basic YW5uOnNlc2FtZQ=="), ["YW5uOnNlc2FtZQ=="]);
        assert_eq!(found("Bearer tokens are sent. A basic question"), Vec::<&str>::new());
    }
}
