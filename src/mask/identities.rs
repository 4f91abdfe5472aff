//! Names and addresses that one record knows, so that they are masked wherever else it tells
//! them: in any case, whole words only.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use unicode_normalization::UnicodeNormalization;

use super::entity::Entity;
use super::fold::fold;
use super::placeholder;
use super::policy::Treatment;
use super::walk::{Container, Sink};

/// The longest value that is carried over, in bytes; no name or address is longer (RFC 5321
/// allows an address 254).
const MAX_BYTES: usize = 256;
/// The most identities of one record; one that tells more gives up its trace.
const MAX_IDENTITIES: usize = 65_536;

/// The most texts of a record whose name may still come.
const MAX_WATCHED: usize = 1_024;

/// Words that stand in for a name, and titles before one: masking them everywhere would only
/// blot out the text.
const NOT_NAMES: &[&str] = &[
    "admin",
    "agent",
    "anonymous",
    "assistant",
    "bot",
    "client",
    "company",
    "customer",
    "default",
    "dr",
    "guest",
    "herr",
    "frau",
    "iii",
    "jr",
    "madam",
    "miss",
    "mme",
    "mr",
    "mrs",
    "ms",
    "mx",
    "n/a",
    "name",
    "none",
    "null",
    "owner",
    "prof",
    "root",
    "sir",
    "sr",
    "support",
    "system",
    "team",
    "test",
    "unknown",
    "user",
];

/// Name parts that are everyday words as well; they are masked only as they are written.
const ALSO_WORDS: &[&str] = &[
    "angel", "art", "baker", "bell", "best", "bill", "black", "brook", "brown", "cook", "day",
    "dean", "drew", "faith", "fields", "fox", "frank", "gene", "good", "grace", "grant", "gray",
    "green", "hall", "hill", "hope", "house", "hunter", "jack", "joy", "king", "lane", "law",
    "long", "love", "major", "mark", "mason", "may", "miles", "miller", "moon", "north", "page",
    "park", "price", "rich", "rose", "sandy", "short", "smart", "snow", "stone", "storm", "street",
    "summer", "van", "von", "ward", "west", "white", "wild", "will", "wood", "woods", "young",
];

/// What a record knows, while it is being collected.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// In order, so that the same record is masked in the same way each time.
    identities: BTreeMap<String, Identity>,
    /// There was no room for one of them: nobody can be sure of anything then.
    is_overfull: bool,
    /// The texts under a `value` whose name may still come, and whether more are coming.
    watched: Vec<String>,
    watches: usize,
    /// The name just met in the same object: `first_name` beside `last_name` is one person.
    beside: Option<String>,
}

#[derive(Clone, Debug)]
struct Identity {
    entity: Entity,
    /// An everyday word, masked only with the letters in the case they were given in.
    exact_case: bool,
}

impl Known {
    /// A person's name with its parts.
    pub(crate) fn name(&mut self, name: &str) {
        let name = name.trim();
        if !is_name(name) {
            return;
        }
        self.insert(name, Entity::Name, is_everyday(name));
        let parts = name
            .split(|c: char| c.is_whitespace() || c == ',')
            .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()));
        for part in parts.filter(|part| *part != name && is_name(part)) {
            self.insert(part, Entity::Name, is_everyday(part));
        }
    }

    /// A name in an object, and the full name that it makes with the one before it.
    fn name_beside_others(&mut self, name: &str) {
        self.name(name);
        if let Some(before) = self.beside.take() {
            for full in [format!("{before} {name}"), format!("{name} {before}")] {
                self.name(&full);
            }
        }
        self.beside = Some(name.trim().to_owned());
    }

    /// Any other value, as it stands.
    pub(crate) fn value(&mut self, entity: Entity, value: &str) {
        let value = value.trim();
        if !value.is_empty() {
            self.insert(value, entity, false);
        }
    }

    fn insert(&mut self, value: &str, entity: Entity, exact_case: bool) {
        if self.identities.len() >= MAX_IDENTITIES {
            self.is_overfull = true;
            return;
        }
        if value.len() <= MAX_BYTES && !placeholder::is_whole(value) {
            let identity = Identity { entity, exact_case };
            self.identities.entry(as_searched(value)).or_insert(identity);
        }
    }

    /// What a value under this treatment says about the rest of the record.
    fn learn(&mut self, treatment: Treatment, text: &str) {
        let text = &*placeholder::outside(text);
        match treatment {
            Treatment::Name => self.name_beside_others(text),
            Treatment::Email if text.contains('@') => self.value(Entity::Email, text),
            Treatment::Phone if digits(text) >= 7 => self.value(Entity::Phone, text),
            Treatment::Card if digits(text) >= 12 => self.value(Entity::Card, text),
            Treatment::Ssn if digits(text) >= 9 => self.value(Entity::Ssn, text),
            Treatment::Iban if digits(text) >= 8 => self.value(Entity::Iban, text),
            Treatment::Id if text.trim().len() >= 3 => self.value(Entity::Id, text),
            Treatment::UserName if is_distinctive(text) => self.value(Entity::Id, text),
            Treatment::RemoveEverywhere if is_distinctive(text) => {
                self.value(Entity::Removed, text);
            }
            _ => {}
        }
    }

    /// Everything that the record told is known.
    pub(crate) fn is_complete(&self) -> bool {
        !self.is_overfull
    }

    /// Ready to be looked for.
    pub(crate) fn into_identities(self) -> Identities {
        Identities::new(self.identities)
    }
}

