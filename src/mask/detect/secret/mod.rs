//! Credentials: keys of known form, tokens, private keys, and values beside a telling name.

mod assignment;
mod charset;
mod flag;
mod formats;
mod header;
mod jwt;
mod parts;
mod pem;
mod prose;
mod table;
mod url;
mod value;

use std::ops::Range;

pub(super) use assignment::{claim, judge};
pub(super) use formats::Keys;

use super::super::scan::Families;
use super::Finding;

/// Kinds that are told by the name beside a value, not by the value's form.
const NAMED_KINDS: [&str; 11] = [
    "password",
    "secret",
    "token",
    "key",
    "credential",
    "url",
    "jwt",
    "private-key",
    "header",
    "cookie",
    "code",
];

/// Whether `kind` is one that a placeholder for a secret can name.
pub(in super::super) fn is_kind(kind: &[u8]) -> bool {
    NAMED_KINDS.iter().any(|known| known.as_bytes() == kind)
        || table::FORMATS.iter().any(|format| format.kind.as_bytes() == kind)
}

/// The issuers and formats that are known by their form, each once.
pub(in super::super) fn known_formats() -> Vec<&'static str> {
    let mut kinds: Vec<_> = table::FORMATS.iter().map(|format| format.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Appends the credentials in `text` that more than one word tells.
pub(super) fn find(text: &str, families: Families, findings: &mut Vec<Finding>) {
    if families.has(Families::LONG) {
        pem::find(text, findings);
        header::find(text, findings);
    }
    if families.has(Families::ASSIGNMENT) {
        url::find(text, findings);
    }
    if families.has(Families::PASSWORD) {
        prose::find(text, findings);
    }
    flag::find(text, findings);
}

/// Appends the keys and tokens in a run without blanks.
pub(super) fn find_in_run(keys: &mut Keys<'_>, run: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = keys.text.as_bytes();
    jwt::find(bytes, run.clone(), findings);
    parts::find(bytes, run.clone(), findings);
    keys.find(run, findings);
}
