//! China: resident identity number (公民身份号码).

use super::checksum::weighted;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::China,
    name: "resident identity number",
    forms: &["99999999999999999X", "999999 99999999 999X"],
    separators: b" -",
    check: is_resident_identity,
    alone: Alone::Always,
    words: &[
        "身份证",
        "身份证号",
        "身份证号码",
        "公民身份号码",
        "resident identity",
        "shenfenzheng",
    ],
}];

/// GB 11643-1999: region, date of birth, serial, and a check character by ISO 7064 MOD 11-2.
fn is_resident_identity(characters: &[u8]) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = &characters[..17];
    let check = b"10X98765432"[(weighted(digits, &weights) % 11) as usize];
    digits[0] != b'0'
        && (18..=20).contains(&pair(digits, 6))
        && is_date(pair(digits, 12), pair(digits, 10))
        && check == characters[17]
}

#[cfg(test)]
mod tests {
    use super::is_resident_identity;

    #[test]
    fn published_examples_check() {
        assert!(is_resident_identity(b"11010519491231002X"));
        assert!(is_resident_identity(b"440524188001010014"));
        assert!(!is_resident_identity(b"110105194912310021"));
        assert!(!is_resident_identity(b"11010519491331002X"));
    }
}
