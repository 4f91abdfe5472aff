//! How a number is written: its letters and digits, and the signs between its groups.

use super::super::boundary::is_word_byte;

/// The most letters and digits of a number: a CURP and a Chinese resident identity number have 18.
pub(super) const MAX_LEN: usize = 18;

/// A number as it was read, in capital letters and without the signs between its groups.
pub(super) struct Written {
    characters: [u8; MAX_LEN],
    len: usize,
    pub(super) end: usize,
}

impl Written {
    pub(super) fn characters(&self) -> &[u8] {
        &self.characters[..self.len]
    }
}

/// Reads a number at `start`. In a form `9` is a digit, `A` a letter, `X` either of them and a
/// blank one of the `separators`.
pub(super) fn read(bytes: &[u8], start: usize, form: &str, separators: &[u8]) -> Option<Written> {
    let rest = bytes.get(start..start + form.len())?;
    let mut written = Written { characters: [0; MAX_LEN], len: 0, end: start + form.len() };
    for (&b, class) in rest.iter().zip(form.bytes()) {
        let fits = match class {
            b'9' => b.is_ascii_digit(),
            b'A' => b.is_ascii_alphabetic(),
            b'X' => b.is_ascii_alphanumeric(),
            _ => separators.contains(&b),
        };
        if !fits {
            return None;
        }
        if class != b' ' {
            *written.characters.get_mut(written.len)? = b.to_ascii_uppercase();
            written.len += 1;
        }
    }
    Some(written)
}

/// Not a part of a longer number, of a word or of a chain of groups.
pub(super) fn is_apart(text: &str, start: usize, end: usize) -> bool {
    let (number, before, behind) =
        (&text.as_bytes()[start..end], &text.as_bytes()[..start], &text.as_bytes()[end..]);
    let is_free_before = match before {
        [] => true,
        [.., b'+'] => false,
        [rest @ .., sign] if is_sign(*sign) => {
            !is_chained(number, *sign, number.iter(), rest.iter().rev())
        }
        [.., other] => !is_word_byte(*other) || is_ideograph(text[..start].chars().next_back()),
    };
    let is_free_behind = match behind {
        [] => true,
        [sign, rest @ ..] if is_sign(*sign) => {
            !is_chained(number, *sign, number.iter().rev(), rest.iter())
        }
        [other, ..] => !is_word_byte(*other) || is_ideograph(text[end..].chars().next()),
    };
    is_free_before && is_free_behind
}

fn is_sign(byte: u8) -> bool {
    matches!(byte, b'-' | b'.' | b'/' | b' ')
}

/// Chinese, Japanese and Korean are written without blanks between words and numbers.
fn is_ideograph(character: Option<char>) -> bool {
    character.is_some_and(|c| c >= '\u{2e80}')
}

/// Whether the group beyond the sign belongs to the number: behind a hyphen or a point any does;
/// behind a blank or a slash the one that is as long as the number's own group beside it, as the
/// fourth group of a card number is.
fn is_chained<'b>(
    number: &[u8],
    sign: u8,
    own: impl Iterator<Item = &'b u8>,
    next: impl Iterator<Item = &'b u8> + Clone,
) -> bool {
    let group = run_len(next.clone());
    if matches!(sign, b'-' | b'.') {
        return group > 0;
    }
    group == run_len(own) && number.contains(&sign) && next.take(group).all(u8::is_ascii_digit)
}

/// The length of the letters and digits at the beginning, as far as it matters.
pub(super) fn run_len<'b>(bytes: impl Iterator<Item = &'b u8>) -> usize {
    bytes.take(MAX_LEN + 1).take_while(|b| b.is_ascii_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use super::{is_apart, read};

    #[test]
    fn a_form_is_read_with_its_signs() {
        let written = read(b"no X-1234567-l.", 3, "A 9999999 A", b"-").expect("it fits");
        assert_eq!((written.characters(), written.end), (&b"X1234567L"[..], 14));
        assert!(read(b"X 1234567-L", 0, "A 9999999 A", b"-").is_none());
        assert!(read(b"12", 0, "999", b"").is_none());
    }

    #[test]
    fn parts_of_something_longer_stand_not_apart() {
        let apart = |text: &str, number: &str| {
            let start = text.find(number).expect("it is there");
            is_apart(text, start, start + number.len())
        };
        assert!(apart("at 123 456, then", "123 456"));
        assert!(apart("12 123 456 in 2024", "123 456"));
        assert!(apart("号123456。", "123456"));
        assert!(!apart("a123456", "123456"));
        assert!(!apart("0.123456", "123456"));
        assert!(!apart("123456-12", "123456"));
        assert!(!apart("4242 4242 4242 4242", "4242 4242 4242"));
        assert!(!apart("+123456", "123456"));
    }
}
