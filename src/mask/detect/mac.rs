//! Hardware addresses: EUI-48 as IEEE 802 writes it, and in groups of four.

use std::ops::Range;

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte, is_word_byte};

/// Six pairs with five separators; three groups of four with two points.
const PAIRS: usize = 17;
const QUADS: usize = 14;

/// Appends the hardware addresses in `range`: what stands around its first separator.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    for offset in memchr::memchr3_iter(b':', b'-', b'.', &bytes[range.clone()]) {
        let at = range.start + offset;
        let group = if bytes[at] == b'.' { 4 } else { 2 };
        let Some(start) = at.checked_sub(group).filter(|&start| start >= from) else {
            continue;
        };
        if let Some(length) = mac_len(bytes, start) {
            findings.push(Finding::new(start, start + length, Entity::Mac));
            from = start + length;
        }
    }
}

fn mac_len(bytes: &[u8], at: usize) -> Option<usize> {
    let is_pairs = matches!(byte(bytes, at + 2), b':' | b'-');
    if !is_pairs && byte(bytes, at + 4) != b'.' {
        return None;
    }
    let (length, group) = if is_pairs { (PAIRS, 2) } else { (QUADS, 4) };
    let address = bytes.get(at..at + length)?;
    let is_address = has_groups(address, group) && is_one_device(address);
    (is_address && is_apart(bytes, at, at + length)).then_some(length)
}

fn has_groups(address: &[u8], group: usize) -> bool {
    let separator = address[group];
    address.iter().enumerate().all(|(i, b)| {
        if i % (group + 1) == group { *b == separator } else { b.is_ascii_hexdigit() }
    })
}

/// IEEE 802: all ones is the broadcast address; all zeros is used for none.
fn is_one_device(address: &[u8]) -> bool {
    let mut digits = address.iter().filter(|b| b.is_ascii_hexdigit());
    let Some(first) = digits.next() else {
        return false;
    };
    let is_constant = digits.all(|b| b.eq_ignore_ascii_case(first));
    !is_constant || !matches!(first, b'0' | b'f' | b'F')
}

fn is_apart(bytes: &[u8], start: usize, end: usize) -> bool {
    let separator = |b: u8| matches!(b, b':' | b'-' | b'.');
    let previous = before(bytes, start);
    let earlier = start.checked_sub(2).map_or(b' ', |i| bytes[i]);
    let next = byte(bytes, end);
    let goes_on = separator(next) && byte(bytes, end + 1).is_ascii_hexdigit();
    let has_begun = separator(previous) && earlier.is_ascii_hexdigit();
    !is_word_byte(previous) && !is_word_byte(next) && !goes_on && !has_begun
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
    fn addresses_are_found_in_each_form() {
        assert_eq!(found("dev 02:00:5e:10:00:01 up"), ["02:00:5e:10:00:01"]);
        assert_eq!(found("dev 02-00-5E-10-00-01."), ["02-00-5E-10-00-01"]);
        assert_eq!(found("dev 0200.5e10.0001"), ["0200.5e10.0001"]);
    }

    #[test]
    fn other_groups_are_not() {
        for text in ["ff:ff:ff:ff:ff:ff", "02:00:5e:10:00", "02:00:5e:10:00:01:02", "1.2.3.4"] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
