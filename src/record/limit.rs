//! Texts no longer than they may be, and names no two of which are one.

use std::collections::HashSet;

use crate::mask::placeholder_around;
use crate::wire;

/// The longest line of free text outside of the trace, in bytes.
pub(super) const MAX_LINE_BYTES: usize = 1_024;

/// One line of a text.
pub(super) fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text, no longer than `max` bytes and with no NUL, which would grow when it is written; and
/// whether something was cut.
pub(super) fn fitted(text: &str, max: usize) -> (String, bool) {
    let mut text = text.replace('\0', "\u{fffd}");
    let end = safe_end(&text, max);
    let is_cut = end < text.len();
    text.truncate(end);
    (text, is_cut)
}

/// The first characters of a masked text, with no part of a placeholder at their end.
pub(super) fn beginning(text: &str, characters: usize) -> &str {
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..outside_placeholder(text, end)],
        None => text,
    }
}

/// Where a text of at most `max` bytes ends that splits no character and no placeholder.
fn safe_end(text: &str, max: usize) -> usize {
    if text.len() <= max {
        return text.len();
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    outside_placeholder(text, end)
}

fn outside_placeholder(text: &str, end: usize) -> usize {
    placeholder_around(text, end).map_or(end, |(start, _)| start)
}

/// Two names that mask or cut alike get a number, so that neither hides the other.
pub(super) fn unlike(written: &HashSet<String>, name: String) -> String {
    if !written.contains(&name) {
        return name;
    }
    (2..=wire::MAX_METRICS)
        .map(|number| {
            let suffix = format!("#{number}");
            let end = safe_end(&name, wire::MAX_IDENTIFIER_BYTES - suffix.len());
            format!("{}{suffix}", &name[..end])
        })
        .find(|other| !written.contains(other))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_ends_before_a_placeholder_that_it_would_split() {
        assert_eq!(beginning("a\u{f6}b", 2), "a\u{f6}");
        assert_eq!(beginning("short", 200), "short");
        assert_eq!(beginning("to [EMAIL:0123456789abcdef] now", 9), "to ");
        assert_eq!(
            beginning("to [EMAIL:0123456789abcdef] now", 28),
            "to [EMAIL:0123456789abcdef] "
        );
    }

    #[test]
    fn a_nul_is_replaced_before_the_text_is_measured() {
        assert_eq!(fitted("a\0b", 4), ("a\u{fffd}".to_owned(), true));
        assert_eq!(fitted("ab", 4), ("ab".to_owned(), false));
    }
}
