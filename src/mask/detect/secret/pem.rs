//! Private keys in PEM (RFC 7468), OpenSSH and `OpenPGP` armour.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::Finding;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(BEGIN));

/// Labels end in this, or in `PRIVATE KEY BLOCK` (RFC 4880, 6.2).
const PRIVATE: &[u8] = b"PRIVATE KEY";

/// The longest label between the dashes.
const MAX_LABEL: usize = 64;

/// Appends the private keys in `text`; one whose end is cut off goes as far as its base64 does.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut next_end = Some(0);
    for at in MARK.find_iter(bytes) {
        let Some(body) = private_body(bytes, at) else {
            continue;
        };
        if at < from {
            continue;
        }
        next_end = end_behind(bytes, body, next_end);
        let end = next_end.map_or_else(|| data_end(bytes, body), |end| line_end(bytes, end));
        findings.push(Finding::secret(at, end, "private-key"));
        from = end;
    }
}

/// Where the text behind the header line begins, if the header is that of a private key.
fn private_body(bytes: &[u8], at: usize) -> Option<usize> {
    let label = at + BEGIN.len();
    let rest = &bytes[label..bytes.len().min(label + MAX_LABEL)];
    let length = memchr::memmem::find(rest, b"-----")?;
    memchr::memmem::find(&rest[..length], PRIVATE).map(|_| label + length + 5)
}

/// The next end mark; `known` is the one found before, so that none is looked for twice.
fn end_behind(bytes: &[u8], body: usize, known: Option<usize>) -> Option<usize> {
    let known = known?;
    if known >= body {
        return Some(known);
    }
    memchr::memmem::find(&bytes[body..], END).map(|offset| body + offset)
}

fn line_end(bytes: &[u8], end: usize) -> usize {
    let rest = &bytes[end + END.len()..bytes.len().min(end + END.len() + MAX_LABEL)];
    memchr::memmem::find(rest, b"-----").map_or(end + END.len(), |at| end + END.len() + at + 5)
}

fn data_end(bytes: &[u8], body: usize) -> usize {
    let is_data = |b: &u8| b.is_ascii_alphanumeric() || b"+/=\n\r\\ \t:,-".contains(b);
    body + bytes[body..].iter().take_while(|b| is_data(b)).count()
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn private_keys_are_found_whole() {
        let key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQ==\n-----END EC PRIVATE KEY-----";
        assert_eq!(found(&format!("a {key} b")), [key]);
        assert_eq!(found("-----BEGIN CERTIFICATE-----\nMHcC"), Vec::<&str>::new());
        assert_eq!(found("-----BEGIN PRIVATE KEY-----\nMHcC").len(), 1);
    }
}
