//! What a word is: whatever is known is found as whole words only.

mod key;

pub(super) use self::key::{Key, each_word};

/// Whether a character belongs to a word: nothing known may begin or end inside one.
pub(super) fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `start..end` is no part of a longer word on either side.
pub(super) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    !goes_on(text, start) && !goes_on(text, end)
}

/// Whether a word goes on at `at`, which is neither its beginning nor its end.
pub(super) fn goes_on(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_some_and(is_in_word)
        && text[at..].chars().next().is_some_and(is_in_word)
}

#[cfg(test)]
mod tests {
    use super::{goes_on, is_whole};

    #[test]
    fn a_part_of_a_word_is_no_word() {
        assert!(is_whole("an Ann, Anna", 3, 6) && is_whole("$a!", 1, 2) && is_whole("a", 0, 1));
        assert!(!is_whole("an Ann, Anna", 8, 11) && goes_on("m\u{fc}ller", 3));
    }
}
