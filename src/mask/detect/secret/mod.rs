//! Credentials: keys of known form, tokens, private keys, and values beside a telling name.

mod assignment;
mod charset;
mod checksum;
mod flag;
mod formats;
mod header;
mod jwt;
mod login;
mod manifest;
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
        || table::formats().any(|format| format.kind.as_bytes() == kind)
}

/// The issuers and formats that are known by their form, each once.
pub(in super::super) fn known_formats() -> Vec<&'static str> {
    let mut kinds: Vec<_> = table::formats().map(|format| format.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Appends what a look through the whole text finds best: private keys, manifests.
pub(super) fn find_anywhere(text: &str, families: Families, findings: &mut Vec<Finding>) {
    if families.has(Families::LONG) {
        pem::find(text, findings);
    }
    if families.has(Families::ASSIGNMENT) {
        manifest::find(text, findings);
    }
}

/// Appends the credentials in `range` that more than one word tells.
pub(super) fn find(
    text: &str,
    range: Range<usize>,
    families: Families,
    findings: &mut Vec<Finding>,
) {
    if families.has(Families::ASSIGNMENT) {
        url::find(text, range.clone(), findings);
    }
    if families.has(Families::AT) {
        login::find(text, range.clone(), findings);
    }
    if families.has(Families::PASSWORD) {
        prose::find(text, range.clone(), findings);
    }
    if families.has(Families::FLAG) {
        flag::find(text, range, findings);
    }
}

/// Appends the credential that a run without blanks is by the words before it.
pub(super) fn find_behind_words(text: &str, run: Range<usize>, findings: &mut Vec<Finding>) {
    findings.extend(header::credential_in(text, run.clone()));
    findings.extend(prose::key_in(text, run));
}

/// Appends the keys and tokens in a run without blanks.
pub(super) fn find_in_run(keys: &mut Keys<'_>, run: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = keys.text.as_bytes();
    jwt::find(bytes, run.clone(), findings);
    parts::find(bytes, run.clone(), findings);
    keys.find(run, findings);
}
