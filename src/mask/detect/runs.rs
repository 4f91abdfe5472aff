//! The one pass over the long runs without a blank: blobs, and the keys and tokens whose form
//! tells them.

use std::ops::Range;

use super::super::scan::MIN_RUN;
use super::{Finding, blob, secret};

/// Appends what the long runs hold that reach into `range`, from `done` on, and tells how far they
/// were looked at.
pub(super) fn find(
    text: &str,
    range: Range<usize>,
    done: usize,
    findings: &mut Vec<Finding>,
) -> usize {
    let bytes = text.as_bytes();
    let mut keys = secret::Keys::new(text);
    let first = range.start.max(done);
    let before = bytes[done..first].iter().rev().take_while(|&&b| b > b' ').count();
    let mut at = first - before;
    while at < range.end {
        let end = at + bytes[at..].iter().take_while(|&&b| b > b' ').count();
        secret::find_behind_words(text, at..end, findings);
        // A ruler or brackets hold nothing.
        if end - at >= MIN_RUN && bytes[at..end].iter().any(u8::is_ascii_alphanumeric) {
            blob::find(bytes, at, end, findings);
            secret::find_in_run(&mut keys, at..end, findings);
        }
        at = end + 1;
    }
    at.min(bytes.len())
}
