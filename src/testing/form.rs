//! How ids and times are written.

use uuid::Uuid;

/// Whether the text is a UUID as it is usually written: lower-case, with hyphens.
pub(super) fn is_plain_uuid(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

/// Whether the text begins with a date and a time, `2026-01-31T12:00:00`.
pub(super) fn begins_like_rfc3339(text: &str) -> bool {
    text.len() > 19 && has_shape(&text.as_bytes()[..19], b"0000-00-00T00:00:00")
}

/// Whether the text is written as `2026-01-31T12:00:00.000Z`.
pub(super) fn is_utc_with_millis(text: &str) -> bool {
    has_shape(text.as_bytes(), b"0000-00-00T00:00:00.000Z")
}

/// Whether both are alike when every digit is taken for `0`.
fn has_shape(text: &[u8], shape: &[u8]) -> bool {
    let zeroed = text.iter().map(|byte| if byte.is_ascii_digit() { b'0' } else { *byte });
    zeroed.eq(shape.iter().copied())
}
