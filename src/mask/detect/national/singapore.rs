//! Singapore: identity card number (NRIC) and foreign identification number (FIN).

use super::checksum::weighted;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Singapore,
    name: "NRIC number, FIN",
    forms: &["A9999999A"],
    separators: b"",
    check: is_identity_number,
    alone: Alone::Always,
    words: &["nric", "fin", "nric no", "nric number", "fin number", "fin no"],
}];

/// National Registration Act 1965, Immigration and Checkpoints Authority: S and T for residents, F,
/// G and M for foreigners by the time of issue, seven digits, and a check letter modulo 11.
fn is_identity_number(characters: &[u8]) -> bool {
    let (offset, letters) = match characters[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let sum = offset + weighted(&characters[1..8], &[2, 7, 6, 5, 4, 3, 2]);
    letters[(sum % 11) as usize] == characters[8]
}

#[cfg(test)]
mod tests {
    use super::is_identity_number;

    #[test]
    fn published_examples_check() {
        for number in [b"S1234567D", b"T1234567J", b"F1234567N", b"G1234567X", b"M1234567K"] {
            assert!(is_identity_number(number));
        }
        assert!(!is_identity_number(b"S1234567A") && !is_identity_number(b"A1234567D"));
    }
}
