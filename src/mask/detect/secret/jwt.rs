//! JSON web tokens (RFC 7519) in compact form: two or more base64url parts, the first a header.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::Finding;
use super::super::boundary::before;
use super::charset::Charset;

/// RFC 7515, 4.1.1: the one member every header has, and those of its like that come first.
const HEADER_MEMBERS: [&[u8]; 4] = [b"\"alg\"", b"\"typ\"", b"\"enc\"", b"\"kid\""];

/// The base64url characters of a header that are decoded.
const HEADER_LEN: usize = 400;

/// `{"` in base64url.
static EY_J: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("eyJ"));

/// Appends the tokens in a run without blanks.
pub(super) fn find(bytes: &[u8], run: Range<usize>, findings: &mut Vec<Finding>) {
    let mut from = run.start;
    for at in EY_J.find_iter(&bytes[run.clone()]).map(|at| run.start + at) {
        if at < from || before(bytes, at).is_ascii_alphabetic() {
            continue;
        }
        let end = token_end(bytes, at);
        if is_token(&bytes[at..end]) {
            findings.push(Finding::secret(at, end, "jwt"));
        }
        from = end;
    }
}

fn token_end(bytes: &[u8], at: usize) -> usize {
    let end = at + Charset::Dotted.run(&bytes[at..], usize::MAX);
    let dots = bytes[at..end].iter().rev().take_while(|&&b| b == b'.').count();
    end - dots
}

fn is_token(token: &[u8]) -> bool {
    let mut parts = token.split(|&b| b == b'.');
    let header = parts.next().unwrap_or_default();
    let payload = parts.next().unwrap_or_default();
    payload.len() >= 4 && header.len() <= HEADER_LEN && is_header(header)
}

fn is_header(part: &[u8]) -> bool {
    let mut json = [0; HEADER_LEN];
    let length = decode(part, &mut json);
    HEADER_MEMBERS.iter().any(|member| memchr::memmem::find(&json[..length], member).is_some())
}

/// RFC 4648, section 5; the length of what was decoded.
fn decode(text: &[u8], out: &mut [u8]) -> usize {
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut length = 0;
    for digit in text.iter().map_while(|&b| sextet(b)) {
        bits = (bits << 6) | digit;
        count += 6;
        if count >= 8 {
            count -= 8;
            out[length] = (bits >> count).to_le_bytes()[0];
            length += 1;
        }
    }
    length
}

fn sextet(b: u8) -> Option<u32> {
    let value = match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'-' | b'+' => 62,
        b'_' | b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text.as_bytes(), 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn a_token_has_a_header() {
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln";
        assert_eq!(found(&format!("x {token}. y")), [token]);
        assert_eq!(found("eyJBBBBBBBBBBBBB.eyJCCCCCCCCCCC.eyJDDDD"), Vec::<&str>::new());
    }
}
