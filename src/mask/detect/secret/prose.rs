//! Credentials that a sentence tells: "my password is …", "with the password '…'", "the token is …".

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input};

use super::super::Finding;
use super::super::boundary::{before, byte, is_word_byte};
use super::super::pair::Form;
use super::assignment::PLAIN_KEYS;
use super::value::{self, Proof};

static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["password", "passwd", "passphrase", "passcode"])
        .ok()
});

/// What may stand between the word and the value.
const CONNECTORS: [&str; 9] =
    [" is set to ", " was set to ", " is: ", " is ", " was ", " of ", " to ", ": ", " "];

const MAX_VALUE: usize = 128;

/// Appends the values that stand behind a word for a password.
pub(super) fn find(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let Some(words) = WORDS.as_ref() else { return };
    let bytes = text.as_bytes();
    for word in words.find_iter(Input::new(text).range(range)) {
        if is_word_byte(before(bytes, word.start())) {
            continue;
        }
        if let Some((start, end)) = told_behind(text, word.end()) {
            findings.push(Finding::secret(start, end, "password"));
        }
    }
}

/// Words for a key or token, which must look drawn at random.
const KEY_WORDS: [&str; 5] = ["token", "key", "secret", "credential", "apikey"];

/// Between such a word and the key.
const VERB: &[u8] = b" is ";

/// The key that a sentence says the run to be.
pub(super) fn key_in(text: &str, run: Range<usize>) -> Option<Finding> {
    let head = text.as_bytes()[..run.start].strip_suffix(VERB)?;
    let length = head.iter().rev().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
    let (before, word) = head.split_at(head.len() - length);
    let is_told = KEY_WORDS.iter().any(|known| ends_with_word(word, known.as_bytes()))
        && !ends_with_plain(before);
    let (start, end) = word_at(text, run.start).filter(|_| is_told)?;
    value::is_credential(&text[start..end], Proof::Weak, Form::Tight)
        .then(|| Finding::secret(start, end, "key"))
}

/// `primary key`, `cache-key`: the word before tells a key of a table or a store.
fn ends_with_plain(before: &[u8]) -> bool {
    let before = before.strip_suffix(b" ").or_else(|| before.strip_suffix(b"-")).unwrap_or(before);
    PLAIN_KEYS.iter().any(|plain| {
        let start = before.len().checked_sub(plain.len());
        start.is_some_and(|start| before[start..].eq_ignore_ascii_case(plain.as_bytes()))
    })
}

/// `token`, `apiToken`, not `monkey`.
fn ends_with_word(word: &[u8], known: &[u8]) -> bool {
    let Some(start) = word.len().checked_sub(known.len()) else {
        return false;
    };
    word[start..].eq_ignore_ascii_case(known) && (start == 0 || word[start].is_ascii_uppercase())
}

/// The value that the sentence gives behind the word that ends at `at`.
fn told_behind(text: &str, at: usize) -> Option<(usize, usize)> {
    let connector = CONNECTORS.iter().find(|c| text[at..].starts_with(**c))?;
    let start = at + connector.len();
    let quote = byte(text.as_bytes(), start);
    if matches!(quote, b'"' | b'\'' | b'`') {
        return quoted(text, start + 1, quote);
    }
    bare(text, start)
}

fn quoted(text: &str, start: usize, quote: u8) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let rest = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    let end = start + rest.iter().position(|&b| b == quote || b == b'\n')?;
    let value = &text[start..end];
    value::is_credential(value, Proof::Password, Form::Quoted).then_some((start, end))
}

/// A bare word is one only if no word of the language looks like it.
fn bare(text: &str, start: usize) -> Option<(usize, usize)> {
    let (start, end) = word_at(text, start)?;
    let value = &text[start..end];
    let is_one = looks_chosen(value) && value::is_credential(value, Proof::Password, Form::Tight);
    is_one.then_some((start, end))
}

/// The word at `start`, without the marks of the sentence.
fn word_at(text: &str, start: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let rest = &bytes[start..bytes.len().min(start + MAX_VALUE)];
    let length = rest.iter().position(|b| *b <= b' ').unwrap_or(rest.len());
    let length = rest[..length]
        .iter()
        .rposition(|b| !matches!(b, b'.' | b',' | b';' | b':' | b'?' | b')' | b'"' | b'\''))
        .map_or(0, |last| last + 1);
    text.get(start..start + length).map(|_| (start, start + length))
}

fn looks_chosen(value: &str) -> bool {
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    let has_letter = value.bytes().any(|b| b.is_ascii_alphabetic());
    let has_sign = value.bytes().any(|b| b"!@#$%^&*?+=".contains(&b));
    value.len() >= 6 && has_letter && (has_digit || has_sign)
}

#[cfg(test)]
mod tests {
    use super::{find, key_in};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn told_passwords_are_found() {
        assert_eq!(found("my password is sesame99, ok"), ["sesame99"]);
        assert_eq!(found("with the password 'open sesame'"), ["open sesame"]);
        assert_eq!(found("and password Se$ame."), ["Se$ame"]);
    }

    #[test]
    fn told_keys_are_found() {
        let found = |text: &'static str| {
            let start = text.rfind(' ').map_or(0, |at| at + 1);
            let found = key_in(text, start..text.len());
            found.iter().map(|f| &text[f.start..f.end]).collect::<Vec<_>>()
        };
        assert_eq!(found("my API key is q7w8e9r0t1y2u3i4."), ["q7w8e9r0t1y2u3i4"]);
        assert_eq!(found("acmeToken is q7w8e9r0t1y2u3i4"), ["q7w8e9r0t1y2u3i4"]);
        assert_eq!(found("the primary key is q7w8e9r0t1y2u3i4"), [""; 0]);
        assert_eq!(found("the key is under-the-mat; monkey is q7w8e9r0t1y2u3i4"), [""; 0]);
    }

    #[test]
    fn talk_of_passwords_is_left() {
        for text in ["my password is wrong", "a password of some length", "reset the password now"]
        {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
