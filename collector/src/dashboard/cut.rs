//! Long texts of records on a page: their beginning, and more of it where there is room.

use std::borrow::Cow;

use askama::Template;
use askama::filters::HtmlSafe;

use super::visible::visible;

/// How many characters are shown at once.
const SHORT: usize = 80;
/// How many can be unfolded.
const LONG: usize = 1_500;

/// A text as it is shown; a template shows it by naming it.
#[derive(Clone, Template)]
#[template(path = "cut.html")]
pub(super) struct Cut {
    pub(super) short: String,
    /// What can be unfolded, where there is more than is shown at once.
    pub(super) long: Option<String>,
    /// Whether the record has more than that.
    pub(super) goes_on: bool,
}

/// Its template escapes whatever stands in it.
impl HtmlSafe for Cut {}

/// It holds what records hold.
impl std::fmt::Debug for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cut").field("goes_on", &self.goes_on).finish_non_exhaustive()
    }
}

/// How much the texts of one record may still unfold.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Room {
    /// So many characters.
    pub(super) const fn of(characters: usize) -> Self {
        Self(characters)
    }

    /// A text, as far as there is room for it.
    pub(super) fn cut(&mut self, text: &str) -> Cut {
        let (short, is_short) = beginning(text, SHORT);
        if is_short && !text.contains('\n') {
            return Cut { short: short.into_owned(), long: None, goes_on: false };
        }
        let one_line = short.replace('\n', " ");
        let (long, is_whole) = beginning(text, LONG.min(self.0));
        self.0 = self.0.saturating_sub(long.chars().count());
        let long = (!long.is_empty()).then(|| long.into_owned());
        Cut { short: one_line, long, goes_on: !is_whole }
    }

    /// A text that is folded as a whole, as far as there is room; and whether that is all of it.
    pub(super) fn all(&mut self, text: &str) -> (String, bool) {
        let (shown, is_whole) = beginning(text, LONG.min(self.0));
        self.0 = self.0.saturating_sub(shown.chars().count());
        (shown.into_owned(), is_whole)
    }
}

/// So many characters of a text, and whether that is all of it.
fn beginning(text: &str, most: usize) -> (Cow<'_, str>, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (visible(&text[..end]), false),
        None => (visible(text), true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_shown_as_it_is() {
        let cut = Room::of(0).cut("a\u{202e}b");
        assert_eq!((cut.short.as_str(), cut.long, cut.goes_on), ("a\\u{202e}b", None, false));
    }

    #[test]
    fn a_long_one_unfolds_as_far_as_there_is_room() {
        let text = "ä".repeat(2_000);
        let mut room = Room::of(1_600);
        for (expected, goes_on) in [(1_500, true), (100, true), (0, true)] {
            let cut = room.cut(&text);
            let long = cut.long.map_or(0, |long| long.chars().count());
            assert_eq!((cut.short.chars().count(), long, cut.goes_on), (80, expected, goes_on));
        }
        let cut = Room::of(10).cut("one\ntwo");
        assert_eq!((cut.short.as_str(), cut.long.as_deref()), ("one two", Some("one\ntwo")));
        assert!(!cut.goes_on);
    }
}
