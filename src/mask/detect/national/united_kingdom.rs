//! United Kingdom: NHS number and National Insurance number.

use super::checksum::{divides, is_uniform};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::UnitedKingdom,
        name: "NHS number",
        forms: &["9999999999", "999 999 9999"],
        separators: b" -",
        check: is_nhs,
        alone: Alone::With(b" -"),
        words: &["nhs", "nhs number", "nhs no"],
    },
    Number {
        pack: Pack::UnitedKingdom,
        name: "National Insurance number",
        forms: &["AA999999A", "AA 99 99 99 A", "AA 999999 A"],
        separators: b" -",
        check: is_national_insurance,
        alone: Alone::Capital,
        words: &["nino", "national insurance", "national insurance number", "ni number", "ni no"],
    },
];

/// NHS Data Dictionary, NHS NUMBER (ISB 0149): nine digits and a check digit modulo 11; one that
/// would be 10 is not given out.
fn is_nhs(digits: &[u8]) -> bool {
    divides(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 11) && !is_uniform(digits)
}

/// HMRC, National Insurance Manual NIM39110: two letters, six digits and A to D, without a check
/// digit; some letters and pairs are not used.
fn is_national_insurance(characters: &[u8]) -> bool {
    const UNUSED: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    let prefix = &characters[..2];
    !prefix.iter().any(|letter| b"DFIQUV".contains(letter))
        && prefix[1] != b'O'
        && !UNUSED.contains(&prefix)
        && matches!(characters[8], b'A'..=b'D')
}

#[cfg(test)]
mod tests {
    use super::{is_national_insurance, is_nhs};

    #[test]
    fn published_examples_check() {
        assert!(is_nhs(b"9434765919") && is_nhs(b"9434765870") && !is_nhs(b"9434765918"));
        assert!(is_national_insurance(b"AB123456C"));
        for number in [b"QQ123456C", b"AO123456C", b"GB123456C", b"AB123456E"] {
            assert!(!is_national_insurance(number));
        }
    }
}
