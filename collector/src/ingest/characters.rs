//! U+0000, which JSONB refuses, as U+FFFD.

use std::borrow::Cow;

const NUL: &str = "\\u0000";

/// The JSON text with every U+0000 as U+FFFD. JSON can only write it as an escape; one whose
/// backslash is itself escaped is none.
pub(super) fn replaced(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    for (at, _) in json.match_indices(NUL).filter(|(at, _)| is_escape(json, *at)) {
        out.push_str(&json[copied..at]);
        out.push_str("\\ufffd");
        copied = at + NUL.len();
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// Looks back over one run of backslashes alone; each run is looked at once, for its last one.
fn is_escape(json: &str, at: usize) -> bool {
    json.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_escape_is_replaced() {
        assert_eq!(replaced(r#"{"a":"\u0000b\u0000"}"#), r#"{"a":"\ufffdb\ufffd"}"#);
        assert!(matches!(replaced(r#"{"a":"\\u0000"}"#), Cow::Borrowed(_)));
        assert_eq!(replaced(r#""\\\u0000""#), r#""\\\ufffd""#);
    }
}
