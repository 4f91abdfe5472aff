//! The grammar of a placeholder: what is exactly one is masked already, all else is text.

use std::borrow::Cow;

use super::detect::{national, secret};
use super::entity::Entity;

/// Digits of the hash in a placeholder: the first 64 bits of the HMAC in hexadecimal.
const HASH_DIGITS: usize = 16;

/// The digits of a length below a terabyte, which no memory holds; a card number has more.
const MAX_LENGTH_DIGITS: usize = 12;

/// The length of the placeholder that begins at byte `at`, if one does.
pub(crate) fn len_at(text: &str, at: usize) -> Option<usize> {
    let rest = text.as_bytes().get(at..)?.strip_prefix(b"[")?;
    let name = rest.iter().take_while(|b| b.is_ascii_uppercase()).take(8).count();
    let entity = Entity::ALL.into_iter().find(|e| e.as_str().as_bytes() == &rest[..name])?;
    let detail = match rest.get(name)? {
        b']' => return Some(name + 2),
        b':' => detail_len(entity, &rest[name + 1..])?,
        _ => return None,
    };
    (rest.get(name + 1 + detail) == Some(&b']')).then_some(name + detail + 3)
}

/// Whether the whole of `text` is one placeholder.
pub(crate) fn is_whole(text: &str) -> bool {
    len_at(text, 0) == Some(text.len())
}

/// The first placeholder at or behind byte `from`: where it begins and ends.
pub(crate) fn next(text: &str, from: usize) -> Option<(usize, usize)> {
    memchr::memchr_iter(b'[', &text.as_bytes()[from..])
        .map(|offset| from + offset)
        .find_map(|at| len_at(text, at).map(|len| (at, at + len)))
}

/// The text without its placeholders: what is left to tell anything.
pub(crate) fn outside(text: &str) -> Cow<'_, str> {
    match next(text, 0) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(replaced(text, "")),
    }
}

/// The text with the same thing in the place of each placeholder.
pub(crate) fn replaced(text: &str, by: &str) -> String {
    let (mut rest, mut at) = (String::with_capacity(text.len()), 0);
    while let Some((start, end)) = next(text, at) {
        rest.push_str(&text[at..start]);
        rest.push_str(by);
        at = end;
    }
    rest.push_str(&text[at..]);
    rest
}

/// The placeholder with the word `hash` in place of its hash.
pub(crate) fn with_hash_named(placeholder: &str) -> Cow<'_, str> {
    let parts = placeholder.strip_suffix(']').and_then(|rest| rest.split_once(':'));
    match parts {
        Some((kind, detail)) if is_hash(detail.as_bytes()) => Cow::Owned(format!("{kind}:hash]")),
        _ => Cow::Borrowed(placeholder),
    }
}

fn detail_len(entity: Entity, rest: &[u8]) -> Option<usize> {
    let end = rest.iter().take(40).position(|&b| b == b']')?;
    let detail = &rest[..end];
    let is_valid = is_hash(detail)
        || match entity {
            Entity::Card => detail.len() == 4 && detail.iter().all(u8::is_ascii_digit),
            Entity::Secret => secret::is_kind(detail),
            Entity::Blob => is_length(detail),
            Entity::National => national::is_country(detail),
            _ => false,
        };
    is_valid.then_some(end)
}

fn is_hash(detail: &[u8]) -> bool {
    detail.len() == HASH_DIGITS && detail.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_length(detail: &[u8]) -> bool {
    (1..=MAX_LENGTH_DIGITS).contains(&detail.len()) && detail.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::{is_whole, len_at, next, outside};

    #[test]
    fn the_exact_grammar_is_a_placeholder() {
        for text in [
            "[EMAIL]",
            "[REMOVED]",
            "[ID:0123456789abcdef]",
            "[CARD:4242]",
            "[SECRET:aws]",
            "[SECRET:password]",
            "[BLOB:70000]",
            "[NATIONAL:de]",
            "[NATIONAL:0123456789abcdef]",
        ] {
            assert!(is_whole(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_text() {
        for text in [
            "[EMAIL:john@x.com]",
            "[SECRET:hunter2]",
            "[email]",
            "[CARD:42424]",
            "[PHONE:0123456789ABCDEF]",
            "[PHONE:4242]",
            "[BLOB:]",
            "[NATIONAL:xx]",
            "[NATIONAL:DE]",
            "[NATIONALS]",
            "[INFO]",
            "[EMAIL",
            "[EMAIL] ",
            "",
        ] {
            assert!(!is_whole(text), "{text}");
        }
    }

    #[test]
    fn a_placeholder_is_found_in_its_place() {
        assert_eq!(len_at("é[IP]", 2), Some(4));
        assert_eq!(len_at("é[IP]", 1), None);
        assert_eq!(next("[x] [IP] [IP]", 0), Some((4, 8)));
    }

    #[test]
    fn what_stands_outside_is_the_rest() {
        assert_eq!(outside("[x] [IP]a[IP]"), "[x] a");
        assert_eq!(outside("[IP]"), "");
        assert_eq!(outside("none"), "none");
    }
}
