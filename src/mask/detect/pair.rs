//! How a name and its value are written in free text: `name=value`, `name: value`,
//! `"name": "value"`, `name := value`, `"name" => "value"`, `("name", "value")`,
//! `<name>value</name>`, `<add key="name" value="value"/>`.

use std::ops::Range;

use super::boundary::{before, byte};

/// The longest name and the longest value that are looked at.
const MAX_NAME: usize = 80;
const MAX_VALUE: usize = 4096;
/// Blanks and marks between name, sign and value.
const MAX_GAP: usize = 24;

/// Words between a name and its sign in typed languages.
const TYPES: [&str; 8] = ["string", "str", "String", "char", "NSString", "any", "object", "text"];

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Quoted,
    /// Bare and right behind the sign, as in a shell or a query.
    Tight,
    /// Bare and behind a blank, as in code or prose.
    Spaced,
}

/// The name of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name<'t> {
    pub(super) text: &'t str,
    /// It stands in quotation marks, as in JSON.
    pub(super) is_quoted: bool,
    /// It stands behind a brace or a comma, as in a value that a language prints.
    pub(super) is_field: bool,
    /// It stands behind `?` or `&`, as in the query of a URL.
    pub(super) is_parameter: bool,
}

/// A value and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    pub(super) form: Form,
}

impl Value<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

impl<'t> Name<'t> {
    /// The name whose sign stands at `at`.
    pub(super) fn before(text: &'t str, at: usize) -> Option<Self> {
        let bytes = text.as_bytes();
        let (start, end) = name_at(text, at)?;
        let opening = before(bytes, start);
        let is_tag_end = bytes[at] == b'>' && before(bytes, at) != b'=';
        (!is_tag_end || opening == b'<').then(|| Self {
            text: &text[start..end],
            is_quoted: matches!(opening, b'"' | b'\''),
            is_field: bytes[at] == b':' && is_behind_brace_or_comma(&bytes[..start]),
            is_parameter: matches!(opening, b'?' | b'&' | b';'),
        })
    }
}

fn is_behind_brace_or_comma(before: &[u8]) -> bool {
    let last = before.iter().rev().take(MAX_GAP).find(|byte| !byte.is_ascii_whitespace());
    matches!(last, Some(b'{' | b',' | b'('))
}

pub(super) fn is_sign(byte: u8) -> bool {
    matches!(byte, b'=' | b':' | b'>')
}

/// The name before the sign at `at`; past a type, and for `value=` that of the pair it ends.
fn name_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (start, end) = name_before(bytes, at)?;
    let name = &text[start..end];
    if TYPES.contains(&name) && before(bytes, start) == b' ' {
        return name_before(bytes, start);
    }
    if name.eq_ignore_ascii_case("value") {
        return key_of_value(text, start).or(Some((start, end)));
    }
    Some((start, end))
}

/// The name in `key="name" value=` and `"name": "name", "value":`.
fn key_of_value(text: &str, value: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (start, end) = name_before(bytes, value)?;
    let (key, key_end) = name_before(bytes, start)?;
    let label = &text[key..key_end];
    let is_label = ["key", "name", "header"].iter().any(|l| label.eq_ignore_ascii_case(l));
    is_label.then_some((start, end))
}

/// The name that ends before `at`, without quotes and the rest of a longer sign.
fn name_before(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let gap =
        bytes[at.saturating_sub(MAX_GAP)..at].iter().rev().take_while(|&&b| is_gap(b)).count();
    let mut end = at - gap;
    // The point of `.=`.
    if end > 1 && bytes[end - 1] == b'.' && bytes[end - 2] == b' ' {
        end -= 2;
    }
    let limit = end.saturating_sub(MAX_NAME);
    let length = bytes[limit..end].iter().rev().take_while(|&&b| is_name_byte(b)).count();
    let name = &bytes[end - length..end];
    let dashes = name.iter().take_while(|b| matches!(b, b'-' | b'.')).count();
    (length - dashes >= 2).then_some((end - length + dashes, end))
}

fn is_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b':' | b'?' | b'=' | b'|'
    ) || matches!(byte, b']' | b'*' | b'&' | b',' | b'+' | b'!')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The value behind the sign at `at`.
