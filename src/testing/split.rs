//! Splitting a body into the texts of its records.

use serde_json::value::RawValue;

use super::refusal::Refusal;

/// How the records of a body stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One JSON object.
    Single,
    /// A JSON array.
    Array,
    /// One JSON object a line.
    Lines,
}

impl Shape {
    /// The shape of a body: NDJSON by its media type, an array by its first character.
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

/// The texts of the records, exactly as they were written.
pub(super) fn split(shape: Shape, body: &str) -> Result<Vec<&str>, Refusal> {
    let texts = match shape {
        Shape::Single => vec![body.trim()],
        Shape::Lines => lines(body),
        Shape::Array => elements(body)?,
    };
    if texts.iter().all(|text| text.is_empty()) {
        return Err(malformed("the body holds no record"));
    }
    Ok(texts)
}

fn lines(body: &str) -> Vec<&str> {
    body.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn elements(body: &str) -> Result<Vec<&str>, Refusal> {
    let elements: Vec<&RawValue> =
        serde_json::from_str(body).map_err(|_| malformed("the body is not JSON"))?;
    Ok(elements.into_iter().map(RawValue::get).collect())
}

fn malformed(message: &str) -> Refusal {
    Refusal::new(400, "malformed_body", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_keep_their_text() {
        let body = r#" [{"a": 1.0},{"b":2}]"#;
        assert_eq!(Shape::of(false, body), Shape::Array);
        assert_eq!(split(Shape::Array, body).unwrap(), [r#"{"a": 1.0}"#, r#"{"b":2}"#]);
    }

    #[test]
    fn empty_lines_are_no_records() {
        assert_eq!(split(Shape::Lines, "{}\r\n\n{}\n").unwrap(), ["{}", "{}"]);
    }

    #[test]
    fn a_body_without_a_record_is_malformed() {
        for (shape, body) in [(Shape::Single, " "), (Shape::Lines, "\n"), (Shape::Array, "[]")] {
            assert_eq!(split(shape, body).unwrap_err().status, 400);
        }
        assert_eq!(split(Shape::Array, "[{}").unwrap_err().status, 400);
    }
}
