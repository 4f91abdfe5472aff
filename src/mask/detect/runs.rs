//! The one pass over the long runs without a blank: blobs, and the keys and tokens whose form
//! tells them.

use super::super::scan::MIN_RUN;
use super::{Finding, blob, secret};

/// Appends what the long runs of `text` hold.
pub(super) fn find(text: &str, findings: &mut Vec<Finding>) {
    let mut keys = secret::Keys::new(text);
    let mut at = 0;
    for run in text.as_bytes().split(|&b| b <= b' ') {
        let end = at + run.len();
        if run.len() >= MIN_RUN {
            blob::find(text.as_bytes(), at, end, findings);
            secret::find_in_run(&mut keys, at..end, findings);
        }
        at = end + 1;
    }
}
