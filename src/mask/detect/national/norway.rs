//! Norway: national identity number (fødselsnummer) and D number.

use super::checksum::divides;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Norway,
    name: "national identity number",
    forms: &["99999999999", "999999 99999"],
    separators: b" -",
    check: is_national_identity,
    alone: Alone::Always,
    words: &[
        "fødselsnummer",
        "fodselsnummer",
        "foedselsnummer",
        "fødselsnr",
        "fodselsnr",
        "fnr",
        "personnummer",
        "d nummer",
        "national identity number",
    ],
}];

/// Folkeregisterforskriften § 2-2-1, Skatteetaten: day of birth, serial and two check digits modulo
/// 11. A D number has 40 on the day; numbers for tests have 40 or 80 on the month.
fn is_national_identity(digits: &[u8]) -> bool {
    let day = pair(digits, 0);
    let day = if day > 40 { day - 40 } else { day };
    is_date(day, pair(digits, 2) % 40)
        && divides(&digits[..10], &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1], 11)
        && divides(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1], 11)
}

#[cfg(test)]
mod tests {
    use super::is_national_identity;

    #[test]
    fn published_examples_check() {
        assert!(is_national_identity(b"15108695088") && is_national_identity(b"11077941012"));
        assert!(!is_national_identity(b"15108695077") && !is_national_identity(b"15138695088"));
    }
}
