//! Splitting a body into the texts of its records.

use std::fmt;

use http::{HeaderMap, header};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use epilogue::wire::{JSON, NDJSON};

use super::refusal::Refusal;

/// The media types that are taken, as an answer offers them.
pub(super) const MEDIA_TYPES: &str = "application/json, application/x-ndjson";

/// How the records of a body stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One record.
    Single,
    /// A JSON array of records.
    Array,
    /// A record a line.
    Lines,
}

/// Whether the head names NDJSON; JSON is the other type that is taken.
pub(super) fn is_ndjson(headers: &HeaderMap) -> Result<bool, Refusal> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(JSON) {
        Ok(false)
    } else if media_type.eq_ignore_ascii_case(NDJSON) {
        Ok(true)
    } else {
        Err(Refusal::unsupported("the media type is not taken"))
    }
}

impl Shape {
    pub(super) fn of(ndjson: bool, body: &str) -> Self {
        if ndjson {
            Self::Lines
        } else if body.trim_start().starts_with('[') {
            Self::Array
        } else {
            Self::Single
        }
    }
}

/// The records' texts; `most` of them at most.
pub(super) fn split(shape: Shape, body: &str, most: usize) -> Result<Vec<&str>, Refusal> {
    let texts = match shape {
        Shape::Single => vec![body.trim()],
        Shape::Lines => lines(body, most),
        Shape::Array => elements(body, most)?,
    };
    if texts.iter().all(|text| text.is_empty()) {
        return Err(Refusal::malformed("the body holds no record"));
    }
    if texts.len() > most {
        return Err(Refusal::request_too_large("the request holds too many records"));
    }
    Ok(texts)
}

/// One more than may be, where there are too many.
fn lines(body: &str, most: usize) -> Vec<&str> {
    body.split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .take(most.saturating_add(1))
        .collect()
}

fn elements(body: &str, most: usize) -> Result<Vec<&str>, Refusal> {
    let mut json = serde_json::Deserializer::from_str(body);
    let elements = json.deserialize_seq(Elements { most });
    elements
        .and_then(|elements| json.end().map(|()| elements))
        .map_err(|_| Refusal::malformed("the body is not JSON"))
}

struct Elements {
    most: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element::<&'de RawValue>()? {
            if elements.len() <= self.most {
                elements.push(element.get());
            }
        }
        Ok(elements)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_text() {
        let body = r#" [{"a": 1.0},{"b":2}]"#;
        assert_eq!(Shape::of(false, body), Shape::Array);
        assert_eq!(split(Shape::Array, body, 2).unwrap(), [r#"{"a": 1.0}"#, r#"{"b":2}"#]);
        assert_eq!(split(Shape::Array, body, 1).unwrap_err().status, 413);
    }

    #[test]
    fn empty_lines_are_no_records() {
        assert_eq!(split(Shape::Lines, "{}\r\n\n{}\n", 2).unwrap(), ["{}", "{}"]);
        assert_eq!(split(Shape::Lines, "{}\n{}", 1).unwrap_err().status, 413);
    }

    #[test]
    fn a_body_without_a_record_is_malformed() {
        for (shape, body) in [(Shape::Single, " "), (Shape::Lines, "\n"), (Shape::Array, "[]")] {
            assert_eq!(split(shape, body, 9).unwrap_err().status, 400);
        }
        for broken in ["[{}", "[{}] x"] {
            assert_eq!(split(Shape::Array, broken, 9).unwrap_err().status, 400);
        }
    }
}
