//! Japan: individual number (My Number).

use super::checksum::{is_uniform, value, weighted};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Japan,
    name: "individual number",
    forms: &["999999999999", "9999 9999 9999"],
    separators: b" -",
    check: is_individual_number,
    alone: Alone::With(b" -"),
    words: &["マイナンバー", "個人番号", "my number", "individual number", "kojin bango"],
}];

/// Act 27 of 2013 and order 85 of 2014 of the Ministry of Internal Affairs and Communications,
/// article 5: a check digit modulo 11.
fn is_individual_number(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    check == value(digits[11]) && !is_uniform(digits)
}

#[cfg(test)]
mod tests {
    use super::is_individual_number;

    #[test]
    fn published_examples_check() {
        assert!(is_individual_number(b"123456789018") && !is_individual_number(b"123456789019"));
        assert!(!is_individual_number(b"000000000000"));
    }
}
