//! Spain: DNI of citizens and NIE of foreigners, which both are tax numbers (NIF) too.

use super::checksum::{number, value};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::Spain,
        name: "DNI",
        forms: &["99999999A", "99999999 A", "99 999 999A", "99 999 999 A"],
        separators: b".- ",
        check: is_dni,
        alone: Alone::Always,
        words: &["dni", "nif", "documento nacional de identidad"],
    },
    Number {
        pack: Pack::Spain,
        name: "NIE",
        forms: &["A9999999A", "A 9999999A", "A 9999999 A", "A9999999 A"],
        separators: b".- ",
        check: is_nie,
        alone: Alone::Always,
        words: &["nie", "nif", "número de identidad de extranjero"],
    },
];

const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Real Decreto 1553/2005, Ministerio del Interior: eight digits and a check letter modulo 23.
fn is_dni(characters: &[u8]) -> bool {
    has_letter(number(&characters[..8]), characters[8])
}

/// Orden INT/2058/2008: X, Y or Z in place of the first digit, as 0, 1 or 2.
fn is_nie(characters: &[u8]) -> bool {
    let first = value(characters[0]).wrapping_sub(value(b'X'));
    first < 3
        && has_letter(u64::from(first) * 10_000_000 + number(&characters[1..8]), characters[8])
}

fn has_letter(number: u64, letter: u8) -> bool {
    LETTERS[(number % 23) as usize] == letter
}

#[cfg(test)]
mod tests {
    use super::{is_dni, is_nie};

    #[test]
    fn published_examples_check() {
        assert!(is_dni(b"12345678Z") && is_dni(b"54362315K") && !is_dni(b"54362315Z"));
        assert!(is_nie(b"X2482300W") && is_nie(b"X1234567L") && !is_nie(b"X2482300A"));
        assert!(!is_nie(b"A2482300W"));
    }
}