impl Sink for Known {
    fn null(&mut self) {}
    fn boolean(&mut self, _: bool) {}

    fn number(&mut self, treatment: Treatment, text: &str) {
        self.learn(treatment, text);
    }

    fn text(&mut self, treatment: Treatment, text: &str) {
        if self.watches > 0 && self.watched.len() < MAX_WATCHED && text.len() <= MAX_BYTES {
            self.watched.push(text.to_owned());
        }
        self.learn(treatment, text);
    }

    fn also(&mut self, treatment: Treatment, text: &str) {
        self.learn(treatment, text);
    }

    fn begin_left_out(&mut self) {}
    fn end_left_out(&mut self) {}

    fn bytes(&mut self, _: usize) {}
    fn cut(&mut self) {}

    fn begin(&mut self, _: Container) {
        self.beside = None;
    }

    fn element(&mut self, _: usize) {}
    fn key(&mut self, _: usize, _: &str) {}

    fn end(&mut self, _: Container) {
        self.beside = None;
    }

    fn mark(&self) -> usize {
        self.watched.len()
    }

    fn watch(&mut self, is_on: bool) {
        self.watches = if is_on { self.watches + 1 } else { self.watches.saturating_sub(1) };
    }

    fn replace_with_bytes(&mut self, _: usize, _: usize) {}

    fn rename(&mut self, from: usize, to: usize, treatment: Treatment) {
        for text in self.watched.get(from..to).unwrap_or_default().to_vec() {
            self.learn(treatment, &text);
        }
    }

    fn begin_embedded(&mut self) {}
    fn end_embedded(&mut self, _: &str) {}
}

/// What a record knows, ready to be found in its texts.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    automaton: Option<AhoCorasick>,
    /// By pattern of the automaton.
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    identity: Identity,
    value: String,
}

/// A place where something known stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occurrence<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) entity: Entity,
    /// As the record knows it.
    pub(crate) value: &'a str,
}

impl Identities {
    fn new(identities: BTreeMap<String, Identity>) -> Self {
        let mut patterns = Vec::new();
        let mut texts = Vec::new();
        for (value, identity) in identities {
            for text in spellings(&value) {
                texts.push(text);
                patterns.push(Pattern { identity: identity.clone(), value: value.clone() });
            }
        }
        // It fails beyond 2^31 states only, far more than the most identities can have.
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // One is built for each record, and a DFA takes longer to build than a record of
            // ordinary size takes to be searched.
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&texts)
            .ok()
            .filter(|_| !texts.is_empty());
        Self { automaton, patterns }
    }

    /// Every place in `text` where something known stands as a whole word, in no special order.
    pub(crate) fn find<'a>(&'a self, text: &str, found: &mut Vec<Occurrence<'a>>) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let folded = fold(text);
        let haystack = folded.as_ref().map_or(text, |folded| folded.text());
        for hit in automaton.find_overlapping_iter(haystack) {
            let pattern = &self.patterns[hit.pattern().as_usize()];
            if !pattern.matches(haystack, hit.start(), hit.end()) {
                continue;
            }
            let (start, end) = match &folded {
                Some(folded) => folded.original(hit.start(), hit.end()),
                None => (hit.start(), hit.end()),
            };
            found.push(Occurrence {
                start,
                end,
                entity: pattern.identity.entity,
                value: &pattern.value,
            });
        }
    }
}

