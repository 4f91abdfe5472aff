//! Characters that a reader cannot see, or that turn text around, as what they are called.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character would not be seen, or would change how others are read: controls but for the
/// breaks of lines and the tab, what turns the direction of text, and what has no width.
pub(super) fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{feff}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        _ => character.is_control(),
    }
}

/// How it is shown instead, such as `\u{202e}`.
pub(super) fn name(character: char) -> String {
    character.escape_unicode().to_string()
}

/// A text of which every character can be seen; templates use it for what a record holds.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// The same of what may be absent.
pub(super) fn or_dash(text: Option<&str>) -> Cow<'_, str> {
    text.map_or(Cow::Borrowed("–"), visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        assert_eq!(visible("a\u{202e}b\u{0}\u{7f}\u{9b}"), r"a\u{202e}b\u{0}\u{7f}\u{9b}");
        for kept in ["", "ä\n\tb", "👩\u{200d}🔧", "\u{fffd}"] {
            assert!(matches!(visible(kept), Cow::Borrowed(_)), "{kept:?}");
        }
    }
}
