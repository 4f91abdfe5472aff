//! A JSON value as nested lists that fold, bounded in size: what is beyond is a link to it.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::Pointer;
use crate::boundary;
use crate::dashboard::markup::Markup;
use crate::dashboard::show;
use crate::fields::Fields;

/// How many values of a list are shown at once.
const SLICE: usize = 100;
/// How many bytes of a text are shown in a tree, and of one that stands by itself.
const TEXT: usize = 2_000;
const TEXT_ALONE: usize = 32 << 10;
/// How deep a tree goes before there is a link.
const DEPTH: usize = 10;
/// Below so many bytes a value stands there unfolded.
const SMALL: usize = 600;

/// Where a value stands, and in which page its parts are shown.
#[derive(Clone, Debug)]
pub(in crate::dashboard) struct Place {
    /// The address that shows parts of the record.
    pub(in crate::dashboard) href: String,
    pub(in crate::dashboard) at: Pointer,
}

impl Place {
    /// A place inside of this one.
    pub(in crate::dashboard) fn then(&self, part: impl Into<String>) -> Self {
        Self { href: self.href.clone(), at: self.at.then(part) }
    }

    /// The address of the value, from one of its parts on.
    pub(in crate::dashboard) fn href(&self, from: usize) -> String {
        let at = self.at.to_string();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("at", &at);
        if from > 0 {
            query.append_pair("from", &from.to_string());
        }
        format!("{}?{}", self.href, query.finish())
    }
}

/// How many bytes of markup there may be; a page shares it among its values.
#[derive(Clone, Copy, Debug)]
pub(in crate::dashboard) struct Room(pub(in crate::dashboard) usize);

/// What a value is.
#[derive(Debug)]
pub(in crate::dashboard) enum Shape<'a> {
    Object(Fields<'a>),
    Array(Vec<&'a RawValue>),
    Text(String),
    /// A number, or a word of JSON's own.
    Other(&'a str),
}

impl<'a> Shape<'a> {
    /// That of a JSON text; what cannot be read is shown as it stands.
    pub(in crate::dashboard) fn of(json: &'a str) -> Self {
        let shape = match json.as_bytes().first() {
            Some(b'{') => serde_json::from_str(json).map(Self::Object),
            Some(b'[') => serde_json::from_str(json).map(Self::Array),
            Some(b'"') => serde_json::from_str(json).map(Self::Text),
            _ => Ok(Self::Other(json)),
        };
        shape.unwrap_or(Self::Other(json))
    }
}

/// Shows a value, from one of its parts on: of a text, that is a byte.
pub(in crate::dashboard) fn show(
    out: &mut Markup,
    json: &str,
    place: &Place,
    from: usize,
    room: Room,
) {
    let mut tree = Tree { out, end: 0 };
    tree.end = tree.out.len() + room.0;
    match Shape::of(json) {
        Shape::Text(text) => tree.alone(&text, place, from),
        shape => tree.shape(&shape, place, from, 0),
    }
}

struct Tree<'o> {
    out: &'o mut Markup,
    /// Where there is no more room.
    end: usize,
}

impl Tree<'_> {
    fn is_full(&self) -> bool {
        self.out.len() >= self.end
    }

    /// A text that is not inside of anything: as it would be read, or as the JSON that it is.
    fn alone(&mut self, text: &str, place: &Place, from: usize) {
        if text.is_empty() {
            return self.out.tag("<p class=\"soft\">An empty text.</p>");
        }
        let is_json = from == 0 && matches!(text.trim_start().as_bytes(), [b'{' | b'[', ..]);
        if is_json && serde_json::from_str::<&RawValue>(text).is_ok() {
            self.out.tag("<p class=\"soft\">A text that is JSON:</p>");
            return self.shape(&Shape::of(text.trim()), place, 0, 0);
        }
        self.out.tag("<pre class=\"text\">");
        let (start, end) =
            slice(text, from, TEXT_ALONE.min(self.end - self.out.len().min(self.end)));
        self.out.text(&text[start..end]);
        self.out.tag("</pre>");
        if end < text.len() {
            let left = format!("{} more bytes of this text", show::count(text.len() - end));
            self.link(place, end, &left);
        }
    }

    fn shape(&mut self, shape: &Shape<'_>, place: &Place, from: usize, depth: usize) {
        match shape {
            Shape::Object(fields) => {
                let all = fields.iter().map(|(name, value)| (Cow::Borrowed(name), value));
                self.list(all.skip(from), fields.iter().count(), place, from, depth);
            }
            Shape::Array(values) => {
                let all = values.iter().enumerate();
                let all = all.map(|(at, value)| (Cow::Owned(at.to_string()), *value));
                self.list(all.skip(from), values.len(), place, from, depth);
            }
            Shape::Text(text) => {
                self.out.tag("<span class=\"string\">&quot;");
                let (_, end) = slice(text, 0, TEXT);
                self.out.text(&text[..end]);
                self.out.tag("&quot;</span>");
                if end < text.len() {
                    let left = format!("{} more bytes", show::count(text.len() - end));
                    self.link(place, 0, &left);
                }
            }
            Shape::Other(json) => {
                self.out.tag("<span class=\"literal\">");
                let (_, end) = slice(json, 0, TEXT);
                self.out.text(&json[..end]);
                self.out.tag("</span>");
            }
        }
    }

    fn list<'v>(
        &mut self,
        parts: impl Iterator<Item = (Cow<'v, str>, &'v RawValue)>,
        count: usize,
        place: &Place,
        from: usize,
        depth: usize,
    ) {
        if count == 0 {
            return self.out.tag("<span class=\"soft\">nothing in it</span>");
        }
        self.out.tag("<ul class=\"tree\">");
        let mut shown = from;
        for (name, value) in parts.take(SLICE) {
            if self.is_full() {
                break;
            }
            self.pair(&name, value, &place.then(name.as_ref()), depth);
            shown += 1;
        }
        self.out.tag("</ul>");
        if shown < count {
            self.link(
                place,
                shown,
                &format!("{} more of {}", show::count(count - shown), show::count(count)),
            );
        }
    }

    fn pair(&mut self, name: &str, value: &RawValue, place: &Place, depth: usize) {
        self.out.tag("<li>");
        let json = value.get();
        let is_list = json.starts_with(['{', '[']) && json.len() > 2;
        if !is_list {
            self.key(name);
            self.shape(&Shape::of(json), place, 0, depth + 1);
        } else if depth + 1 >= DEPTH || self.out.len() + json.len() / 8 >= self.end {
            self.key(name);
            self.link(place, 0, &words(json));
        } else {
            self.out.tag(if json.len() < SMALL {
                "<details open><summary>"
            } else {
                "<details><summary>"
            });
            self.key(name);
            self.out.tag("<span class=\"soft\">");
            self.out.attribute(&words(json));
            self.out.tag("</span></summary>");
            self.shape(&Shape::of(json), place, 0, depth + 1);
            self.out.tag("</details>");
        }
        self.out.tag("</li>");
    }

    fn key(&mut self, name: &str) {
        self.out.tag("<span class=\"key\">");
        let (_, end) = slice(name, 0, TEXT);
        self.out.text(&name[..end]);
        self.out.tag("</span> ");
    }

    fn link(&mut self, place: &Place, from: usize, words: &str) {
        self.out.tag(" <a class=\"more\" data-part href=\"");
        self.out.attribute(&place.href(from));
        self.out.tag("\">");
        self.out.attribute(words);
        self.out.tag("</a>");
    }
}

