//! Germany: tax identification number, pension insurance number, identity card number.

use super::checksum::{mod_11_10, value};
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::Germany,
        name: "tax identification number",
        forms: &["99999999999", "99 999 999 999"],
        separators: b" -./",
        check: is_tax_id,
        alone: Alone::Always,
        words: &[
            "steuer id",
            "steuer idnr",
            "steuer identifikationsnummer",
            "steuerliche identifikationsnummer",
            "steuerliche id",
            "steuernummer",
            "identifikationsnummer",
            "idnr",
            "tin",
            "tax id",
        ],
    },
    Number {
        pack: Pack::Germany,
        name: "pension insurance number",
        forms: &["99999999A999", "99 999999 A 999", "99 999999 A 99 9"],
        separators: b" -/",
        check: is_pension_insurance,
        alone: Alone::Always,
        words: &[
            "sozialversicherungsnummer",
            "rentenversicherungsnummer",
            "versicherungsnummer",
            "sv nummer",
            "rv nummer",
            "svnr",
            "rvnr",
            "vsnr",
        ],
    },
    Number {
        pack: Pack::Germany,
        name: "identity card number",
        forms: &["AXXXXXXXX", "AXXXXXXXXX"],
        separators: b"",
        check: is_identity_card,
        alone: Alone::Never,
        words: &[
            "personalausweis",
            "personalausweisnummer",
            "personalausweisnr",
            "ausweis",
            "ausweisnummer",
            "ausweisnr",
            "ausweis nr",
            "reisepass",
            "reisepassnummer",
            "identity card",
            "id card",
        ],
    },
];

/// § 139b AO, Bundeszentralamt für Steuern: no 0 in front; of the first ten digits one stands there
/// twice or three times, though not three in a row, and the others once at most; the eleventh is a
/// check digit by ISO/IEC 7064 MOD 11,10.
fn is_tax_id(digits: &[u8]) -> bool {
    let base = &digits[..10];
    let mut counts = [0_u8; 10];
    for &digit in base {
        counts[value(digit) as usize] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let is_three_in_a_row = base.windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
    digits[0] != b'0'
        && repeated == 1
        && counts.iter().all(|count| *count <= 3)
        && !is_three_in_a_row
        && mod_11_10(digits)
}

/// § 147 SGB VI and §§ 2 to 4 VKVV: area, day of birth, first letter of the name at birth, serial,
/// and a check digit: the letter as its place in the alphabet, each digit by its weight, the digits
/// of the products added up modulo 10.
fn is_pension_insurance(characters: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let letter = value(characters[8]) - 9;
    let digits = |from: usize, to: usize| characters[from..to].iter().map(|&b| value(b));
    let all = digits(0, 8).chain([letter / 10, letter % 10]).chain(digits(9, 11));
    let sum: u32 = all.zip(WEIGHTS).map(|(d, weight)| d * weight / 10 + d * weight % 10).sum();
    (2..=89).contains(&pair(characters, 0))
        && is_date(pair(characters, 2), pair(characters, 4))
        && sum % 10 == value(characters[11])
}

/// Annex 11 `PassV` and § 5 `PAuswG`: digits and the letters that no vowel, B, D, Q or S is among;
/// on the back, and in many forms, with a check digit by ICAO Doc 9303, part 3.
fn is_identity_card(characters: &[u8]) -> bool {
    let (serial, check) = characters.split_at(9);
    let is_serial = serial.iter().all(|b| b"0123456789CFGHJKLMNPRTVWXYZ".contains(b));
    let sum: u32 = serial.iter().zip([7, 3, 1].iter().cycle()).map(|(&b, w)| value(b) * w).sum();
    let is_right = check.first().is_none_or(|check| sum % 10 == value(*check));
    is_serial && serial.iter().any(u8::is_ascii_digit) && is_right
}

#[cfg(test)]
mod tests {
    use super::{is_identity_card, is_pension_insurance, is_tax_id};

    #[test]
    fn published_examples_check() {
        assert!(is_tax_id(b"36574261809") && is_tax_id(b"86095742719"));
        assert!(!is_tax_id(b"36574261890") && !is_tax_id(b"36554266806"));
        assert!(is_pension_insurance(b"10010490A443") && is_pension_insurance(b"15070649C103"));
        assert!(!is_pension_insurance(b"10010490A444") && !is_pension_insurance(b"10320490A443"));
        assert!(is_identity_card(b"T220001293") && is_identity_card(b"L01X00T471"));
        assert!(is_identity_card(b"T22000129"));
        assert!(!is_identity_card(b"T220001294") && !is_identity_card(b"A22000129"));
    }
}
