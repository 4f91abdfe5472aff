//! United States: individual taxpayer identification number.

use super::date::pair;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::UnitedStates,
    name: "individual taxpayer identification number",
    forms: &["999999999", "999 99 9999"],
    separators: b"- ",
    check: is_individual_taxpayer,
    alone: Alone::With(b"-"),
    words: &["itin", "individual taxpayer", "taxpayer identification", "tin"],
}];

/// Internal Revenue Manual 3.21.263: a 9 in front, and the ranges of the fourth and fifth digit;
/// there is no check digit.
fn is_individual_taxpayer(digits: &[u8]) -> bool {
    digits[0] == b'9' && matches!(pair(digits, 3), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

#[cfg(test)]
mod tests {
    use super::is_individual_taxpayer;

    #[test]
    fn published_examples_check() {
        assert!(is_individual_taxpayer(b"912903456") && is_individual_taxpayer(b"900700000"));
        assert!(!is_individual_taxpayer(b"912934567") && !is_individual_taxpayer(b"812903456"));
    }
}
