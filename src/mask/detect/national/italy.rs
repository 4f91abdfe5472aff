//! Italy: tax code (codice fiscale) of persons.

use super::checksum::value;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Italy,
    name: "tax code",
    forms: &["AAAAAAXXAXXAXXXA"],
    separators: b"",
    check: is_tax_code,
    alone: Alone::Always,
    words: &["codice fiscale", "cod fiscale", "cf", "tax code"],
}];

/// Values of the letters A to Z in odd places; the digits have those of A to J.
#[rustfmt::skip] // Packed, as it is a table.
const ODD: [u32; 26] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/// Where digits stand; a letter takes a digit's place where two persons would have one code.
const DIGITS: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];

/// Ministry of Finance, decree of 23 December 1976: name, year, letter of the month and day of
/// birth, municipality, and a check letter modulo 26.
fn is_tax_code(characters: &[u8]) -> bool {
    let is_digit =
        |at: usize| characters[at].is_ascii_digit() || b"LMNPQRSTUV".contains(&characters[at]);
    let term = |(place, &b): (usize, &u8)| {
        let value = if b.is_ascii_digit() { value(b) } else { value(b) - 10 };
        if place % 2 == 0 { ODD[value as usize] } else { value }
    };
    let sum: u32 = characters[..15].iter().enumerate().map(term).sum();
    b"ABCDEHLMPRST".contains(&characters[8])
        && DIGITS.into_iter().all(is_digit)
        && sum % 26 == value(characters[15]) - 10
}

#[cfg(test)]
mod tests {
    use super::is_tax_code;

    #[test]
    fn published_examples_check() {
        assert!(is_tax_code(b"RSSMRA85T10A562S") && is_tax_code(b"RCCMNL83S18D969H"));
        assert!(!is_tax_code(b"RSSMRA85T10A562T") && !is_tax_code(b"RSSMRA85F10A562S"));
    }

    #[test]
    fn a_letter_may_take_a_digits_place() {
        let codes: Vec<_> = (b'A'..=b'Z')
            .filter(|&check| is_tax_code(&[b"RSSMRA85T10A56N", &[check][..]].concat()))
            .collect();
        assert_eq!(codes.len(), 1);
        assert!(!is_tax_code(b"RSSMRA85T10A56AS"));
    }
}
