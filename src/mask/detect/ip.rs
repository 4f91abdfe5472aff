//! IP addresses: version 4 (RFC 791) in dotted form, version 6 as RFC 4291 and RFC 5952 write it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte, has_word_before};

/// RFC 4291, 2.2: eight groups of four, or six and a dotted address of 15 characters.
const MAX_V6: usize = 45;

/// Words before four numbers with points that are no address.
const VERSION_WORDS: [&str; 7] = ["version", "ver", "v", "release", "build", "firmware", "section"];

/// Words beside which even `::` is an address.
const WORDS: [&str; 4] = ["ip", "ipv6", "address", "addr"];

/// Appends the version 6 addresses in `range`: what stands around a colon between hexadecimal
/// digits or other colons.
pub(super) fn find_v6(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for offset in memchr::memchr_iter(b':', &bytes[range.clone()]) {
        let colon = range.start + offset;
        let is_inner = |b: u8| b.is_ascii_hexdigit() || b == b':';
        let is_candidate = is_inner(byte(bytes, colon + 1)) || before(bytes, colon) == b':';
        if colon < from || !is_candidate {
            continue;
        }
        let limit = from.max(colon.saturating_sub(MAX_V6));
        let head = bytes[limit..colon].iter().rev().take_while(|&&b| is_address_byte(b)).count();
        let tail = bytes[colon..].iter().take_while(|&&b| is_address_byte(b)).count();
        from = colon + tail;
        let end = from - (tail - trimmed_len(&bytes[colon..from], byte(bytes, from)));
        findings.extend(
            v6_end(text, colon - head, end).map(|end| Finding::new(colon - head, end, Entity::Ip)),
        );
    }
}

/// Appends the version 4 address that begins in the cluster of digits from `start` to `end`.
pub(super) fn find_v4(text: &str, start: usize, end: usize, findings: &mut Vec<Finding>) {
    let mut at = start;
    for word in text[start..end].split(|c: char| !c.is_ascii_digit() && c != '.') {
        let address = word.trim_end_matches('.');
        let is_address = (7..=15).contains(&address.len())
            && address.parse::<Ipv4Addr>().is_ok()
            && begins_apart(text.as_bytes(), at)
            && ends_apart(text.as_bytes(), at + address.len());
        if is_address && !is_version(text, at) {
            findings.push(Finding::new(at, at + address.len(), Entity::Ip));
        }
        at += word.len() + 1;
    }
}

fn is_address_byte(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')
}

/// Without the full stop or colon of the sentence.
fn trimmed_len(run: &[u8], next: u8) -> usize {
    let ends_word = !next.is_ascii_alphanumeric();
    let mut length = run.len();
    while ends_word && length > 0 && (run[length - 1] == b'.' || is_lone_colon(&run[..length])) {
        length -= 1;
    }
    length
}

fn is_lone_colon(run: &[u8]) -> bool {
    run.ends_with(b":") && !run.ends_with(b"::")
}

fn ends_apart(bytes: &[u8], end: usize) -> bool {
    let next = byte(bytes, end);
    !next.is_ascii_alphanumeric() && next != b'_'
}

fn begins_apart(bytes: &[u8], start: usize) -> bool {
    let previous = before(bytes, start);
    !previous.is_ascii_alphanumeric() && previous != b'_'
}

/// The end of a version 6 address that is the whole run, with its zone.
fn v6_end(text: &str, start: usize, end: usize) -> Option<usize> {
    let run = &text[start..end];
    let bytes = text.as_bytes();
    if !(2..=MAX_V6).contains(&run.len()) || !begins_apart(bytes, start) || !ends_apart(bytes, end)
    {
        return None;
    }
    run.parse::<Ipv6Addr>().ok()?;
    let is_network = byte(bytes, end) == b'/' && byte(bytes, end + 1).is_ascii_digit();
    let has_digit = run.bytes().any(|b| b.is_ascii_digit());
    let is_address = has_digit || is_network || has_word_before(text, start, &WORDS);
    is_address.then(|| end + zone_len(&bytes[end..]))
}

/// RFC 4007, 11: a percent sign and the name of an interface.
fn zone_len(rest: &[u8]) -> usize {
    let name = rest.iter().skip(1).take(16).take_while(|b| b.is_ascii_alphanumeric()).count();
    if rest.starts_with(b"%") && name > 0 { name + 1 } else { 0 }
}

/// Whether the word just before is one for a version.
fn is_version(text: &str, start: usize) -> bool {
    let line = &text.as_bytes()[start.saturating_sub(12)..start];
    let word_start = line
        .iter()
        .rposition(|b| !b.is_ascii_alphabetic() && !matches!(b, b' ' | b':' | b'='))
        .map_or(0, |i| i + 1);
    let word = line[word_start..].trim_ascii();
    let word = word.strip_suffix(b":").or(word.strip_suffix(b"=")).unwrap_or(word);
    let last = word.rsplit(|&b| b == b' ').next().unwrap_or(word);
    VERSION_WORDS.iter().any(|version| last.eq_ignore_ascii_case(version.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{find_v4, find_v6};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find_v6(text, 0..text.len(), &mut findings);
        if findings.is_empty() {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
            find_v4(text, start, text.len(), &mut findings);
        }
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn addresses_of_both_versions_are_found() {
        assert_eq!(found("from 198.51.100.7:8080, ok."), ["198.51.100.7"]);
        assert_eq!(found("at 198.51.100.7."), ["198.51.100.7"]);
        assert_eq!(found("host:198.51.100.7:80"), ["198.51.100.7"]);
        assert_eq!(found("fe80::7%eth0"), ["fe80::7%eth0"]);
        assert_eq!(found("[2001:db8::7]:443"), ["2001:db8::7"]);
        assert_eq!(found("via ::ffff:198.51.100.7"), ["::ffff:198.51.100.7"]);
    }

    #[test]
    fn versions_times_and_paths_are_not() {
        for text in
            ["version 1.2.3.4", "1.2.3", "1.2.3.4.5", "12:30:45", "std::fmt", "256.1.1.1", "a::b"]
        {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
