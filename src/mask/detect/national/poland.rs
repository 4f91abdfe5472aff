//! Poland: PESEL number.

use super::checksum::divides;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Poland,
    name: "PESEL number",
    forms: &["99999999999", "999999 99999"],
    separators: b" -",
    check: is_pesel,
    alone: Alone::Never,
    words: &["pesel", "pesel number", "numer pesel", "nr pesel"],
}];

/// Ustawa o ewidencji ludności of 24 September 2010, article 15: date of birth with the century on
/// the month, serial, and a check digit modulo 10.
fn is_pesel(digits: &[u8]) -> bool {
    is_date(pair(digits, 4), pair(digits, 2) % 20)
        && divides(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10)
}

#[cfg(test)]
mod tests {
    use super::is_pesel;

    #[test]
    fn published_examples_check() {
        assert!(is_pesel(b"44051401359") && is_pesel(b"02070803628"));
        assert!(!is_pesel(b"44051401358") && !is_pesel(b"44151401359"));
    }
}
