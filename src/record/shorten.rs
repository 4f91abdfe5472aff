//! Makes a trace fit: its longest texts are cut, all to the same length, after masking.

use std::fmt::Write as _;

use crate::mask::{Cut, placeholder_around};

/// Texts below this many bytes are left alone: cutting them would free nothing.
const SHORTEST_CUT: usize = 256;

/// A string in JSON text: what is between its quotes, and where it stands.
#[derive(Debug, PartialEq, Eq)]
struct Text {
    start: usize,
    end: usize,
    path: String,
}

/// Cuts the longest texts of `json`, which is valid, until it has at most `room` bytes. `None`
/// where that is not possible.
pub(super) fn shorten(json: &[u8], room: usize, path: &str) -> Option<(Vec<u8>, Vec<Cut>)> {
    let texts = long_texts(json, path);
    let limit = common_length(&texts, json.len().checked_sub(room)?)?;
    let mut short = Vec::with_capacity(room);
    let mut cuts = Vec::new();
    let mut at = 0;
    for text in texts.iter().filter(|text| text.end - text.start > limit) {
        let content = std::str::from_utf8(&json[text.start..text.end]).ok()?;
        let end = text.start + safe_end(content, limit);
        short.extend_from_slice(&json[at..end]);
        at = text.end;
        cuts.push(Cut { path: text.path.clone(), original_bytes: Some(content.len()) });
    }
    short.extend_from_slice(&json[at..]);
    (short.len() <= room).then_some((short, cuts))
}

/// The longest length that no text may exceed for `excess` bytes to go.
fn common_length(texts: &[Text], excess: usize) -> Option<usize> {
    let mut lengths: Vec<_> = texts.iter().map(|text| text.end - text.start).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let mut sum = 0;
    for (count, length) in (1..).zip(&lengths) {
        sum += length;
        let next = lengths.get(count).copied().unwrap_or(0);
        // Cutting the `count` longest to `limit` frees just enough.
        let limit = sum.checked_sub(excess).map_or(0, |kept| kept / count);
        if limit >= next.max(SHORTEST_CUT) {
            return Some(limit);
        }
    }
    None
}

/// The longest beginning of a JSON string's content, of at most `limit` bytes, that splits no
/// character, no escape and no placeholder.
fn safe_end(content: &str, limit: usize) -> usize {
    let mut end = 0;
    let mut chars = content.char_indices();
    while let Some((at, c)) = chars.next() {
        let mut next = at + c.len_utf8();
        if c == '\\' {
            // `\uXXXX` or one escaped character, ASCII both.
            let escaped = if content[next..].starts_with('u') { 5 } else { 1 };
            next += escaped;
            chars.nth(escaped - 1);
        }
        if next > limit {
            break;
        }
        end = next;
    }
    placeholder_around(content, end).map_or(end, |(start, _)| start)
}

/// The long strings of a JSON text, keys left out.
fn long_texts(json: &[u8], root: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut scan = Scan::new(json, root);
    while let Some(byte) = scan.next_byte() {
        match byte {
            b'{' => scan.steps.push(Step::Key("")),
            b'[' => scan.steps.push(Step::Index(0)),
            b'}' | b']' => {
                scan.steps.pop();
            }
            b',' => scan.next_element(),
            b'"' => {
                let (start, end) = scan.string();
                if scan.is_key() {
                    scan.at_key(start, end);
                } else if end - start >= SHORTEST_CUT {
                    let path = scan.path();
                    texts.push(Text { start, end, path });
                }
            }
            _ => {}
        }
    }
    texts
}

/// A place in a JSON text, and the way to it.
struct Scan<'a> {
    json: &'a [u8],
    at: usize,
    root: &'a str,
    steps: Vec<Step<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Scan<'a> {
    fn new(json: &'a [u8], root: &'a str) -> Self {
        Self { json, at: 0, root, steps: Vec::new() }
    }

    fn next_byte(&mut self) -> Option<u8> {
        let byte = self.json.get(self.at).copied();
        self.at += 1;
        byte
    }

    /// The content of the string whose quote was just read.
    fn string(&mut self) -> (usize, usize) {
        let start = self.at;
        while let Some(byte) = self.next_byte() {
            match byte {
                b'\\' => self.at += 1,
                b'"' => break,
                _ => {}
            }
        }
        (start, self.at - 1)
    }

    fn is_key(&self) -> bool {
        self.json.get(self.at) == Some(&b':')
    }

    fn at_key(&mut self, start: usize, end: usize) {
        let key = std::str::from_utf8(&self.json[start..end]).unwrap_or_default();
        if let Some(step) = self.steps.last_mut() {
            *step = Step::Key(key);
        }
    }

    fn next_element(&mut self) {
        if let Some(Step::Index(index)) = self.steps.last_mut() {
            *index += 1;
        }
    }

    fn path(&self) -> String {
        let mut path = self.root.to_owned();
        for step in &self.steps {
            match step {
                Step::Key(key) => {
                    path.push('.');
                    path.extend(key.chars().take(64));
                }
                Step::Index(index) => {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "[{index}]");
                }
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_texts_are_cut_to_one_length() {
        let json = format!(
            r#"{{"a":"{}","b":[1,"{}",{{"c":"short"}}]}}"#,
            "x".repeat(4_000),
            "y".repeat(2_000)
        );
        let (short, cuts) = shorten(json.as_bytes(), 2_000, "trace").expect("it fits");
        assert!(short.len() <= 2_000 && short.len() > 1_900, "{}", short.len());
        let value: serde_json::Value = serde_json::from_slice(&short).expect("still JSON");
        assert_eq!(value["b"][2]["c"], "short");
        let paths: Vec<_> = cuts.iter().map(|cut| cut.path.as_str()).collect();
        assert_eq!(paths, ["trace.a", "trace.b[1]"]);
        assert_eq!(cuts[0].original_bytes, Some(4_000));
    }

    #[test]
    fn no_character_escape_or_placeholder_is_split() {
        assert_eq!(safe_end("aé", 2), 1);
        assert_eq!(safe_end(r"a\n", 2), 1);
        assert_eq!(safe_end(r"a\u0001b", 6), 1);
        assert_eq!(safe_end(r"a\u0001b", 7), 7);
        assert_eq!(safe_end("ab [EMAIL:0123456789abcdef] c", 12), 3);
    }

    #[test]
    fn numbers_cannot_be_cut() {
        let json = format!("[{}1]", "1,".repeat(1_000));
        assert_eq!(shorten(json.as_bytes(), 100, "trace"), None);
    }
}
