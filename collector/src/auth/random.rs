//! Secrets that are nothing but random bits: tokens for programs, and words that people type.

use std::fmt;

use super::key::KeyHash;

/// A random secret of 256 bits, in hexadecimal digits.
///
/// # Errors
/// Where the system has no random numbers.
pub(super) fn bits() -> Result<String, getrandom::Error> {
    let mut bits = [0; 32];
    getrandom::fill(&mut bits)?;
    Ok(hexadecimal(&bits))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// The letters of what people type: Crockford's base 32, in which no two look alike
/// (<https://www.crockford.com/base32.html>).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// How many letters: 80 bits.
const LENGTH: usize = 16;
/// After how many letters there is a hyphen.
const GROUP: usize = 4;

/// A secret of 80 random bits that a person types: a first password, or a recovery code.
#[derive(Clone, PartialEq, Eq)]
pub struct Passcode(String);

impl Passcode {
    /// A new one.
    ///
    /// # Errors
    /// Where the system has no random numbers.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bits = [0; LENGTH];
        getrandom::fill(&mut bits)?;
        Ok(Self::grouped(bits.into_iter().map(|bits| LETTERS[usize::from(bits % 32)])))
    }

    /// One as somebody types it: hyphens and spaces may be anywhere, and letters that look alike
    /// are the same. `None` where it cannot be one.
    pub fn typed(text: &str) -> Option<Self> {
        let plain = text.bytes().filter(|letter| !matches!(letter, b'-' | b' '));
        let letters: Vec<_> = plain
            .map(|letter| match letter.to_ascii_lowercase() {
                b'o' => b'0',
                b'i' | b'l' => b'1',
                letter => letter,
            })
            .collect();
        let is_one = letters.len() == LENGTH && letters.iter().all(|own| LETTERS.contains(own));
        is_one.then(|| Self::grouped(letters.into_iter()))
    }

    fn grouped(letters: impl Iterator<Item = u8>) -> Self {
        let mut text = String::with_capacity(LENGTH + LENGTH / GROUP);
        for (at, letter) in letters.enumerate() {
            if at > 0 && at % GROUP == 0 {
                text.push('-');
            }
            text.push(letter.into());
        }
        Self(text)
    }

    /// The secret itself, to be shown once.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it: 80 random bits are not found by trying.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Passcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passcode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passcode_is_read_however_it_is_typed() {
        let code = Passcode::random().unwrap();
        assert_eq!(code.reveal().len(), 19);
        let loose = code.reveal().to_uppercase().replace('-', " ").replace('0', "O");
        for typed in [code.reveal(), &loose, &loose.replace(' ', ""), &loose.replace('1', "l")] {
            assert!(Passcode::typed(typed) == Some(code.clone()), "{typed}");
        }
        for wrong in ["", "123456", "uuuu-uuuu-uuuu-uuuu", "0000-0000-0000-000"] {
            assert!(Passcode::typed(wrong).is_none(), "{wrong}");
        }
        assert!(Passcode::random().unwrap() != code);
        assert!(!format!("{code:?}").contains(&code.reveal()[..4]));
    }
}
