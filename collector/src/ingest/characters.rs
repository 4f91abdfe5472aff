//! Characters that JSON can write and that JSONB refuses, as U+FFFD: U+0000, and the halves of pairs
//! that stand alone.

use std::borrow::Cow;

/// What every such escape begins with.
const ESCAPE: &str = "\\u";
/// How long one is.
const LENGTH: usize = 6;
const REPLACEMENT: &str = "\\ufffd";

/// The JSON text with each of them replaced. JSON can only write them as escapes; one whose
/// backslash is itself escaped is none.
pub(super) fn replaced(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let (mut copied, mut read) = (0, 0);
    for (at, _) in json.match_indices(ESCAPE) {
        if at < read || !is_escape(json, at) {
            continue;
        }
        let is_pair = matches!(unit(json, at), Some(0xd800..=0xdbff))
            && matches!(unit(json, at + LENGTH), Some(0xdc00..=0xdfff));
        if is_pair {
            read = at + 2 * LENGTH;
        } else if matches!(unit(json, at), Some(0 | 0xd800..=0xdfff)) {
            out.push_str(&json[copied..at]);
            out.push_str(REPLACEMENT);
            copied = at + LENGTH;
        }
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

/// The UTF-16 unit that is escaped there; what is no escape is the parser's to refuse.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + LENGTH)?.strip_prefix(ESCAPE)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
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

    #[test]
    fn pairs_stay_and_their_halves_do_not() {
        let whole = r#""\ud83d\ude00 \u00e4 \uD83D\uDE00""#;
        assert!(matches!(replaced(whole), Cow::Borrowed(_)));
        for (half, replacement) in [
            (r"\ud83d", r"\ufffd"),
            (r"\ude00", r"\ufffd"),
            (r"\ude00\ud83d", r"\ufffd\ufffd"),
            (r"\ud83d\ud83d\ude00", r"\ufffd\ud83d\ude00"),
            (r"\ud83d\\ude00", r"\ufffd\\ude00"),
            (r"\ud83d\u0000", r"\ufffd\ufffd"),
            (r"\ud83", r"\ud83"),
            (r"\u+000", r"\u+000"),
        ] {
            assert_eq!(replaced(half), replacement, "{half}");
        }
    }
}
