//! Binary data written as text: long base64 (RFC 4648) and `data:` URIs (RFC 2397).

use super::super::entity::Entity;
use super::Finding;

/// Shorter base64 may be a word, a path or a key that another detector knows.
const MIN_BYTES: usize = 256;

/// Bytes of the head of a `data:` URI before its data (RFC 2397).
const MAX_HEAD: usize = 128;

/// A `data:` URI shorter than this is not worth masking.
const MIN_URI_DATA: usize = 16;

/// Appends the blobs in the run without blanks from `from` to `to`: its long parts, and the data
/// of URIs.
pub(super) fn find(bytes: &[u8], from: usize, to: usize, findings: &mut Vec<Finding>) {
    let mut at = from;
    while let Some(shortest) = bytes[at..to].first_chunk::<MIN_URI_DATA>() {
        // From behind, so that most of the bytes between short runs are never looked at.
        if let Some(other) = shortest.iter().rposition(|&b| !is_base64(b)) {
            at += other + 1;
            continue;
        }
        let run = bytes[at..to].iter().take_while(|&&b| is_base64(b)).count();
        let start = uri_start(bytes, at).unwrap_or(at);
        let is_blob = run >= MIN_BYTES && is_mixed(&bytes[at..at + MIN_BYTES]);
        if start < at || is_blob {
            let padding = bytes[at + run..to].iter().take_while(|&&b| b == b'=').take(2).count();
            findings.push(Finding::new(start, at + run + padding, Entity::Blob));
        }
        at = to.min(at + run + 1);
    }
}

/// RFC 4648, sections 4 and 5, without the padding.
fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Data has letters and digits; a long path, a ruler or a repeated letter has not both.
fn is_mixed(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit)
        && run.iter().filter(|b| b.is_ascii_alphabetic()).count() > run.len() / 4
        && run.iter().filter(|b| matches!(b, b'-' | b'_' | b'/')).count() < run.len() / 8
}

/// Where the `data:` URI begins whose data begins at `at`.
fn uri_start(bytes: &[u8], at: usize) -> Option<usize> {
    let head = &bytes[at.saturating_sub(MAX_HEAD)..at];
    let head = head.strip_suffix(b",").filter(|head| head.ends_with(b";base64"))?;
    let start = memchr::memmem::rfind(head, b"data:")?;
    let is_one_token = head[start..].iter().all(|&b| b > b' ' && b != b'"');
    is_one_token.then(|| at - 1 - (head.len() - start))
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<(usize, usize)> {
        let mut findings = Vec::new();
        find(text.as_bytes(), 0, text.len(), &mut findings);
        findings.iter().map(|f| (f.start, f.end)).collect()
    }

    #[test]
    fn long_base64_is_a_blob() {
        let text = format!("see={}==&end", "aGVsbG8gd29ybGQ0".repeat(20));
        assert_eq!(found(&text), [(4, 4 + 322)]);
    }

    #[test]
    fn a_data_uri_is_a_blob_with_its_head() {
        assert_eq!(found("src=data:image/gif;base64,R0lGODlhAQABAIAAAAUEBA==;x"), [(4, 50)]);
    }

    #[test]
    fn short_or_uniform_runs_are_not() {
        assert_eq!(found("aGVsbG8gd29ybGQ0"), []);
        assert_eq!(found(&"a".repeat(5000)), []);
        assert_eq!(found(&"-".repeat(5000)), []);
    }
}
