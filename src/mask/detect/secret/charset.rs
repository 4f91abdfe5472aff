//! The alphabets that keys are written in.

/// An alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Charset {
    /// 0-9 and a-f in any case.
    Hex,
    /// RFC 4648, section 6: A-Z and 2-7, in practice any digit.
    Base32,
    /// 0-9 and a-z.
    Lower,
    /// Letters and digits.
    Alnum,
    /// RFC 4648, section 5, without padding: letters, digits, `-` and `_`.
    Url,
    /// As `Url`, with points and `=`.
    Dotted,
    /// RFC 4648, section 4, with padding, and its URL form.
    Base64,
    /// What RFC 3986, 2.3 calls unreserved.
    Unreserved,
    /// Decimal digits.
    Digits,
    /// The same with `+`, `/`, `=`, `:` and `%`.
    Loose,
}

impl Charset {
    /// How many alphabets there are; `Loose` is the last.
    pub(super) const COUNT: usize = Self::Loose as usize + 1;

    pub(super) fn holds(self, b: u8) -> bool {
        match self {
            Self::Hex => b.is_ascii_hexdigit(),
            Self::Base32 => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Lower => b.is_ascii_lowercase() || b.is_ascii_digit(),
            Self::Alnum => b.is_ascii_alphanumeric(),
            Self::Url => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'),
            Self::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'='),
            Self::Base64 => {
                b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'-' | b'_')
            }
            Self::Unreserved => b.is_ascii_alphanumeric() || b"-._~".contains(&b),
            Self::Digits => b.is_ascii_digit(),
            Self::Loose => {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b':' | b'%')
            }
        }
    }

    /// The number of bytes of this alphabet that `bytes` begins with, counted up to `max`.
    pub(super) fn run(self, bytes: &[u8], max: usize) -> usize {
        bytes.iter().take(max).take_while(|&&b| self.holds(b)).count()
    }
}
