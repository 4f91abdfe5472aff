//! France: social security number, which is that of the national register of persons (NIR).

use super::checksum::number;
use super::date::pair;
use super::{Alone, Number, Pack};

const WORDS: &[&str] = &[
    "nir",
    "nss",
    "insee",
    "numéro de sécurité sociale",
    "numero de securite sociale",
    "n° de sécurité sociale",
    "sécurité sociale",
    "securite sociale",
    "sécu",
    "secu",
    "carte vitale",
];

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::France,
        name: "social security number",
        forms: &["999999X99999999", "9 99 99 9X 999 999 99", "999999X999999 99"],
        separators: b" .-",
        check: is_keyed,
        alone: Alone::Always,
        words: WORDS,
    },
    Number {
        pack: Pack::France,
        name: "social security number",
        forms: &["999999X999999", "9 99 99 9X 999 999"],
        separators: b" .-",
        check: is_without_key,
        alone: Alone::Never,
        words: WORDS,
    },
];

/// Article R. 115-1 of the Code de la sécurité sociale and decree 82-103, INSEE: 97 less the rest
/// modulo 97, where 2A counts as 19 and 2B as 18.
fn is_keyed(characters: &[u8]) -> bool {
    let (base, key) = characters.split_at(13);
    let base_number = match &base[5..7] {
        b"2A" => number(&base[..5]) * 100_000_000 + 19_000_000 + number(&base[7..]),
        b"2B" => number(&base[..5]) * 100_000_000 + 18_000_000 + number(&base[7..]),
        _ => number(base),
    };
    is_without_key(base) && 97 - base_number % 97 == number(key)
}

/// Sex, year and month of birth, department and municipality, serial.
fn is_without_key(base: &[u8]) -> bool {
    let is_month = matches!(pair(base, 3), 1..=12 | 20..=42 | 50..=99);
    let is_department = base[6].is_ascii_digit() || matches!(&base[5..7], b"2A" | b"2B");
    matches!(base[0], b'1'..=b'4' | b'7' | b'8') && is_month && is_department
}

#[cfg(test)]
mod tests {
    use super::{is_keyed, is_without_key};

    #[test]
    fn published_examples_check() {
        assert!(is_keyed(b"295109912611193") && is_keyed(b"253072B07300470"));
        assert!(is_keyed(b"253072A07300443") && is_without_key(b"2951099126111"));
        assert!(!is_keyed(b"295109912611199") && !is_keyed(b"253072C07300443"));
        assert!(!is_without_key(b"5951099126111") && !is_without_key(b"2951399126111"));
    }
}
