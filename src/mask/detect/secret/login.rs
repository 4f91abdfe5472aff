//! Logins written out: an address and its password with a sign between them, as in lists of leaked
//! accounts: `ann@example.org / Se$ame99`, `ann@example.org:Se$ame99`.

use std::ops::Range;

use super::super::Finding;
use super::super::pair::Form;
use super::value::{self, Proof};

/// What stands between the two.
const SIGNS: [&str; 4] = [" / ", " | ", " : ", ":"];

/// RFC 5321, 4.5.3.1.2.
const MAX_DOMAIN: usize = 255;
const MAX_PASSWORD: usize = 64;

/// Appends the passwords behind an address whose sign stands in `range`.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'@', &bytes[range.clone()]) {
        let at = range.start + at;
        let is_domain = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
        let domain = bytes[at + 1..].iter().take(MAX_DOMAIN).take_while(is_domain).count();
        if at > 0 && domain > 3 {
            findings.extend(password_at(text, at + 1 + domain));
        }
    }
}

/// The password behind the address that ends at `end`. A host and a path or a prompt are none.
fn password_at(text: &str, end: usize) -> Option<Finding> {
    let rest = text.get(end..)?;
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
    let start = end + sign.len();
    let rest = &text.as_bytes()[start..text.len().min(start + MAX_PASSWORD)];
    let ends = |b: &u8| *b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'<' | b',' | b'/' | b'~');
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    let marks = |b: &&u8| matches!(b, b'.' | b';' | b':' | b')');
    let length = length - rest[..length].iter().rev().take_while(marks).count();
    let password = text.get(start..start + length)?;
    let is_path = matches!(rest.get(length), Some(b'/' | b'~'));
    let port = password.bytes().take_while(u8::is_ascii_digit).count();
    let is_port =
        port > 1 && matches!(password.as_bytes().get(port), Some(b'?' | b'#' | b';' | b'&'));
    let is_one = !is_path
        && !is_port
        && looks_chosen(password.as_bytes())
        && value::is_credential(password, Proof::Password, Form::Tight);
    is_one.then(|| Finding::secret(start, start + length, "password"))
}

/// Letters, and a sign that neither words nor addresses hold.
fn looks_chosen(password: &[u8]) -> bool {
    password.len() >= 6
        && password.iter().any(u8::is_ascii_alphabetic)
        && password.iter().any(|b| b"!@#$%^&*?+=".contains(b))
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn the_password_behind_an_address_is_found() {
        assert_eq!(found("leaked: ann@example.org / Se$ame99."), ["Se$ame99"]);
        assert_eq!(found("ann@example.org:Sesame!7"), ["Sesame!7"]);
    }

    #[test]
    fn ports_paths_prompts_and_words_are_not() {
        for text in [
            "ann@example.org / tomorrow",
            "git@host.example:Group/Project-2.git",
            "ann@host.example:8080",
            "ann@host.example:8080?a=b",
            "sip:ann@host.example:5060;transport=tls",
            "root@host.example:~/project$ ls",
            "root@host.example:/var/www# ls",
            "ann@example.org: really?",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
