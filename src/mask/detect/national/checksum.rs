//! The check digits that several countries share.
//!
//! All of them take digits in ASCII, as the form of a number has let them through.

/// The value of a digit; letters go on at 10, as in ISO/IEC 7064 and ICAO Doc 9303.
pub(super) fn value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        letter => u32::from(letter.to_ascii_uppercase().saturating_sub(b'A')) + 10,
    }
}

/// The number that the digits make.
pub(super) fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, &b| number * 10 + u64::from(value(b)))
}

/// The digits times their weights, added up.
pub(super) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&b, weight)| value(b) * weight).sum()
}

/// Whether the weighted sum, check digit and all, is a multiple of `modulus`.
pub(super) fn divides(digits: &[u8], weights: &[u32], modulus: u32) -> bool {
    weighted(digits, weights) % modulus == 0
}

/// ISO/IEC 7812-1, annex B: the Luhn formula.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let term = |(place, &b): (usize, &u8)| {
        let doubled = value(b) << (place % 2);
        doubled / 10 + doubled % 10
    };
    digits.iter().rev().enumerate().map(term).sum::<u32>() % 10 == 0
}

/// ISO/IEC 7064 MOD 11,10: a hybrid system with one check digit.
pub(super) fn mod_11_10(digits: &[u8]) -> bool {
    let Some((&check, rest)) = digits.split_last() else {
        return false;
    };
    let product = rest.iter().fold(10, |product, &b| {
        let sum = (product + value(b)) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (product + value(check)) % 10 == 1
}

/// J. Verhoeff, Error Detecting Decimal Codes (1969): multiplication in the dihedral group D5, each
/// place after one more turn of a permutation.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let turned = |place: usize, digit: u32| {
        (0..place % 8).fold(digit, |digit, _| u32::from(PERMUTATION[digit as usize]))
    };
    digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |sum, (place, &b)| dihedral(sum, turned(place, value(b))))
        == 0
}

/// The product of two elements of D5: 0 to 4 are turns, 5 to 9 are turns of the other side.
fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - b) % 5 + 5,
        (false, false) => (5 + a - b) % 5,
    }
}

/// Whether all digits are the same, which fits many checksums and is nobody's number.
pub(super) fn is_uniform(digits: &[u8]) -> bool {
    digits.iter().all(|b| Some(b) == digits.first())
}

#[cfg(test)]
mod tests {
    use super::{luhn, mod_11_10, verhoeff};

    #[test]
    fn published_examples_check() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398712"));
        assert!(verhoeff(b"2363") && !verhoeff(b"2364"));
        assert!(mod_11_10(b"86095742719") && !mod_11_10(b"86095742718"));
    }

    #[test]
    fn every_single_error_shows_in_verhoeffs_digit() {
        let number = *b"234123412346";
        assert!(verhoeff(&number));
        for place in 0..number.len() {
            for digit in (b'0'..=b'9').filter(|digit| *digit != number[place]) {
                let mut other = number;
                other[place] = digit;
                assert!(!verhoeff(&other));
            }
        }
    }
}
