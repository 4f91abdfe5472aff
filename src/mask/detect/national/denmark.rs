//! Denmark: CPR number.

use super::checksum::divides;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

const FORMS: &[&str] = &["9999999999", "999999 9999"];
const WORDS: &[&str] = &["cpr", "cpr nr", "cpr nummer", "cpr no", "cpr number", "personnummer"];

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::Denmark,
        name: "CPR number",
        forms: FORMS,
        separators: b"- ",
        check: is_checked,
        alone: Alone::With(b"-"),
        words: WORDS,
    },
    Number {
        pack: Pack::Denmark,
        name: "CPR number",
        forms: FORMS,
        separators: b"- ",
        check: begins_with_date,
        alone: Alone::Never,
        words: WORDS,
    },
];

/// CPR-kontoret, Personnummeret i CPR: day of birth, serial, and a check digit modulo 11 in all
/// numbers until 2007.
fn is_checked(digits: &[u8]) -> bool {
    begins_with_date(digits) && divides(digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1], 11)
}

/// Since October 2007 numbers are given out without a check digit.
fn begins_with_date(digits: &[u8]) -> bool {
    is_date(pair(digits, 0), pair(digits, 2))
}

#[cfg(test)]
mod tests {
    use super::{begins_with_date, is_checked};

    #[test]
    fn published_examples_check() {
        assert!(is_checked(b"2110625629") && is_checked(b"0707614285"));
        assert!(!is_checked(b"2110525629") && begins_with_date(b"2110525629"));
        assert!(!begins_with_date(b"3113525629"));
    }
}
