//! South Africa: identity number.

use super::checksum::luhn;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::SouthAfrica,
    name: "identity number",
    forms: &["9999999999999", "999999 9999 999", "999999 9999 99 9"],
    separators: b" -",
    check: is_identity_number,
    alone: Alone::With(b" -"),
    words: &["id number", "id no", "identity number", "identity no", "south african id", "rsa id"],
}];

/// Identification Act 68 of 1997, Department of Home Affairs: date of birth, serial by sex, status
/// (citizen, permanent resident, refugee), one digit without a meaning any more, and Luhn's.
fn is_identity_number(digits: &[u8]) -> bool {
    is_date(pair(digits, 4), pair(digits, 2)) && digits[10] <= b'2' && luhn(digits)
}

#[cfg(test)]
mod tests {
    use super::is_identity_number;

    #[test]
    fn published_examples_check() {
        assert!(is_identity_number(b"7503305044089") && is_identity_number(b"8001015009087"));
        assert!(!is_identity_number(b"8503305044089") && !is_identity_number(b"7513305044089"));
    }
}