impl Pattern {
    fn matches(&self, text: &str, start: usize, end: usize) -> bool {
        let hit = &text[start..end];
        let goes_on_before =
            is_in_word(text[..start].chars().next_back()) && is_in_word(hit.chars().next());
        let goes_on_behind =
            is_in_word(text[end..].chars().next()) && is_in_word(hit.chars().next_back());
        !goes_on_before && !goes_on_behind && (!self.identity.exact_case || hit == self.value)
    }
}

/// A value in the form in which texts are searched: typographic signs, foreign digits and
/// invisible characters are folded there.
fn as_searched(value: &str) -> String {
    match fold(value) {
        Some(folded) => folded.text().to_owned(),
        None => value.nfkc().collect(),
    }
}

/// The automaton ignores the case of ASCII letters alone; the others get a pattern each.
fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned()];
    if !value.is_ascii() {
        spellings.extend([value.to_lowercase(), value.to_uppercase()]);
        spellings.sort_unstable();
        spellings.dedup();
    }
    spellings
}

fn is_in_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

fn is_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && !NOT_NAMES.contains(&lower.trim_end_matches('.'))
}

fn is_everyday(name: &str) -> bool {
    name.chars().count() <= 3 || ALSO_WORDS.contains(&name.to_lowercase().as_str())
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Whether a text can only be this one secret, wherever it stands: long, or of mixed characters.
fn is_distinctive(text: &str) -> bool {
    let text = text.trim();
    let has_digit = digits(text) > 0;
    let has_other = text.bytes().any(|byte| !byte.is_ascii_digit());
    match text.len() {
        0..=5 => false,
        6..=11 => has_digit && has_other,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(known: Known, text: &str) -> Vec<String> {
        let identities = known.into_identities();
        let mut found = Vec::new();
        identities.find(text, &mut found);
        let mut texts: Vec<_> = found.iter().map(|o| text[o.start..o.end].to_owned()).collect();
        texts.sort();
        texts.dedup();
        texts
    }

    fn name(name: &str) -> Known {
        let mut known = Known::default();
        known.name(name);
        known
    }

    #[test]
    fn a_name_and_its_parts_are_found_in_any_case_as_whole_words() {
        let text = "MARIA LINDQVIST, maria's, Mariana, maria_l";
        assert_eq!(
            found(name("Maria Lindqvist"), text),
            ["LINDQVIST", "MARIA", "MARIA LINDQVIST", "maria"]
        );
    }

    #[test]
    fn an_everyday_word_is_a_name_only_as_written() {
        assert_eq!(found(name("Will Li"), "Will you? I will. Li, li"), ["Li", "Will"]);
        assert!(found(name("Unknown"), "unknown").is_empty());
    }

    #[test]
    fn a_first_and_a_last_name_make_a_full_one() {
        let mut known = Known::default();
        known.begin(Container::Object);
        known.learn(Treatment::Name, "Mia");
        known.learn(Treatment::Name, "Li");
        known.end(Container::Object);
        assert_eq!(found(known, "is mia li here?"), ["mia li"]);
    }

    #[test]
    fn typographic_signs_make_no_other_name() {
        assert_eq!(found(name("O\u{2019}Brien"), "O'Brien, o\u{2019}brien").len(), 2);
    }

    #[test]
    fn accents_and_other_alphabets_ignore_case_too() {
        assert_eq!(found(name("Křenová"), "KŘENOVÁ křenová"), ["KŘENOVÁ", "křenová"]);
        assert_eq!(found(name("Křenová"), "Kr\u{30c}enova\u{301}").len(), 1);
    }

    #[test]
    fn a_short_name_inside_a_longer_one_that_does_not_match_is_found() {
        let mut known = name("Maria L");
        known.name("Maria");
        assert_eq!(found(known, "Maria Lee"), ["Maria"]);
    }

    #[test]
    fn a_record_that_tells_too_many_is_not_taken_for_complete() {
        let mut known = Known::default();
        for number in 0..=MAX_IDENTITIES {
            assert!(known.is_complete());
            known.value(Entity::Id, &number.to_string());
        }
        assert!(!known.is_complete());
    }

    #[test]
    fn only_what_can_be_nothing_else_is_carried_over() {
        for (text, carried) in [
            ("correct-horse-42", true),
            ("1990-04-05", true),
            ("secret", false),
            ("true", false),
            ("123456", false),
        ] {
            assert_eq!(is_distinctive(text), carried, "{text}");
        }
    }
}
