//! Names of people where the form of a letter gives them away: greetings, signatures, "my name is".

use std::ops::Range;

use super::super::entity::Entity;
use super::Finding;

/// Phrases that a name may follow, in small letters, the longer before its beginning.
enum Opening {
    /// In the same line: "Hi Maria,".
    Greeting(&'static [&'static str]),
    /// In the line below: "Best regards,".
    Closing(&'static [&'static str]),
}

impl Opening {
    /// Those with the same first two letters, which is all that most lines are looked at for.
    fn of(first: u8, second: u8) -> Option<Self> {
        Some(match &[first | 0x20, second | 0x20] {
            b"go" => Self::Greeting(&["good afternoon", "good morning", "good evening"]),
            b"gr" => Self::Greeting(&["greetings"]),
            b"he" => Self::Greeting(&["hello", "hey"]),
            b"de" => Self::Greeting(&["dear"]),
            b"hi" => Self::Greeting(&["hiya", "hi"]),
            b"be" => Self::Closing(&["best regards", "best wishes", "best"]),
            b"ki" => Self::Closing(&["kind regards"]),
            b"wa" => Self::Closing(&["warm regards", "warmest regards"]),
            b"ma" => Self::Closing(&["many thanks"]),
            b"yo" => Self::Closing(&["yours sincerely", "yours truly", "yours faithfully"]),
            b"si" => Self::Closing(&["sincerely yours", "sincerely"]),
            b"al" => Self::Closing(&["all the best"]),
            b"th" => Self::Closing(&["thank you", "thanks"]),
            b"re" => Self::Closing(&["regards"]),
            b"ch" => Self::Closing(&["cheers"]),
            _ => return None,
        })
    }
}

const INTRODUCTIONS: [&str; 6] = [
    "my name is ",
    "my full name is ",
    "my name's ",
    "first name is ",
    "last name is ",
    "full name is ",
];

const NOUN: &[u8] = b"name";
const VERBS: [&[u8]; 2] = [b" is ", b"'s "];

const TITLES: [&str; 14] = [
    "mr.", "mrs.", "ms.", "dr.", "prof.", "mr", "mrs", "ms", "dr", "miss", "herr", "frau", "sir",
    "madam",
];

/// Capitalised words behind a greeting that name nobody.
const NOBODY: [&str; 44] = [
    "admin",
    "again",
    "agent",
    "all",
    "am",
    "and",
    "assistant",
    "bot",
    "can",
    "claude",
    "colleagues",
    "could",
    "customer",
    "customers",
    "developer",
    "everybody",
    "everyone",
    "folks",
    "friend",
    "friends",
    "guys",
    "how",
    "is",
    "it",
    "ladies",
    "madam",
    "manager",
    "my",
    "please",
    "recruiter",
    "service",
    "sir",
    "support",
    "team",
    "thanks",
    "thank",
    "the",
    "there",
    "this",
    "user",
    "we",
    "what",
    "world",
    "you",
];

/// Which lines of a text are looked at.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    /// The text begins with a line: nothing stands before it.
    pub(super) has_first: bool,
    /// It has more of them.
    pub(super) has_others: bool,
}

const MAX_WORDS: usize = 3;
const MAX_WORD: usize = 32;

/// Appends the names in greetings and signatures, which stand at the beginning of a text or of a
/// line.
pub(super) fn find(text: &str, lines: Lines, findings: &mut Vec<Finding>) {
    if lines.has_first {
        find_in_line(text, 0, findings);
    }
    if !lines.has_others {
        return;
    }
    for newline in memchr::memchr_iter(b'\n', text.as_bytes()) {
        find_in_line(text, newline + 1, findings);
    }
}

fn find_in_line(text: &str, at: usize, findings: &mut Vec<Finding>) {
    let line = &text.as_bytes()[at..];
    let is_before_words = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'>' | b'*');
    let start = at + line.iter().take_while(is_before_words).count();
    let Some(&[first, second]) = text.as_bytes()[start..].first_chunk() else {
        return;
    };
    let found = match Opening::of(first, second) {
        Some(Opening::Greeting(phrases)) => greeted(text, start, phrases),
        Some(Opening::Closing(phrases)) => signed(text, start, phrases),
        None => None,
    };
    if let Some((start, end)) = found {
        findings.push(Finding::new(start, end, Entity::Name));
    }
}

/// The name in "Hi Maria," and "Dear Mr. Lindqvist:".
fn greeted(text: &str, at: usize, greetings: &[&str]) -> Option<(usize, usize)> {
    let behind = at + phrase_len(&text[at..], greetings)?;
    let start = behind + text[behind..].strip_prefix(' ').map(|_| 1)?;
    let start = skip_title(text, start);
    let end = name_end(text, start)?;
    let rest = &text[end..];
    let closes =
        rest.trim_start_matches(' ').starts_with([',', '!', '.', ':', ';', '-', '\n', '\r']);
    (closes || rest.trim_start().is_empty()).then_some((start, end))
}

