//! Values beside a name that tells what they are: a credential's, or a personal field's.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::super::keys::Segments;
use super::super::scan::Families;
use super::boundary::{before, byte};
use super::pair::{Form, Name, is_sign, value_behind};
use super::{Finding, field, secret};

/// Appends the values beside a name that tells what they are, whose sign stands in `range`.
pub(super) fn find(
    text: &str,
    range: Range<usize>,
    families: Families,
    findings: &mut Vec<Finding>,
) {
    let bytes = text.as_bytes();
    let part = &bytes[range.clone()];
    if families.has(Families::ASSIGNMENT) {
        let signs = memchr::memchr3_iter(b'=', b':', b'>', part).map(|at| range.start + at);
        find_at(text, signs, findings);
    }
    if families.has(Families::LONG) {
        let quoted = |&at: &usize| matches!(before(bytes, at), b'"' | b'\'');
        let commas = memchr::memchr_iter(b',', part).map(|at| range.start + at);
        find_at(text, commas.filter(quoted), findings);
    }
}

fn find_at(text: &str, signs: impl Iterator<Item = usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut bare_run = 0..0;
    for at in signs {
        let is_rest_of_sign = is_sign(before(bytes, at)) && is_sign(bytes[at]);
        if at < from || is_rest_of_sign || is_open(bytes, at) {
            continue;
        }
        let Some(name) = Name::before(text, at).filter(|name| may_tell(name.text)) else {
            continue;
        };
        if let Some(finding) = judge(text, at, &name, &mut bare_run) {
            from = finding.end;
            findings.push(finding);
        }
    }
}

/// Whether an object or a list begins behind the sign, not a value.
fn is_open(bytes: &[u8], at: usize) -> bool {
    let next = if byte(bytes, at + 1) == b' ' { byte(bytes, at + 2) } else { byte(bytes, at + 1) };
    matches!(next, b'[') || (next == b'{' && bytes[at] == b':')
}

/// Parts of every name that can tell anything, so that most names are not looked at closely.
static TELLING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build([
            "pass", "pw", "secret", "token", "key", "auth", "cred", "cookie", "login", "sig",
            "pin", "otp", "cv", "jwt", "bearer", "sid", "sess", "srf", "code", "name", "birth",
            "dob", "addr", "street", "zip", "post", "phone", "mobile", "tel", "fax", "cell", "ssn",
            "social", "account", "acct", "bank", "routing", "tax", "tin", "ein", "vat", "ktn",
            "aadhaar", "licen", "number", "card", "exp", "email", "mail", "user", "person", "pat",
            "mnemonic", "hmac", "whatsapp", "msisdn", "holder", "national", "sort", "contact",
            "sumo", "bundle_",
        ])
        .ok()
});

fn may_tell(name: &str) -> bool {
    TELLING.as_ref().is_none_or(|words| words.is_match(name))
}

fn judge(text: &str, at: usize, name: &Name<'_>, bare_run: &mut Range<usize>) -> Option<Finding> {
    let segments = Segments::of(name.text);
    let (words, count) = segments.words();
    let words = &words[..count];
    let claim = secret::claim(name, words);
    if claim.is_none() && !field::tells(name, words) {
        return None;
    }
    let value = value_behind(text, at, bare_run)?;
    if text.as_bytes()[at] == b',' && value.form != Form::Quoted {
        return None;
    }
    match claim {
        Some(claim) => secret::judge(&value, claim),
        None => field::judge(&value, words),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::scan::scan;
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        let families = scan(text, &mut Vec::new()).families;
        find(text, 0..text.len(), families, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn the_value_is_found_in_each_style() {
        for text in [
            "password=sesame99",
            "password = \"sesame99\"",
            "\"db_password\": \"sesame99\"",
            "{\\\"password\\\":\\\"sesame99\\\"}",
            "api_key := 'sesame99'",
            "\"token\" => \"sesame99\"",
            "--password=sesame99",
            "$token .= \"sesame99\"",
            "set(\"MY_TOKEN\", \"sesame99\")",
            "<add key=\"Password\" value=\"sesame99\" />",
            "var accessToken string = \"sesame99\"",
            "<password>\n  sesame99\n</password>",
            "?access_token=sesame99&x=1",
            "PASSWORD: sesame99.",
        ] {
            assert_eq!(found(text), ["sesame99"], "{text}");
        }
    }

    #[test]
    fn stand_ins_references_and_other_names_are_left() {
        for text in [
            "password=password",
            "password = ${PASS}",
            "password: required",
            "token = getToken()",
            "api_key=your-key-here",
            "max_tokens=4096",
            "token_count: 12345678",
            "secret = settings.secret_value",
            "https://example.org",
            "author: sesame99",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn codes_are_found() {
        assert_eq!(found("PIN: 4821, thanks"), ["4821"]);
        assert_eq!(found("otp=120345&x"), ["120345"]);
        assert_eq!(found("pin: left"), Vec::<&str>::new());
    }

    #[test]
    fn personal_fields_are_found() {
        assert_eq!(found("tool: {\"first_name\": \"Ann\"}"), ["Ann"]);
        let printed = r#"NoOrder(Customer { first_name: "Ann", last_name: Some("Lee"), id: 7 })"#;
        assert_eq!(found(printed), ["Ann", "Lee"]);
        let pretty = "Customer {\n    id: 7,\n    first_name: \"Ann\",\n}";
        assert_eq!(found(pretty), ["Ann"]);
        assert_eq!(found("say first_name: \"Ann\""), Vec::<&str>::new());
        assert_eq!(found("row: {\"dob\": \"1990-01-02\"}"), ["1990-01-02"]);
        assert_eq!(found("Date of Birth: 1990-01-02, gold"), ["1990-01-02"]);
    }
}