pub(super) fn value_behind<'t>(
    text: &'t str,
    at: usize,
    bare_run: &mut Range<usize>,
) -> Option<Value<'t>> {
    let bytes = text.as_bytes();
    let is_part = |b: &&u8| is_sign(**b) || **b == b'~';
    let sign = at + bytes[at..].iter().take(4).take_while(is_part).count();
    let sign = sign + usize::from(bytes[at] == b',');
    let gap = gap_len(&bytes[sign..], bytes[at] == b'>');
    let start = sign + gap;
    // As Rust prints what may be missing.
    let start = start + if bytes[start..].starts_with(b"Some(") { 5 } else { 0 };
    let start = start + string_prefix(&bytes[start..]);
    match quote_at(bytes, start) {
        Some((quote, opening)) => quoted(text, start + opening, quote),
        None => bare(text, start, gap > 0, bare_run),
    }
}

/// Blanks, and for an element also the line break before its text.
fn gap_len(bytes: &[u8], is_element: bool) -> usize {
    let is_blank = |b: u8| matches!(b, b' ' | b'\t' | b'*') || (is_element && b <= b' ');
    bytes.iter().take(MAX_GAP).take_while(|&&b| is_blank(b)).count()
}

/// `@"…"` and `b"…"`, and the bracket of `("…")`.
fn string_prefix(bytes: &[u8]) -> usize {
    let is_prefix = |b: u8| matches!(b, b'@' | b'b' | b'r' | b'f' | b'u' | b'(');
    match bytes {
        // In no language is that a string.
        [b'@', b'\'', ..] => 0,
        [prefix, b'"' | b'\'', ..] if is_prefix(*prefix) => 1,
        _ => 0,
    }
}

/// The quotation mark at `at` and the length of the opening: `"`, `\"`, `"""`.
fn quote_at(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let is_quote = |b: u8| matches!(b, b'"' | b'\'' | b'`');
    let first = byte(bytes, at);
    if first == b'\\' && is_quote(byte(bytes, at + 1)) {
        return Some((byte(bytes, at + 1), 2));
    }
    let is_triple = is_quote(first) && bytes[at..].starts_with(&[first; 3]);
    is_quote(first).then_some((first, if is_triple { 3 } else { 1 }))
}

/// Up to the closing mark; without one, up to the end of the line.
fn quoted(text: &str, start: usize, quote: u8) -> Option<Value<'_>> {
    let rest = &text.as_bytes()[start..text.len().min(start + MAX_VALUE)];
    let mut length = memchr::memchr2(quote, b'\n', rest).unwrap_or(rest.len());
    if length > 0 && rest.get(length) == Some(&quote) && rest[length - 1] == b'\\' {
        length -= 1;
    }
    value(text, start, start + length, Form::Quoted)
}

/// Up to a blank, a quotation mark or a sign that ends it. A run that holds several values is
/// measured once: `bare_run` is the last one.
fn bare<'t>(
    text: &'t str,
    start: usize,
    is_spaced: bool,
    run: &mut Range<usize>,
) -> Option<Value<'t>> {
    let bytes = text.as_bytes();
    if !run.contains(&start) {
        *run = start..start + bytes[start..].iter().take_while(|&&b| !ends_bare(b)).count();
    }
    let end = run.end.min(start + MAX_VALUE);
    let is_mark = |b: &u8| matches!(b, b'.' | b',' | b';' | b':' | b')' | b'!' | b'?' | b'\\');
    let marks = bytes[start..end].iter().rev().take_while(|b| is_mark(b)).count();
    let form = if is_spaced { Form::Spaced } else { Form::Tight };
    value(text, start, end - marks, form)
}

fn ends_bare(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b'<')
}

/// The value on character boundaries, if anything is left of it.
fn value(text: &str, start: usize, end: usize, form: Form) -> Option<Value<'_>> {
    let end = (start..=end).rev().find(|&end| text.is_char_boundary(end))?;
    let text = text.get(start..end).filter(|value| !value.is_empty())?;
    Some(Value { text, start, form })
}
