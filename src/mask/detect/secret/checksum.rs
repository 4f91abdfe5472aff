//! The checksum of GitHub's and npm's tokens: the CRC-32 (ISO/IEC 8802-3) of the 30 characters
//! behind the prefix, in six digits to the base of 62 (GitHub, "Behind GitHub's new authentication
//! token formats"; npm, "Announcing npm's new access token format").
//!
//! A right one proves a token wherever it stands. A wrong one proves nothing: tokens of servers of
//! one's own, and those of newer forms, are summed otherwise.

/// What stands behind the prefix: the characters that are summed, and the sum.
pub(super) const LEN: usize = SUMMED + 6;
const SUMMED: usize = 30;

/// Whether `body` begins with 30 characters and their checksum.
pub(super) fn holds(body: &[u8]) -> bool {
    let Some((summed, sum)) = body.get(..LEN).map(|token| token.split_at(SUMMED)) else {
        return false;
    };
    summed.iter().all(u8::is_ascii_alphanumeric) && number(sum) == Some(crc32(summed))
}

fn number(digits: &[u8]) -> Option<u32> {
    let number = digits.iter().try_fold(0_u64, |number, &b| Some(number * 62 + value(b)?))?;
    u32::try_from(number).ok()
}

/// The digits are 0-9, A-Z, a-z.
fn value(digit: u8) -> Option<u64> {
    let value = match digit {
        b'0'..=b'9' => digit - b'0',
        b'A'..=b'Z' => digit - b'A' + 10,
        b'a'..=b'z' => digit - b'a' + 36,
        _ => return None,
    };
    Some(u64::from(value))
}

fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    let step = |crc: u32, _| (crc >> 1) ^ (POLYNOMIAL & (crc & 1).wrapping_neg());
    !bytes.iter().fold(!0, |crc, &b| (0..8).fold(crc ^ u32::from(b), step))
}

#[cfg(test)]
mod tests {
    use super::{crc32, holds};

    const TOKEN: &str = "Ky9Pf34qY6Nb3wWD25RQ4F5ZR3qa7y3gm1IL";

    #[test]
    fn the_sum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_ends_in_its_sum() {
        assert!(holds(TOKEN.as_bytes()) && holds(format!("{TOKEN}rest").as_bytes()));
        assert!(!holds(&TOKEN.as_bytes()[..35]));
        assert!(!holds(b"Ky9Pf34qY6Nb3wWD25RQ4F5ZR3qa7y3gm1I0"));
    }
}
