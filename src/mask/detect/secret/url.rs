//! Credentials in URLs: `scheme://user:password@host` (RFC 3986, 3.2.1).

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::Finding;
use super::value;

static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("://"));

/// Longer user information is not in use.
const MAX_AUTHORITY: usize = 320;

/// Appends the user information of the URLs in `range`.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    for at in MARK.find_iter(&text.as_bytes()[range.clone()]) {
        if let Some((start, end)) = credentials(text, range.start + at + 3) {
            findings.push(Finding::secret(start, end, "url"));
        }
    }
}

/// The user and password before the host, where they are no template.
fn credentials(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let rest = &bytes[start..bytes.len().min(start + MAX_AUTHORITY)];
    let length = rest.iter().position(|&b| ends_authority(b)).unwrap_or(rest.len());
    let end = start + memchr::memrchr(b'@', &rest[..length])?;
    let user_info = &text[start..end];
    let secret = match user_info.split_once(':') {
        Some((_, password)) => password,
        None if value::is_random(user_info.as_bytes()) => user_info,
        None => return None,
    };
    let is_template = secret.is_empty()
        || secret.contains(['$', '{', '<', '*', '%']) && value::is_stand_in(secret)
        || secret.starts_with(['$', '{', '<'])
        || secret.bytes().all(|b| b == b'*');
    (!is_template && end + 1 < bytes.len()).then_some((start, end))
}

fn ends_authority(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\')
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
    fn user_information_is_found() {
        assert_eq!(found("postgres://app:pa55@db/x"), ["app:pa55"]);
        assert_eq!(found("redis://:pa55@cache"), [":pa55"]);
        assert_eq!(found("https://h.example/a@b:c"), Vec::<&str>::new());
        assert_eq!(found("https://app:${PASS}@h.example"), Vec::<&str>::new());
    }
}
