//! India: Aadhaar number and permanent account number.

use super::checksum::verhoeff;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::India,
        name: "Aadhaar number",
        forms: &["999999999999", "9999 9999 9999"],
        separators: b" -",
        check: is_aadhaar,
        alone: Alone::With(b" -"),
        words: &["aadhaar", "aadhar", "adhaar", "uidai", "uid", "आधार"],
    },
    Number {
        pack: Pack::India,
        name: "permanent account number",
        forms: &["AAAAA9999A"],
        separators: b"",
        check: is_permanent_account,
        alone: Alone::Capital,
        words: &["pan", "pan card", "pan number", "pan no", "permanent account number"],
    },
];

/// Unique Identification Authority of India, Aadhaar Act 2016: no 0 or 1 in front, Verhoeff's check
/// digit, and never the same forwards and backwards.
fn is_aadhaar(digits: &[u8]) -> bool {
    let is_palindrome = digits.iter().eq(digits.iter().rev());
    digits[0] > b'1' && !is_palindrome && verhoeff(digits)
}

/// Section 139A of the Income-tax Act 1961, rule 114: the fourth letter is the kind of holder; the
/// last is a check letter whose formula was never published.
fn is_permanent_account(characters: &[u8]) -> bool {
    b"ABCFGHJLPTK".contains(&characters[3]) && &characters[5..9] != b"0000"
}

#[cfg(test)]
mod tests {
    use super::{is_aadhaar, is_permanent_account};

    #[test]
    fn published_examples_check() {
        assert!(is_aadhaar(b"234123412346") && !is_aadhaar(b"234123412347"));
        assert!(!is_aadhaar(b"123412341234"));
        assert!(is_permanent_account(b"ACUPA7085R") && !is_permanent_account(b"ACUDA7085R"));
    }
}
