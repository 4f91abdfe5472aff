//! The formats of keys that are told by their form: prefix, alphabet, length.
//!
//! A row says what the issuer documents or issues; `kind` is what the placeholder names.

mod chat;
mod checks;
mod cloud;
mod code;
mod models;
mod observe;
mod payment;
mod work;

use super::charset::Charset;

/// One format: a prefix and so many characters of an alphabet behind it.
#[derive(Clone, Copy)]
pub(super) struct Format {
    pub(super) kind: &'static str,
    pub(super) prefix: &'static str,
    pub(super) charset: Charset,
    pub(super) min: usize,
    pub(super) max: usize,
    /// Characters of the key before the prefix, where that is a mark in its middle.
    pub(super) before: usize,
    /// Further proof that the characters behind the prefix are a key.
    pub(super) check: fn(&[u8]) -> bool,
    /// It may end in a checksum, which proves it wherever it stands.
    pub(super) is_summed: bool,
}

const fn f(
    kind: &'static str,
    prefix: &'static str,
    charset: Charset,
    min: usize,
    max: usize,
) -> Format {
    Format { kind, prefix, charset, min, max, before: 0, check: checks::any, is_summed: false }
}

/// A format with `before` characters of the same alphabet before its mark.
const fn behind(before: usize, format: Format) -> Format {
    Format { before, ..format }
}

const fn checked(format: Format, check: fn(&[u8]) -> bool) -> Format {
    Format { check, ..format }
}

const fn summed(format: Format) -> Format {
    Format { is_summed: true, ..format }
}

/// Longer than any key that is no blob.
const LONG: usize = 512;

/// All formats.
pub(super) fn formats() -> impl Iterator<Item = &'static Format> {
    [
        cloud::FORMATS,
        code::FORMATS,
        models::FORMATS,
        payment::FORMATS,
        chat::FORMATS,
        observe::FORMATS,
        work::FORMATS,
    ]
    .into_iter()
    .flatten()
}