/// What a list is, in words.
pub(in crate::dashboard) fn words(json: &str) -> String {
    let count = |count: usize, one, more| {
        format!("{} {}", show::count(count), if count == 1 { one } else { more })
    };
    match Shape::of(json) {
        Shape::Object(fields) => count(fields.iter().count(), "field", "fields"),
        Shape::Array(values) => count(values.len(), "value", "values"),
        Shape::Text(text) => count(text.len(), "byte", "bytes"),
        Shape::Other(_) => String::new(),
    }
}

/// So many bytes of a text from one of them on, without splitting a character.
fn slice(text: &str, from: usize, most: usize) -> (usize, usize) {
    let start = boundary::floor(text, from);
    (start, boundary::floor(text, start.saturating_add(most.max(4))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str, from: usize, room: usize) -> String {
        let mut out = Markup::default();
        let place = Place { href: "/p".to_owned(), at: Pointer::default() };
        show(&mut out, json, &place, from, Room(room));
        out.to_string()
    }

    #[test]
    fn values_are_text_and_lists_fold() {
        assert!(shown("\"\"", 0, 99).contains("An empty text."));
        let html = shown(r#"{"<b>": ["</pre>", 1.50, null], "e": {}}"#, 0, 9_999);
        assert!(html.contains("<span class=\"key\">&lt;b&gt;</span>"), "{html}");
        assert!(html.contains("&quot;&lt;/pre&gt;&quot;") && html.contains(">1.50<"), "{html}");
        assert!(
            html.contains("<details open><summary>") && html.contains("nothing in it"),
            "{html}"
        );
    }

    #[test]
    fn a_long_list_is_shown_in_slices() {
        let long = format!("[{}0]", "7,".repeat(1_000));
        let html = shown(&long, 0, 1 << 20);
        assert!(html.contains("href=\"/p?at=&amp;from=100\">901 more of 1,001</a>"), "{html}");
        assert!(shown(&long, 950, 1 << 20).matches("<li>").count() == 51);
        assert!(shown(&long, 5_000, 1 << 20).matches("<li>").count() == 0);
    }

    #[test]
    fn there_is_no_more_than_there_is_room_for() {
        let wide = format!("{{{}\"z\": 1}}", "\"k\": {\"a\": [\"xxxxxxxx\"]},".repeat(5_000));
        assert!(shown(&wide, 0, 5_000).len() < 12_000);
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(shown(&deep, 0, 5_000).len() < 12_000);
        let long = serde_json::to_string(&"ä".repeat(100_000)).unwrap();
        let html = shown(&long, 1, 5_000);
        assert!(html.len() < 6_000 && html.contains("more bytes of this text"), "{html}");
    }

    #[test]
    fn json_in_a_text_is_shown_as_such() {
        let text = serde_json::to_string(r#"{"a": "b"}"#).unwrap();
        assert!(shown(&text, 0, 999).contains("<span class=\"key\">a</span>"));
        assert!(shown(r#""{a""#, 0, 999).contains("<pre class=\"text\">{a</pre>"));
    }
}
