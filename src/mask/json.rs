//! JSON text as a value that serializes: walked in place, never built, its numbers kept as they
//! are written.

use std::borrow::Cow;
use std::cell::Cell;

use serde::de::{Error as _, IgnoredAny, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name under which a number's text reaches a serializer that keeps it.
pub(super) const NUMBER: &str = "$epilogue::number";

/// A JSON text that was checked whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct JsonText<'a>(&'a str);

impl<'a> JsonText<'a> {
    /// `None` where the text is not one JSON value.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        serde_json::from_str::<IgnoredAny>(text).is_ok().then_some(Self(text))
    }

    /// The same without a check, for a text that was checked before. If it was not, it fails to
    /// serialize or serializes as something else, and nothing worse.
    pub(super) fn checked_before(text: &'a str) -> Self {
        Self(text)
    }
}

impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let at = Cell::new(0);
        Cursor { text: self.0, at: &at }.serialize(serializer)
    }
}

/// A place in a valid JSON text; serializing the value there moves it behind that value.
#[derive(Clone, Copy)]
struct Cursor<'a> {
    text: &'a str,
    at: &'a Cell<usize>,
}

/// How far the end of a string is looked for eight bytes at a time. Most are so short that a search
/// by vectors would take longer.
const SHORT_STRING: usize = 32;

/// How many bytes stand before the first quotation mark or backslash; too few where there is none
/// near.
fn plain_len(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHEST: u64 = ONES << 7;
    // The highest bit of each byte that is zero, and perhaps of bytes behind it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHEST;
    let mut len = 0;
    while let Some(word) = bytes[len..].first_chunk().filter(|_| len < SHORT_STRING) {
        let word = u64::from_le_bytes(*word);
        let ends = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        if ends != 0 {
            return len + ends.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    len + bytes[len..].iter().take(8).take_while(|&&byte| byte != b'"' && byte != b'\\').count()
}

impl<'a> Cursor<'a> {
    fn peek(self) -> u8 {
        let bytes = self.text.as_bytes();
        let mut at = self.at.get();
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        self.at.set(at);
        bytes.get(at).copied().unwrap_or(0)
    }

    fn step(self) {
        self.at.set(self.at.get() + 1);
    }

    /// The text of the string, number or literal here.
    fn scalar(self) -> &'a str {
        let start = self.at.get();
        let bytes = self.text.as_bytes();
        let mut at = start;
        if bytes.get(at) == Some(&b'"') {
            at = end_of_string(bytes, at);
        } else {
            while bytes.get(at).is_some_and(|byte| !is_delimiter(*byte)) {
                at += 1;
            }
        }
        self.at.set(at);
        self.text.get(start..at).unwrap_or_default()
    }

    fn string(self) -> Cow<'a, str> {
        let start = self.at.get() + 1;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let plain = plain_len(rest);
        if rest.get(plain) == Some(&b'"') {
            self.at.set(start + plain + 1);
            return Cow::Borrowed(self.text.get(start..start + plain).unwrap_or_default());
        }
        unescape(self.scalar())
    }

    /// Moves behind the value here without looking into it, however deep it is.
    fn skip(self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                b'{' | b'[' => {
                    depth += 1;
                    self.step();
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.step();
                }
                b',' | b':' => {
                    self.step();
                    continue;
                }
                0 => return,
                _ => {
                    self.scalar();
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Runs `serialize`, then makes sure that the value here was passed: a serializer may refuse
    /// to look into a value that is too deep.
    fn passing<E>(self, serialize: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        self.peek();
        let before = self.at.get();
        serialize()?;
        if self.at.get() == before {
            self.skip();
        }
        Ok(())
    }

    fn object<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.step();
        loop {
            match self.peek() {
                b'}' => break,
                b',' => self.step(),
                _ => {
                    map.serialize_key(self.string().as_ref())?;
                    self.peek();
                    self.step();
                    self.passing(|| map.serialize_value(&self))?;
                }
            }
        }
        self.step();
        map.end()
    }

    /// How many elements the array here has, counted no further than three: who asks wants to know
    /// whether it is a pair, and a pair begins with a text.
    fn count_up_to_three(self) -> usize {
        let start = self.at.get();
        self.step();
        let mut count = 0;
        while count < 3 && self.peek() != b']' {
            match self.peek() {
                b',' => {
                    self.step();
                    continue;
                }
                // Passed twice at each level of pairs in pairs, of which there are few.
                b'{' | b'[' if count == 1 => self.skip(),
                b'{' | b'[' => count = 2,
                _ => {
                    self.scalar();
                }
            }
            count += 1;
        }
        self.at.set(start);
        count
    }

    fn array<S: Serializer>(self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.count_up_to_three()))?;
        self.step();
        loop {
            match self.peek() {
                b']' => break,
                b',' => self.step(),
                _ => self.passing(|| seq.serialize_element(&self))?,
            }
        }
        self.step();
        seq.end()
    }
}

