//! Credentials on a command line (POSIX, "Utility conventions"; curl(1)): `--password value`,
//! `curl -u user:password`.

use std::ops::Range;

use super::super::super::keys::Segments;
use super::super::Finding;
use super::super::boundary::{before, byte};
use super::super::pair::{Form, Name};
use super::assignment::claim;
use super::value::{self, Proof};

const MAX: usize = 512;

/// Appends the values behind a flag in `range` that names a credential.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let begins_word = |&at: &usize| matches!(before(bytes, at), 0..=b' ' | b'`');
    let dashes = memchr::memchr_iter(b'-', &bytes[range.clone()]).map(|at| range.start + at);
    for dash in dashes.filter(begins_word) {
        let start = dash + 1 + usize::from(byte(bytes, dash + 1) == b'-');
        let name = start + bytes[start..].iter().take(64).take_while(|&&b| is_flag_byte(b)).count();
        // Of the flags of one letter only `-u` takes a login.
        let is_short = name - start < 2 && byte(bytes, start) != b'u';
        if is_short || !matches!(byte(bytes, name), b' ' | b'=') {
            continue;
        }
        if let Some((start, end, kind)) = argument(text, &text[start..name], name + 1) {
            findings.push(Finding::secret(start, end, kind));
        }
    }
}

fn is_flag_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn argument(text: &str, flag: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let (start, end) = word_at(text, at)?;
    let value = &text[start..end];
    if matches!(flag, "u" | "user") {
        return is_login(value).then_some((start, end, "credential"));
    }
    let segments = Segments::of(flag);
    let (words, count) = segments.words();
    let name = Name { text: flag, is_quoted: false, is_field: false, is_parameter: false };
    let (proof, kind) = claim(&name, &words[..count])?;
    // Behind a blank there may be any word, the next of the command.
    let proof = if proof == Proof::Password { Proof::Token } else { proof };
    value::is_credential(value, proof, Form::Tight).then_some((start, end, kind))
}

/// The word of a command line at `at`, quoted as a whole or in its second half.
fn word_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let quote = byte(bytes, at);
    let is_quoted = matches!(quote, b'"' | b'\'');
    let start = at + usize::from(is_quoted);
    let rest = bytes.get(start..bytes.len().min(start + MAX))?;
    let ends = |b: u8| if is_quoted { b == quote } else { b <= b' ' };
    let length = rest.iter().position(|&b| ends(b)).unwrap_or(rest.len());
    text.get(start..start + length).filter(|word| !word.is_empty()).map(|_| (start, start + length))
}

/// `user:password` where the password is none of those in examples.
fn is_login(value: &str) -> bool {
    let Some((_, password)) = value.split_once(':') else {
        return false;
    };
    let password = password.trim_matches(['\'', '"']);
    let is_mixed = password.bytes().any(|b| b.is_ascii_uppercase())
        && password.bytes().any(|b| b.is_ascii_lowercase());
    let has_digit = password.bytes().any(|b| b.is_ascii_digit());
    (is_mixed || has_digit)
        && before(password.as_bytes(), password.len()) != b'}'
        && value::is_credential(password, Proof::Password, Form::Quoted)
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
    fn the_value_of_a_flag_is_found() {
        assert_eq!(found("run --api-key q7w8e9r0t1 --out x"), ["q7w8e9r0t1"]);
        assert_eq!(found("--auth-token 'q7w8e9r0t1'"), ["q7w8e9r0t1"]);
        assert_eq!(found("--acme_key q7w8e9r0t1y2u3i4o5"), ["q7w8e9r0t1y2u3i4o5"]);
        assert_eq!(found("curl -u ann:Sesame99 https://a.example"), ["ann:Sesame99"]);
    }

    #[test]
    fn other_flags_and_words_are_left() {
        for text in
            ["--password prompt", "--key-id q7w8e9r0t1", "-u ann", "--cache-key q7w8e9r0t1y2u3i4o5"]
        {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
