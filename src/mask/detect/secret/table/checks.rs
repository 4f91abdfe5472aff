//! Proof beyond alphabet and length that what stands behind a prefix is a key.

use super::super::charset::Charset;

pub(super) fn any(_: &[u8]) -> bool {
    true
}

pub(super) fn has_digit(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_digit)
}

pub(super) fn has_mixed_case(body: &[u8]) -> bool {
    body.iter().any(u8::is_ascii_lowercase) && body.iter().any(u8::is_ascii_uppercase)
}

/// A key that is drawn at random has digits and letters of both cases.
pub(super) fn is_random(body: &[u8]) -> bool {
    has_digit(body) && has_mixed_case(body)
}

/// No character stands seven times in a row: in 40 random hexadecimal digits one does in less
/// than one of 100,000.
pub(super) fn is_varied(body: &[u8]) -> bool {
    !body.windows(7).any(|part| part.iter().all(|b| *b == part[0]))
}

/// A percent sign, as X writes `+`, `/` and `=` in its bearer tokens.
pub(super) fn has_escape(body: &[u8]) -> bool {
    body.contains(&b'%')
}

/// Anthropic: behind the kind of the key stand 93 characters and `AA`, the end of their base64.
pub(super) fn is_anthropic(body: &[u8]) -> bool {
    let key = body.strip_prefix(b"api03-").or_else(|| body.strip_prefix(b"admin01-"));
    key.is_none_or(|key| key.len() == 95 && key.ends_with(b"AA"))
}

/// `OpenAI`: keys of the lengths in use hold that name in base64 in their middle.
pub(super) fn is_openai(body: &[u8]) -> bool {
    const MARK: &[u8] = b"T3BlbkFJ";
    let is_in_use = matches!(body.len(), 48 | 124 | 140 | 156);
    !is_in_use || memchr::memmem::find(body, MARK).is_some()
}

/// A digit, and no kind of key that has a form of its own behind the same prefix.
pub(super) fn is_plain(body: &[u8]) -> bool {
    let kinds = [&b"ant-"[..], b"proj-", b"svcacct-", b"admin-"];
    has_digit(body) && !kinds.iter().any(|kind| body.starts_with(kind))
}

/// Slack: the numbers of the workspace and of the app, or the version, stand before the secret.
pub(super) fn is_slack(body: &[u8]) -> bool {
    body.first().is_some_and(u8::is_ascii_digit)
        && body.iter().filter(|b| b.is_ascii_digit()).count() > 1
}

/// Slack, app-level tokens: the version, then the app.
pub(super) fn is_slack_app(body: &[u8]) -> bool {
    matches!(body, [version, b'-', app @ ..]
        if version.is_ascii_digit() && Charset::Alnum.run(app, 10) == 10)
}

/// 1Password: groups of capitals and digits, the first one of six.
pub(super) fn is_onepassword(body: &[u8]) -> bool {
    body.get(6) == Some(&b'-') && body.iter().all(|b| *b == b'-' || Charset::Base32.holds(*b))
}

#[cfg(test)]
mod tests {
    use super::{is_anthropic, is_openai, is_slack_app, is_varied};

    #[test]
    fn an_anthropic_key_has_its_length_and_end() {
        let key = |kind: &str, length: usize, end: &str| {
            is_anthropic(format!("{kind}{}{end}", "q7".repeat(length / 2)).as_bytes())
        };
        assert!(key("api03-", 92, "wAA") && key("admin01-", 92, "wAA") && key("oat01-", 60, ""));
        assert!(!key("api03-", 92, "AA") && !key("api03-", 94, "AA") && !key("api03-", 92, "wAB"));
    }

    #[test]
    fn an_openai_key_of_known_length_holds_the_mark() {
        let key = |mark: &str| format!("{0}{mark}{0}", "a7Kq".repeat(5));
        assert!(is_openai(key("T3BlbkFJ").as_bytes()) && is_openai(b"a7Kqa7Kqa7Kqa7Kqa7Kq"));
        assert!(!is_openai(key("T3BlbkFK").as_bytes()));
    }

    #[test]
    fn an_app_token_names_version_and_app() {
        assert!(is_slack_app(b"1-A0B1C2D3E4F-12345"));
        assert!(!is_slack_app(b"1-A0B1C2D3E") && !is_slack_app(b"A-A0B1C2D3E4F"));
    }

    #[test]
    fn a_drawn_key_repeats_no_character_for_long() {
        assert!(is_varied(b"0123456666667") && !is_varied(b"01234566666667"));
    }
}
