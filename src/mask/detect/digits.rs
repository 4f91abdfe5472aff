//! The one pass over the digits of a text: each cluster of digits goes to the detectors that its
//! number of digits leaves possible.

use std::ops::Range;

use super::{Finding, card, iban, ip, phone, ssn};

/// Signs between the groups of one number, and how many of them in a row.
const MAX_GAP: usize = 3;

/// The fewest digits of a phone, and of a social security number or a card.
const MIN_PHONE: usize = 7;
const MIN_SSN: usize = 9;
const MIN_CARD: usize = 12;

/// Digits with no more than a few signs between them.
struct Cluster {
    start: usize,
    end: usize,
    digits: usize,
    points: usize,
}

/// Appends the cards, account numbers, phones and version 4 addresses that begin in `range`.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut words = phone::Words::new(text);
    let mut at = range.start;
    while at < range.end {
        let Some(offset) = bytes[at..range.end].iter().position(u8::is_ascii_digit) else {
            break;
        };
        let cluster = Cluster::at(bytes, at + offset);
        cluster.find(text, &mut words, findings);
        iban::find_at(text, cluster.start, findings);
        ssn::find_blotted(text, cluster.start, findings);
        at = cluster.end;
    }
}

impl Cluster {
    fn at(bytes: &[u8], start: usize) -> Self {
        let mut cluster = Self { start, end: start, digits: 0, points: 0 };
        let mut gap = 0;
        for (offset, &b) in bytes[start..].iter().enumerate() {
            if b.is_ascii_digit() {
                cluster.digits += 1;
                cluster.end = start + offset + 1;
                gap = 0;
            } else if gap < MAX_GAP && matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/') {
                cluster.points += usize::from(b == b'.');
                gap += 1;
            } else {
                break;
            }
        }
        cluster
    }

    fn find(&self, text: &str, words: &mut phone::Words<'_>, findings: &mut Vec<Finding>) {
        if self.points > 2 {
            ip::find_v4(text, self.start, self.end, findings);
        }
        if self.digits >= MIN_CARD {
            card::find(text, self.start, self.end, findings);
        }
        if self.digits >= MIN_SSN {
            ssn::find(text, self.start, self.end, findings);
        }
        if self.digits >= MIN_PHONE {
            phone::find(text, self.start, self.end, words, findings);
        }
    }
}
