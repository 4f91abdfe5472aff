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

pub(super) use assignment::{claim, judge};

use super::super::scan::Families;
use super::Finding;

/// Kinds that are told by the name beside a value, not by the value's form.
const NAMED_KINDS: [&str; 10] = [
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
];

/// Whether `kind` is one that a placeholder for a secret can name.
pub(in super::super) fn is_kind(kind: &[u8]) -> bool {
    NAMED_KINDS.iter().any(|known| known.as_bytes() == kind)
        || table::FORMATS.iter().any(|format| format.kind.as_bytes() == kind)
}

/// Appends the credentials in `text` that are told by more than the name beside them.
pub(super) fn find(text: &str, families: Families, findings: &mut Vec<Finding>) {
    if families.has(Families::LONG) {
        formats::find(text, findings);
        jwt::find(text, findings);
        parts::find(text, findings);
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
