//! What stands around a candidate: word boundaries and words that tell what a number is.

/// Bytes before and behind a candidate in which a word counts.
const BEFORE: usize = 48;
const BEHIND: usize = 16;

/// The byte before `at`, or a blank.
pub(super) fn before(bytes: &[u8], at: usize) -> u8 {
    match bytes[..at] {
        // Of an escaped line break or tab the letter is no part of what follows.
        [] | [.., b'\\', b'n' | b'r' | b't'] => b' ',
        [.., previous] => previous,
    }
}

/// The byte at `at`, or a blank behind the end.
pub(super) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(b' ')
}

/// Whether `at` is not in the middle of a word or number.
pub(super) fn is_word_start(bytes: &[u8], at: usize) -> bool {
    !is_word_byte(before(bytes, at))
}

/// Whether no word or number goes on at `at`.
pub(super) fn is_word_end(bytes: &[u8], at: usize) -> bool {
    !is_word_byte(byte(bytes, at))
}

/// ASCII letters, digits and the underscore. What is not ASCII is no part of a number: scripts
/// without blanks write right up to it, and so do signs.
pub(super) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether one of `words` (lower case) stands shortly before `at`, in the same line or the one
/// above.
pub(super) fn has_word_before(text: &str, at: usize, words: &[&str]) -> bool {
    let window = &text.as_bytes()[at.saturating_sub(BEFORE)..at];
    has_word(window, words)
}

/// Whether one of `words` (lower case) stands shortly behind `at`.
pub(super) fn has_word_behind(text: &str, at: usize, words: &[&str]) -> bool {
    let bytes = text.as_bytes();
    let window = &bytes[at..bytes.len().min(at + BEHIND)];
    has_word(window, words)
}

/// Looks at the words where one begins, so that a window without letters costs nothing.
fn has_word(window: &[u8], words: &[&str]) -> bool {
    (0..window.len()).any(|at| {
        window[at].is_ascii_alphabetic()
            && begins_word(window, at)
            && words.iter().any(|word| {
                let part = window.get(at..at + word.len());
                part.is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
                    && ends_word(window, at + word.len())
            })
    })
}

/// A word begins at a boundary or at a capital letter, as in `homePhone`, and may go on with an
/// `s` or with digits, not with other letters.
pub(super) fn is_whole_word(bytes: &[u8], start: usize, end: usize) -> bool {
    begins_word(bytes, start) && ends_word(bytes, end)
}

fn begins_word(window: &[u8], at: usize) -> bool {
    let previous = before(window, at);
    !previous.is_ascii_alphanumeric()
        || (previous.is_ascii_lowercase() && window[at].is_ascii_uppercase())
}

fn ends_word(window: &[u8], at: usize) -> bool {
    let next = byte(window, at);
    let plural = next == b's' && !byte(window, at + 1).is_ascii_alphabetic();
    plural || !next.is_ascii_lowercase()
}