impl Serialize for Cursor<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.peek() {
            b'{' => self.object(serializer),
            b'[' => self.array(serializer),
            b'"' => serializer.serialize_str(&self.string()),
            b't' | b'f' => serializer.serialize_bool(self.scalar() == "true"),
            b'n' => {
                self.scalar();
                serializer.serialize_unit()
            }
            b'-' | b'0'..=b'9' => serializer.serialize_newtype_struct(NUMBER, self.scalar()),
            _ => Err(S::Error::custom("not JSON")),
        }
    }
}

/// The text without the white space around it, if by its ends it can be an object or an array.
pub(super) fn like_container(text: &str) -> Option<&str> {
    let trimmed = trim_start(text).trim_ascii_end();
    let bytes = trimmed.as_bytes();
    matches!((bytes.first()?, bytes.last()?), (b'{', b'}') | (b'[', b']')).then_some(trimmed)
}

/// The text without the white space before it, of which eight bytes are taken off at a time where
/// there is much of the same.
pub(super) fn trim_start(text: &str) -> &str {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first_chunk::<8>().filter(|word| word.trim_ascii().is_empty()) else {
        return text.trim_ascii_start();
    };
    let same = bytes.chunks_exact(8).take_while(|word| word == first).count();
    text[same * 8..].trim_ascii_start()
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b',' | b':' | b']' | b'}') || byte.is_ascii_whitespace()
}

/// The byte behind the string that opens at `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// The value of a quoted JSON string; a lone surrogate becomes U+FFFD.
fn unescape(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    match serde_json::from_str::<LossyText>(quoted) {
        Ok(LossyText(text)) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(inner),
    }
}

/// A string of which `serde_json` lets us have the bytes, lone surrogates included.
struct LossyText(String);

impl<'de> Deserialize<'de> for LossyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = LossyText;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<LossyText, E> {
                Ok(LossyText(String::from_utf8_lossy(bytes).into_owned()))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<LossyText, E> {
                Ok(LossyText(text.to_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> String {
        let json = JsonText::parse(text).expect("valid JSON");
        serde_json::to_string(&json).expect("it serializes")
    }

    #[test]
    fn a_text_is_walked_as_the_value_it_holds() {
        let text = r#" {"a": [1, {"b": "x\ny"}, [], {}], "c": null, "d": true, "e": "é"} "#;
        let walked: serde_json::Value = serde_json::from_str(&again(text)).expect("valid");
        let mut parsed: serde_json::Value = serde_json::from_str(text).expect("valid");
        // serde_json's own serializer knows nothing of a number's text and quotes it.
        parsed["a"][0] = "1".into();
        assert_eq!(walked, parsed);
    }

    #[test]
    fn a_lone_surrogate_becomes_the_replacement_character() {
        assert!(again(r#""a\ud800b\n""#).contains('\u{fffd}'));
    }

    #[test]
    fn only_whole_containers_are_embedded_json() {
        assert_eq!(like_container(r#" {"a": 1} "#), Some(r#"{"a": 1}"#));
        assert!(JsonText::parse("{a}").is_none());
        assert!(like_container("\"a\"").is_none());
        assert!(like_container("").is_none());
    }

    #[test]
    fn a_text_that_was_never_checked_fails_or_ends() {
        for text in [
            "{",
            "{\"a",
            "{\"a\":",
            "[1,",
            "{\u{e9}",
            "{a:\u{e9}}",
            "[\0]",
            "{{{",
            "]",
            "{\"a\"\u{e9}1}",
        ] {
            let json = JsonText::checked_before(text);
            let _ = serde_json::to_string(&json);
        }
    }
}
