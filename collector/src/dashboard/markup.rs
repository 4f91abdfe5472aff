//! HTML that is put together in code: markup of ours, and texts of records that are escaped.

use std::fmt;

use askama::filters::HtmlSafe;

use super::visible;
use crate::placeholder;

/// HTML in which everything that came from a record is text.
///
/// Only what stands in the source becomes markup: that is what `'static` is for.
#[derive(Clone, Default)]
pub(super) struct Markup(String);

impl Markup {
    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds markup.
    pub(super) fn tag(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Adds a text as an attribute's value, or as text of our own.
    pub(super) fn attribute(&mut self, text: &str) {
        for character in text.chars() {
            self.character(character);
        }
    }

    /// Adds a text of a record: what cannot be seen is named, and what was masked is marked.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let mut length = first.len_utf8();
            if let Some(found) = placeholder::first(rest).filter(|_| first == '[') {
                length = found.length;
                self.masked(&rest[..length], found);
            } else if rest.starts_with("\r\n") {
                // Only the break of the line counts.
            } else if visible::is_hidden(first) {
                self.tag("<span class=\"hidden-character\">");
                self.attribute(&visible::name(first));
                self.tag("</span>");
            } else {
                self.character(first);
            }
            rest = &rest[length..];
        }
    }

    fn masked(&mut self, token: &str, found: placeholder::Placeholder) {
        self.tag("<mark class=\"masked\" title=\"Masked: ");
        self.attribute(found.what);
        if found.has_detail {
            self.tag(". Equal values have equal placeholders");
        }
        self.tag("\">");
        self.attribute(token);
        self.tag("</mark>");
    }

    fn character(&mut self, character: char) {
        match character {
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '&' => self.0.push_str("&amp;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            other => self.0.push(other),
        }
    }
}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// It holds what records hold.
impl fmt::Debug for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Markup").field("bytes", &self.0.len()).finish()
    }
}

/// A text of a record, as templates take it.
pub(super) fn text(text: &str) -> Markup {
    let mut markup = Markup::default();
    markup.text(text);
    markup
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_holds_is_text() {
        let shown = text("<b onclick='x'>&\"\r\n\u{202e}\r").to_string();
        assert_eq!(
            shown,
            "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;\n\
             <span class=\"hidden-character\">\\u{202e}</span>\
             <span class=\"hidden-character\">\\u{d}</span>"
        );
    }

    #[test]
    fn what_was_masked_is_marked() {
        let shown = text("to [CARD] [EMAIL:0a] [x]").to_string();
        assert!(
            shown.contains("<mark class=\"masked\" title=\"Masked: a card number\">[CARD]</mark>")
        );
        assert!(shown.contains("equal placeholders\">[EMAIL:0a]</mark> [x]"));
    }
}
