//! South Korea: resident registration number (주민등록번호) and that of foreigners.

use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::SouthKorea,
    name: "resident registration number",
    forms: &["9999999999999", "999999 9999999"],
    separators: b"- ",
    check: is_resident_registration,
    alone: Alone::With(b"-"),
    words: &[
        "주민등록번호",
        "주민번호",
        "외국인등록번호",
        "rrn",
        "resident registration",
        "alien registration number",
    ],
}];

/// Resident Registration Act (주민등록법), enforcement rule, article 2: date of birth, then century
/// and sex. The six digits behind are drawn by lot since October 2020, so that the old check digit
/// proves nothing; with the hyphen the date is enough.
fn is_resident_registration(digits: &[u8]) -> bool {
    is_date(pair(digits, 4), pair(digits, 2))
}

#[cfg(test)]
mod tests {
    use super::is_resident_registration;

    #[test]
    fn published_examples_check() {
        assert!(is_resident_registration(b"9710139019902"));
        assert!(!is_resident_registration(b"9713139019902"));
    }
}
