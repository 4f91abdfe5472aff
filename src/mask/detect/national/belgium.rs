//! Belgium: national register number (rijksregisternummer, numéro de registre national).

use super::checksum::number;
use super::date::pair;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Belgium,
    name: "national register number",
    forms: &["99999999999", "99 99 99 999 99", "999999 999 99"],
    separators: b" .-",
    check: is_national_register,
    alone: Alone::Always,
    words: &[
        "rrn",
        "nrn",
        "insz",
        "niss",
        "rijksregisternummer",
        "rijksregister",
        "rijksregisternr",
        "registre national",
        "numéro national",
        "numero national",
        "national register number",
        "national register",
    ],
}];

/// Royal decree of 3 April 1984; BIS numbers by that of 8 February 1991: the day of birth, with 20
/// or 40 on the month or zeros for what is not known, a counter, and 97 less the rest modulo 97,
/// since 2000 with a 2 before it.
fn is_national_register(digits: &[u8]) -> bool {
    let (month, day) = (pair(digits, 2), pair(digits, 4));
    let base = number(&digits[..9]);
    let check = number(&digits[9..]);
    let is_right = |number: u64| 97 - number % 97 == check;
    matches!(month, 0..=12 | 20..=32 | 40..=52)
        && day <= 31
        && (is_right(base) || is_right(base + 2_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::is_national_register;

    #[test]
    fn published_examples_check() {
        assert!(is_national_register(b"85073003328") && is_national_register(b"17073003384"));
        assert!(!is_national_register(b"85073003329") && !is_national_register(b"12345678901"));
    }
}
