//! US social security numbers (Social Security Administration, POMS RM 10201).

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte, has_word_before, is_word_byte};

const WORDS: [&str; 5] = ["ssn", "social security", "ssns", "social", "socialsecurity"];

/// Length of `078-05-1120` and of the same without separators.
const GROUPED: usize = 11;
const BARE: usize = 9;

/// Appends the social security numbers that begin in the cluster of digits from `start` to `end`.
pub(super) fn find(text: &str, start: usize, end: usize, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut at = start;
    while at + BARE <= end {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        match ssn_end(text, at, run) {
            Some(end) => {
                findings.push(Finding::new(at, end, Entity::Ssn));
                at = end;
            }
            None => at += run,
        }
    }
}

/// Appends the number whose last four digits begin at `serial`, where only these are not blotted
/// out: `XXX-XX-1234`. They are what a caller is asked for.
pub(super) fn find_blotted(text: &str, serial: usize, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let Some(start) = serial.checked_sub(GROUPED - 4) else {
        return;
    };
    let is_blot = |b: &u8| matches!(b, b'X' | b'x' | b'*' | b'#');
    let [area @ .., b'-', g, h, b'-'] = &bytes[start..serial] else {
        return;
    };
    let is_blotted = area.iter().chain([g, h]).all(is_blot);
    let run = bytes[serial..].iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    if is_blotted && run == 4 && is_apart(bytes, start, serial + run) {
        findings.push(Finding::new(start, serial + run, Entity::Ssn));
    }
}

fn ssn_end(text: &str, at: usize, run: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = match run {
        3 => GROUPED,
        BARE => BARE,
        _ => return None,
    };
    let number = bytes.get(at..at + length)?;
    let is_whole = is_apart(bytes, at, at + length);
    let is_valid = if length == GROUPED { is_grouped(number) } else { has_valid_parts(number, 0) };
    let is_told = length == GROUPED || (is_valid && has_word_before(text, at, &WORDS));
    (is_whole && is_valid && is_told).then_some(at + length)
}

/// Not a part of a longer number, of a word or of a chain of hyphens.
fn is_apart(bytes: &[u8], start: usize, end: usize) -> bool {
    let earlier = start.checked_sub(2).map_or(b' ', |i| bytes[i]);
    let previous = before(bytes, start);
    let next = byte(bytes, end);
    let chained_before = matches!(previous, b'-' | b'.') && is_word_byte(earlier);
    let chained_behind = matches!(next, b'-' | b'.') && is_word_byte(byte(bytes, end + 1));
    !is_word_byte(previous) && !is_word_byte(next) && !chained_before && !chained_behind
}

fn is_grouped(number: &[u8]) -> bool {
    let separator = number[3];
    matches!(separator, b'-' | b' ' | b'.') && number[6] == separator && has_valid_parts(number, 1)
}

/// Social Security Administration, POMS RM 10201.035: no area 000, 666 or 900 to 999, no group
/// 00, no serial 0000.
fn has_valid_parts(number: &[u8], separator: usize) -> bool {
    let area = &number[..3];
    let group = &number[3 + separator..5 + separator];
    let serial = &number[5 + 2 * separator..];
    [area, group, serial].into_iter().flatten().all(u8::is_ascii_digit)
        && area != b"000"
        && area != b"666"
        && area[0] != b'9'
        && group != b"00"
        && serial != b"0000"
}

#[cfg(test)]
mod tests {
    use super::{find, find_blotted};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, 0, text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn numbers_are_found_by_form_or_by_word() {
        assert_eq!(found("SSN: 219-09-1234."), ["219-09-1234"]);
        assert_eq!(found("my social security number is 219091234"), ["219091234"]);
    }

    #[test]
    fn the_last_digits_of_a_blotted_number_are_found() {
        let found = |text: &str| {
            let mut findings = Vec::new();
            find_blotted(text, text.find(|c: char| c.is_ascii_digit()).unwrap_or(0), &mut findings);
            findings.iter().map(|f| (f.start, f.end)).collect::<Vec<_>>()
        };
        assert_eq!(found("SSN XXX-XX-1234, ok"), [(4, 15)]);
        assert_eq!(found("***-**-1234"), [(0, 11)]);
        for text in ["XXX-XX-12345", "XX-XX-1234", "AXXX-XX-1234", "XXX-XA-1234", "1234"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in ["000-12-1234", "666-12-1234", "912-12-1234", "219091234", "1-219-09-1234"] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
