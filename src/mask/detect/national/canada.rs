//! Canada: social insurance number.

use super::checksum::{is_uniform, luhn};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Canada,
    name: "social insurance number",
    forms: &["999999999", "999 999 999"],
    separators: b" -",
    check: is_social_insurance,
    alone: Alone::With(b"-"),
    words: &[
        "sin",
        "social insurance",
        "social insurance number",
        "nas",
        "assurance sociale",
        "numéro d'assurance sociale",
    ],
}];

/// Employment and Social Development Canada, Social Insurance Number Code of Practice: Luhn; an 8
/// in front is a company's.
fn is_social_insurance(digits: &[u8]) -> bool {
    luhn(digits) && digits[0] != b'8' && !is_uniform(digits)
}

#[cfg(test)]
mod tests {
    use super::is_social_insurance;

    #[test]
    fn published_examples_check() {
        assert!(is_social_insurance(b"046454286") && is_social_insurance(b"130692544"));
        assert!(!is_social_insurance(b"046454287") && !is_social_insurance(b"000000000"));
    }
}
