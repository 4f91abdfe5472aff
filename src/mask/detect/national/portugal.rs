//! Portugal: tax identification number (número de identificação fiscal).

use super::checksum::{value, weighted};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Portugal,
    name: "tax identification number",
    forms: &["999999999", "999 999 999"],
    separators: b" .-",
    check: is_tax_identification,
    alone: Alone::Never,
    words: &[
        "nif",
        "nipc",
        "contribuinte",
        "número fiscal",
        "numero fiscal",
        "número de contribuinte",
        "identificação fiscal",
        "identificacao fiscal",
    ],
}];

/// Decreto-Lei 14/2013, Autoridade Tributária e Aduaneira: a check digit modulo 11, which is 0 where
/// the rest leaves 10 or 11.
fn is_tax_identification(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    digits[0] != b'0' && check == value(digits[8])
}

#[cfg(test)]
mod tests {
    use super::is_tax_identification;

    #[test]
    fn published_examples_check() {
        assert!(is_tax_identification(b"501964843") && is_tax_identification(b"123456789"));
        assert!(!is_tax_identification(b"501964842"));
    }
}
