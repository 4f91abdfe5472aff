//! E-mail addresses: `local@domain.tld` (RFC 5321, RFC 5322), international ones included
//! (RFC 6531, RFC 5890).

use std::ops::Range;

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte};

/// RFC 5321, 4.5.3.1: octets of a local part and of a domain.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

/// Names behind the at sign of Indian payment addresses, which have no top level: National Payments
/// Corporation of India, "UPI handles of third-party applications".
#[rustfmt::skip] // Packed, so that a list is read at one glance.
const PAYMENT_HANDLES: [&str; 24] = [
    "apl", "axl", "fam", "ibl", "ikwik", "jupiteraxis", "naviaxis", "okaxis", "okhdfcbank",
    "okicici", "oksbi", "paytm", "ptaxis", "pthdfc", "ptsbi", "ptyes", "rapl", "upi", "waaxis",
    "wahdfcbank", "waicici", "wasbi", "yapl", "ybl",
];

/// Appends the e-mail addresses whose sign stands in `range`.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'@', b'%', &bytes[range.clone()]) {
        let at = range.start + at;
        let sign = if bytes[at] == b'@' { 1 } else { 3 };
        // RFC 3986, 2.1: `%40` is the at sign inside a URL.
        if sign == 3 && !bytes[at..].starts_with(b"%40") {
            continue;
        }
        if !may_join(before(bytes, at)) || !may_join(byte(bytes, at + sign)) {
            continue;
        }
        let start = local_start(text, at);
        let domain = &text[at + sign..];
        let length = domain_len(domain).max(handle_len(domain));
        if start < at && length > 0 {
            findings.push(Finding::new(start, at + sign + length, Entity::Email));
        }
    }
}

/// Whether an address can have this byte beside its sign; a row of signs costs no more than that.
fn may_join(byte: u8) -> bool {
    byte >= 0x80 || is_local(char::from(byte))
}

/// Where the local part before `at` begins: RFC 5322 `dot-atom` without the signs that are used
/// as brackets and quotes around an address, and RFC 6531 letters.
fn local_start(text: &str, at: usize) -> usize {
    let limit = at.saturating_sub(MAX_LOCAL);
    let mut start = at;
    for (offset, c) in text[..at].char_indices().rev() {
        if offset < limit || !is_local(c) {
            break;
        }
        start = offset;
    }
    let dots =
        text[start..at].bytes().take_while(|b| matches!(b, b'.' | b'-' | b'\'' | b'+')).count();
    start + dots
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '\'' | '!' | '#' | '$' | '^' | '~')
}

/// The length of the domain that `text` begins with, 0 when it has no top level.
fn domain_len(text: &str) -> usize {
    let mut length = 0;
    let mut at = 0;
    while at <= MAX_DOMAIN {
        let label = label_len(&text[at..]);
        if label == 0 {
            break;
        }
        if let Some(top_level) = top_level_len(&text[at..at + label]).filter(|_| at > 0) {
            length = at + top_level;
        }
        at += label;
        if !text[at..].starts_with('.') {
            break;
        }
        at += 1;
    }
    length
}

/// The length of the payment handle that `text` begins with, 0 when it is none.
fn handle_len(text: &str) -> usize {
    let label = &text[..label_len(text)];
    let is_handle = PAYMENT_HANDLES.iter().any(|handle| handle.eq_ignore_ascii_case(label));
    if is_handle { label.len() } else { 0 }
}

fn label_len(text: &str) -> usize {
    text.char_indices()
        .find(|&(at, c)| at > MAX_DOMAIN || !(c.is_alphanumeric() || c == '-'))
        .map_or(text.len(), |(at, _)| at)
}

/// The part of a label that can be a top level: RFC 3696, 2: alphabetic, or `xn--` (RFC 5890).
fn top_level_len(label: &str) -> Option<usize> {
    let letters = label.find(|c: char| !c.is_alphabetic()).unwrap_or(label.len());
    if letters >= 2 && label.is_char_boundary(letters) {
        let is_encoded = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        return Some(if is_encoded { label.trim_end_matches('-').len() } else { letters });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn addresses_are_found_without_what_surrounds_them() {
        assert_eq!(found("Write to <ann.b+c@mail.example.org>."), ["ann.b+c@mail.example.org"]);
        assert_eq!(found("ann@example.org. Thanks"), ["ann@example.org"]);
        assert_eq!(found("j\u{f6}rg@m\u{fc}ller.example"), ["j\u{f6}rg@m\u{fc}ller.example"]);
        assert_eq!(found("a@b.xn--p1ai!"), ["a@b.xn--p1ai"]);
        assert_eq!(found("?u=ann%40example.org&x"), ["ann%40example.org"]);
        assert_eq!(found("pay ann.b@okaxis, please"), ["ann.b@okaxis"]);
    }

    #[test]
    fn other_at_signs_are_not_addresses() {
        for text in [
            "user@localhost",
            "Obj@4b1c",
            "pkg@1.2.3",
            "@ann.b",
            "a @ b.com",
            "a@b.",
            "a@oka",
            "@ybl",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