/// The name in the line below "Best regards,", or behind it in the same line.
fn signed(text: &str, at: usize, closings: &[&str]) -> Option<(usize, usize)> {
    let behind = at + phrase_len(&text[at..], closings)?;
    let rest = &text[behind..];
    let gap = rest.len() - rest.trim_start_matches([',', '!', '.', ' ', '\r', '\n', '-']).len();
    let is_separated = rest[..gap].contains(['\n', ',', '-']);
    if gap == 0 || gap > 8 || !is_separated {
        return None;
    }
    let start = behind + gap;
    let end = name_end(text, start)?;
    let line = text[end..].split('\n').next().unwrap_or("");
    let ends_line = line.trim_matches([' ', '.', ',', '\r', '\t', '!', '*']).is_empty();
    ends_line.then_some((start, end))
}

/// Appends the names behind "my name is" where the noun stands in `range`.
pub(super) fn find_introductions(text: &str, range: Range<usize>, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let behind =
        |at: usize| VERBS.iter().find(|v| bytes[at..].starts_with(v)).map(|v| at + v.len());
    let nouns = memchr::memmem::find_iter(&bytes[range.clone()], NOUN);
    for start in nouns.filter_map(|at| behind(range.start + at + NOUN.len())) {
        if INTRODUCTIONS.iter().any(|phrase| ends_with_phrase(&bytes[..start], phrase)) {
            let start = skip_title(text, start);
            findings
                .extend(name_end(text, start).map(|end| Finding::new(start, end, Entity::Name)));
        }
    }
}

fn ends_with_phrase(bytes: &[u8], phrase: &str) -> bool {
    bytes
        .len()
        .checked_sub(phrase.len())
        .is_some_and(|at| bytes[at..].eq_ignore_ascii_case(phrase.as_bytes()))
}

/// The length of the phrase that `text` begins with, in any case, as whole words.
fn phrase_len(text: &str, phrases: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    let begins = |phrase: &str| {
        bytes.get(..phrase.len()).is_some_and(|b| b.eq_ignore_ascii_case(phrase.as_bytes()))
    };
    let found = phrases.iter().find(|phrase| begins(phrase))?;
    let is_whole = !bytes.get(found.len()).is_some_and(u8::is_ascii_alphanumeric);
    is_whole.then_some(found.len())
}

fn skip_title(text: &str, at: usize) -> usize {
    match phrase_len(&text[at..], &TITLES) {
        Some(length) if text[at + length..].starts_with(' ') => at + length + 1,
        _ => at,
    }
}

/// The end of up to three capitalised words from `start` on.
fn name_end(text: &str, start: usize) -> Option<usize> {
    let mut end = None;
    let mut at = start;
    for _ in 0..MAX_WORDS {
        let Some(length) = name_word_len(&text[at..]) else {
            break;
        };
        end = Some(at + length);
        if !text[at + length..].starts_with(' ') {
            break;
        }
        at += length + 1;
    }
    end
}

/// The length of the capitalised word that `text` begins with; an initial may have a point.
fn name_word_len(text: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-');
    let end = text.char_indices().find(|&(_, c)| !is_part(c)).map_or(text.len(), |(at, _)| at);
    let word = &text[..end];
    let is_name = word.chars().next().is_some_and(char::is_uppercase)
        && word.len() <= MAX_WORD
        && !NOBODY.iter().any(|other| other.eq_ignore_ascii_case(word))
        && !word.starts_with("I'");
    let is_initial = end == 1 && text[1..].starts_with('.');
    match is_name {
        true if is_initial => Some(2),
        true if end > 1 => Some(word.trim_end_matches(['\'', '-']).len()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Opening, find, find_introductions, phrase_len};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, Lines { has_first: true, has_others: true }, &mut findings);
        find_introductions(text, 0..text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn greetings_signatures_and_introductions_name_people() {
        assert_eq!(found("Hi Maria,\nthe order is late."), ["Maria"]);
        assert_eq!(found("Dear Mr. Lindqvist,"), ["Lindqvist"]);
        assert_eq!(found("Bye.\n\nBest regards,\nMaria del Toro"), Vec::<&str>::new());
        assert_eq!(found("Bye.\n\nBest regards,\nMaria Toro"), ["Maria Toro"]);
        assert_eq!(found("Hello. My name is Zo\u{eb} Wren and"), ["Zo\u{eb} Wren"]);
    }

    #[test]
    fn every_phrase_is_found_by_its_first_letters() {
        for first in b'a'..=b'z' {
            for second in b'a'..=b'z' {
                let Some(Opening::Greeting(phrases) | Opening::Closing(phrases)) =
                    Opening::of(first, second)
                else {
                    continue;
                };
                for phrase in phrases {
                    assert_eq!(phrase.as_bytes()[..2], [first, second], "{phrase}");
                    assert_eq!(phrase_len(&phrase.to_uppercase(), phrases), Some(phrase.len()));
                }
            }
        }
    }

    #[test]
    fn other_openings_name_nobody() {
        for text in ["Hello World!", "Hi there,", "Hi Team,", "Dear Sir,", "Thanks,\nPlease call."]
        {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
