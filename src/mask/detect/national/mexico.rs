//! Mexico: population registry code (CURP).

use super::checksum::value;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Mexico,
    name: "population registry code",
    forms: &["AAAA999999AAAAAAX9"],
    separators: b"",
    check: is_curp,
    alone: Alone::Always,
    words: &["curp", "clave única de registro de población"],
}];

/// RENAPO, Instructivo normativo para la asignación de la CURP (Diario Oficial, 18 June 2018):
/// letters of the name, date of birth, sex, state, letters of the name, and a check digit modulo 10
/// over an alphabet in which Ñ stands behind N.
fn is_curp(characters: &[u8]) -> bool {
    let term = |(&b, weight): (&u8, u32)| (value(b) + u32::from(b > b'N')) * weight;
    let sum: u32 = characters[..17].iter().zip((2..=18).rev()).map(term).sum();
    is_date(pair(characters, 8), pair(characters, 6))
        && matches!(characters[10], b'H' | b'M' | b'X')
        && (10 - sum % 10) % 10 == value(characters[17])
}

#[cfg(test)]
mod tests {
    use super::is_curp;

    #[test]
    fn published_examples_check() {
        assert!(is_curp(b"BOXW310820HNERXN09") && !is_curp(b"BOXW310820HNERXN08"));
        assert!(!is_curp(b"BOXW311320HNERXN09"));
    }
}
