//! The words that tell what a number is, in texts and in the names of fields.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input};

use super::super::boundary::is_whole_word;
use super::{Kinds, numbers};

/// Bytes before and behind a number in which a word counts.
const BEFORE: usize = 48;
const BEHIND: usize = 24;

struct Patterns {
    automaton: AhoCorasick,
    /// By pattern, the numbers that it tells.
    tells: Vec<Kinds>,
}

/// Every spelling of every word, built when the first number needs one.
static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let mut spelled: Vec<String> = Vec::new();
    let mut tells: Vec<Kinds> = Vec::new();
    for (kind, number) in numbers().iter().enumerate() {
        for spelling in number.words.iter().flat_map(|word| spellings(word)) {
            if let Some(at) = spelled.iter().position(|known| *known == spelling) {
                tells[at].add(kind);
            } else {
                spelled.push(spelling);
                tells.push(Kinds::one(kind));
            }
        }
    }
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(spelled).ok()?;
    Some(Patterns { automaton, tells })
});

/// `nhs number` as it stands, `nhs-number`, `nhs_number` and `nhsnumber`; letters beyond ASCII in
/// both cases.
fn spellings(word: &str) -> Vec<String> {
    let signs: &[&str] = if word.contains(' ') { &[" ", "-", "_", ""] } else { &[" "] };
    let cases: &[fn(&str) -> String] = if word.is_ascii() {
        &[str::to_lowercase]
    } else {
        &[str::to_lowercase, str::to_uppercase]
    };
    let in_case = |case: &fn(&str) -> String| {
        let word = case(word);
        signs.iter().map(move |sign| word.replace(' ', sign)).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = cases.iter().flat_map(in_case).collect();
    all.dedup();
    all
}

/// The numbers that a word beside `start..end` tells.
pub(super) fn beside(text: &str, start: usize, end: usize) -> Kinds {
    let bytes = text.as_bytes();
    let mut kinds = within(bytes, start.saturating_sub(BEFORE), start);
    kinds.join(within(bytes, end, bytes.len().min(end + BEHIND)));
    kinds
}

/// The numbers that the name of a field tells.
pub(super) fn in_name(name: &str) -> Kinds {
    within(name.as_bytes(), 0, name.len())
}

fn within(bytes: &[u8], from: usize, to: usize) -> Kinds {
    // Without its words every number of the right form is told.
    let Some(patterns) = PATTERNS.as_ref() else {
        return Kinds::ALL;
    };
    let mut kinds = Kinds::default();
    for word in patterns.automaton.find_overlapping_iter(Input::new(bytes).span(from..to)) {
        if is_whole_word(bytes, word.start(), word.end()) {
            kinds.join(patterns.tells[word.pattern().as_usize()]);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::{beside, in_name, numbers, spellings};

    fn told(kinds: super::Kinds) -> Vec<&'static str> {
        kinds.of(numbers()).map(|number| number.name).collect()
    }

    #[test]
    fn a_word_is_known_in_every_spelling() {
        assert_eq!(
            spellings("nhs number"),
            ["nhs number", "nhs-number", "nhs_number", "nhsnumber"]
        );
        assert_eq!(spellings("henkilötunnus"), ["henkilötunnus", "HENKILÖTUNNUS"]);
        for name in ["nhs_number", "nhsNumber", "NHS-Number", "nhsnumber", "patient.nhs_no"] {
            assert_eq!(told(in_name(name)), ["NHS number"], "{name}");
        }
    }

    #[test]
    fn whole_words_tell_on_either_side() {
        assert_eq!(told(beside("the BSN: 123", 9, 12)), ["citizen service number"]);
        assert_eq!(told(beside("123 (pesel)", 0, 3)), ["PESEL number"]);
        assert_eq!(told(beside("absns 123", 6, 9)), Vec::<&str>::new());
        let far = format!("bsn{}123", " .".repeat(40));
        assert_eq!(told(beside(&far, far.len() - 3, far.len())), Vec::<&str>::new());
    }
}
