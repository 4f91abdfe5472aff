//! Australia: tax file number and Medicare card number.

use super::checksum::{divides, is_uniform, value, weighted};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::Australia,
        name: "tax file number",
        forms: &["999999999", "999 999 999", "99999999", "99 999 999"],
        separators: b" -",
        check: is_tax_file_number,
        alone: Alone::Never,
        words: &["tfn", "tax file", "tax file number", "tax file no"],
    },
    Number {
        pack: Pack::Australia,
        name: "Medicare card number",
        forms: &["9999999999", "9999 99999 9", "99999999999", "9999 99999 9 9"],
        separators: b" -/",
        check: is_medicare,
        alone: Alone::With(b" -/"),
        words: &["medicare", "medicare number", "medicare card", "medicare no"],
    },
];

/// Income Tax Assessment Act 1936, part VA; the Australian Taxation Office's algorithm: modulus 11,
/// with weights of their own for the older numbers of eight digits.
fn is_tax_file_number(digits: &[u8]) -> bool {
    let weights: &[u32] = match digits.len() {
        9 => &[1, 4, 3, 7, 5, 8, 6, 9, 10],
        _ => &[10, 7, 8, 4, 6, 3, 5, 1],
    };
    divides(digits, weights, 11) && !is_uniform(digits)
}

/// Services Australia; `METeOR` 270101: eight digits that begin with 2 to 6, their check digit
/// modulo 10, the issue of the card and, where it is given, the place of the person on it.
fn is_medicare(digits: &[u8]) -> bool {
    let check = weighted(&digits[..8], &[1, 3, 7, 9, 1, 3, 7, 9]) % 10;
    matches!(digits[0], b'2'..=b'6') && check == value(digits[8]) && !digits[9..].contains(&b'0')
}

#[cfg(test)]
mod tests {
    use super::{is_medicare, is_tax_file_number};

    #[test]
    fn published_examples_check() {
        assert!(is_tax_file_number(b"123456782") && !is_tax_file_number(b"123456781"));
        assert!(is_tax_file_number(b"37118629") && !is_tax_file_number(b"37118628"));
        assert!(is_medicare(b"2123456701") && is_medicare(b"21234567012"));
        assert!(!is_medicare(b"2123456711") && !is_medicare(b"1123456701"));
    }
}
