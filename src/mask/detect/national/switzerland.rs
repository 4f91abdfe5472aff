//! Switzerland: OASI number (AHV-Nummer, numéro AVS).

use super::checksum::divides;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Switzerland,
    name: "OASI number",
    forms: &["9999999999999", "999 9999 9999 99"],
    separators: b". -",
    check: is_oasi,
    alone: Alone::Always,
    words: &[
        "ahv",
        "avs",
        "oasi",
        "ahv nummer",
        "ahv nr",
        "ahvn13",
        "navs13",
        "numéro avs",
        "numero avs",
        "sozialversicherungsnummer",
    ],
}];

/// Article 50c AHVG and article 133 AHVV, Zentrale Ausgleichsstelle: 756 for the country (ISO
/// 3166-1), nine digits, and the check digit of EAN-13.
fn is_oasi(digits: &[u8]) -> bool {
    digits.starts_with(b"756") && divides(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1], 10)
}

#[cfg(test)]
mod tests {
    use super::is_oasi;

    #[test]
    fn published_examples_check() {
        assert!(is_oasi(b"7569217076985") && !is_oasi(b"7569217076984"));
        assert!(!is_oasi(b"7579217076984"));
    }
}
