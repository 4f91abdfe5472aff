//! Netherlands: citizen service number (burgerservicenummer).

use super::checksum::{divides, is_uniform};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Netherlands,
    name: "citizen service number",
    forms: &["999999999", "9999 99 999", "999 999 999"],
    separators: b". -",
    check: is_citizen_service_number,
    alone: Alone::With(b"."),
    words: &["bsn", "burgerservicenummer", "burger service nummer", "sofinummer", "sofi nummer"],
}];

/// Wet algemene bepalingen burgerservicenummer: the eleven-proof, in which the last digit counts
/// negatively.
fn is_citizen_service_number(digits: &[u8]) -> bool {
    divides(digits, &[9, 8, 7, 6, 5, 4, 3, 2, 10], 11) && !is_uniform(digits)
}

#[cfg(test)]
mod tests {
    use super::is_citizen_service_number;

    #[test]
    fn published_examples_check() {
        assert!(is_citizen_service_number(b"111222333") && is_citizen_service_number(b"123456782"));
        assert!(!is_citizen_service_number(b"111222334"));
    }
}
