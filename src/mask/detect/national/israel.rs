//! Israel: identity number (mispar zehut).

use super::checksum::{is_uniform, luhn};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Israel,
    name: "identity number",
    forms: &["999999999", "99999999 9", "9 9999999 9"],
    separators: b" -",
    check: is_identity_number,
    alone: Alone::Never,
    words: &[
        "teudat zehut",
        "mispar zehut",
        "israeli id",
        "identity number",
        "id number",
        "תעודת זהות",
        "מספר זהות",
        "ת.ז",
    ],
}];

/// Population Registry Law 1965, Population and Immigration Authority: a check digit by weights 1
/// and 2 in turn, which on nine digits is the Luhn formula; shorter numbers have zeros in front.
fn is_identity_number(digits: &[u8]) -> bool {
    luhn(digits) && !is_uniform(digits)
}

#[cfg(test)]
mod tests {
    use super::is_identity_number;

    #[test]
    fn published_examples_check() {
        assert!(is_identity_number(b"039337423") && !is_identity_number(b"039337422"));
        assert!(!is_identity_number(b"000000000"));
    }
}
