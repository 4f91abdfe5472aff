//! Austria: social insurance number (Sozialversicherungsnummer).

use super::checksum::{value, weighted};
use super::date::pair;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Austria,
    name: "social insurance number",
    forms: &["9999999999", "9999 999999", "9999 99 99 99"],
    separators: b" -.",
    check: is_social_insurance,
    alone: Alone::With(b" "),
    words: &[
        "svnr",
        "sv nummer",
        "sv nr",
        "vsnr",
        "versicherungsnummer",
        "sozialversicherungsnummer",
        "sozialversicherung",
        "sozialversicherungsnr",
    ],
}];

/// § 31 (4) ASVG, Dachverband der Sozialversicherungsträger: three digits, their check digit
/// modulo 11, and the day of birth, whose months run to 15 where a day's numbers are used up.
fn is_social_insurance(digits: &[u8]) -> bool {
    let check = weighted(digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let is_day = (1..=31).contains(&pair(digits, 4)) && (1..=15).contains(&pair(digits, 6));
    digits[0] != b'0' && is_day && check == value(digits[3])
}

#[cfg(test)]
mod tests {
    use super::is_social_insurance;

    #[test]
    fn published_examples_check() {
        assert!(is_social_insurance(b"1237010180"));
        assert!(!is_social_insurance(b"2237010180") && !is_social_insurance(b"1237321980"));
    }
}
