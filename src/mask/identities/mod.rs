//! Names and addresses that one record knows, so that they are masked wherever else it tells
//! them: in any case, whole words only.

mod crowd;
mod known;
mod names;

use std::cell::OnceCell;
use std::collections::HashMap;

use aho_corasick::AhoCorasick;

pub(crate) use self::known::Known;

use self::crowd::{Crowd, MAX_COMPARED};
use super::entity::Entity;
use super::policy::Policy;
use super::spelling::spellings;
use super::word::{Key, each_word, goes_on, is_in_word};

/// Bits of the filter for each pattern: one word in fifty that is nobody's name passes it.
const FILTER_BITS: usize = 64;
/// 512 KiB at most, for a record that tells tens of thousands of names.
const MAX_FILTER_BITS: usize = 1 << 22;

#[derive(Clone, Debug)]
struct Identity {
    entity: Entity,
    /// An everyday word, masked only with the letters in the case they were given in.
    exact_case: bool,
    /// Its length where it is known by its beginning alone.
    full_len: usize,
}

/// What a record knows, ready to be found in its texts.
///
/// Nearly all that is known has a word in it, so only the words of a text have to be looked at, and of
/// those all but a few are told by one bit of a filter. An automaton of all patterns takes longer
/// to build than a record of ordinary size takes to be written.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    /// By the key of their first word.
    patterns: Vec<Pattern>,
    /// One bit for each spread key of `patterns`; its length is a power of two.
    filter: Vec<u64>,
    /// The keys that many patterns have.
    crowds: HashMap<Key, Crowd>,
    wordless: Wordless,
}

/// Secrets of signs alone, which are rare.
#[derive(Debug, Default)]
struct Wordless {
    patterns: Vec<Pattern>,
    automaton: Option<AhoCorasick>,
}

#[derive(Debug)]
struct Pattern {
    /// Where its first word begins, and that word's key.
    word: Option<(usize, Key)>,
    text: String,
    identity: Identity,
    /// As the record knows it, where `text` is another spelling.
    value: Option<String>,
    placeholder: OnceCell<String>,
}

/// A place where something known stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occurrence<'a> {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pattern: &'a Pattern,
}

impl<'a> Occurrence<'a> {
    pub(crate) fn entity(&self) -> Entity {
        self.pattern.identity.entity
    }

    /// Whether something stands right beside it that may be read otherwise without it.
    pub(crate) fn touches(&self, text: &str) -> bool {
        let is_blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let has_digit = self.pattern.text.bytes().any(|byte| byte.is_ascii_digit());
        has_digit
            || !is_blank(text[..self.start].chars().next_back())
            || !is_blank(text[self.end..].chars().next())
    }

    /// What stands in its place: worked out once for each identity.
    pub(crate) fn placeholder(&self, policy: &Policy) -> &'a str {
        let pattern = self.pattern;
        pattern.placeholder.get_or_init(|| {
            let value = pattern.value.as_deref().unwrap_or(&pattern.text);
            policy.placeholder(pattern.identity.entity, "", value)
        })
    }
}

impl Identities {
    fn new(identities: HashMap<String, Identity>) -> Self {
        let mut patterns = Vec::with_capacity(identities.len());
        for (value, identity) in identities {
            if value.is_ascii() {
                patterns.push(Pattern::new(value, None, identity));
            } else {
                let spelled = spellings(&value).into_iter();
                patterns.extend(
                    spelled.map(|text| Pattern::new(text, Some(value.clone()), identity.clone())),
                );
            }
        }
        // In order, so that the same record is masked in the same way each time.
        patterns.sort_unstable_by(|one, other| {
            (one.key(), &one.text, &one.value).cmp(&(other.key(), &other.text, &other.value))
        });
        // Without a key they come first.
        let first = patterns.partition_point(|pattern| pattern.key().is_none());
        let wordless = patterns.drain(..first).collect();
        let filter = filter_of(&patterns);
        let crowds = crowds_of(&patterns);
        Self { patterns, filter, crowds, wordless: Wordless::new(wordless) }
    }

    /// Nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.wordless.patterns.is_empty()
    }

    /// Every place in `text` where something known stands as a whole word, in order of its first
    /// word.
    /// The text is in the form that [`fold`](super::fold::fold) gives it.
    pub(crate) fn find<'a>(&'a self, text: &str, found: &mut Vec<Occurrence<'a>>) {
        self.wordless.find(text, found);
        if self.patterns.is_empty() {
            return;
        }
        each_word(text, |at, key| {
            if self.may_begin(key) {
                self.find_at(text, at, key, found);
            }
        });
    }

    /// Whether something known may be a word with this key, or begin with one.
    pub(crate) fn may_be(&self, word: Key) -> bool {
        !self.wordless.patterns.is_empty() || (!self.patterns.is_empty() && self.may_begin(word))
    }

    /// Not inlined: it is called for one word in hundreds.
    #[inline(never)]
    fn find_at<'a>(&'a self, text: &str, at: usize, key: Key, found: &mut Vec<Occurrence<'a>>) {
        if let Some(crowd) = self.crowds.get(&key) {
            crowd.around(text, at, |start, index| {
                found.extend(self.patterns[index].at(text, start));
            });
            return;
        }
        let first = self.patterns.partition_point(|pattern| pattern.key() < Some(key));
        let same = self.patterns[first..].iter().take_while(|pattern| pattern.key() == Some(key));
        found.extend(same.filter_map(|pattern| pattern.at(text, at.checked_sub(pattern.word?.0)?)));
    }

    fn may_begin(&self, key: Key) -> bool {
        let (word, bit) = filter_bit(key, self.filter.len());
        self.filter[word] >> bit & 1 != 0
    }
}

impl Wordless {
    fn new(patterns: Vec<Pattern>) -> Self {
        if patterns.is_empty() {
            return Self::default();
        }
        // It fails beyond 2^31 states only, far more than the most identities can have.
        let automaton = AhoCorasick::new(patterns.iter().map(|pattern| &pattern.text)).ok();
        Self { patterns, automaton }
    }

    fn find<'a>(&'a self, text: &str, found: &mut Vec<Occurrence<'a>>) {
        let Some(automaton) = &self.automaton else {
            return;
        };
        let hits = automaton.find_overlapping_iter(text);
        found.extend(hits.filter_map(|hit| self.patterns[hit.pattern()].at(text, hit.start())));
    }
}

fn crowds_of(patterns: &[Pattern]) -> HashMap<Key, Crowd> {
    let mut first = 0;
    let mut crowds = HashMap::new();
    for same in patterns.chunk_by(|one, other| one.key() == other.key()) {
        if let Some(key) = same[0].key().filter(|_| same.len() > MAX_COMPARED) {
            crowds.insert(key, Crowd::new(same, first));
        }
        first += same.len();
    }
    crowds
}

fn filter_of(patterns: &[Pattern]) -> Vec<u64> {
    if patterns.is_empty() {
        return Vec::new();
    }
    let bits = (patterns.len() * FILTER_BITS).next_power_of_two().min(MAX_FILTER_BITS);
    let mut filter = vec![0; bits / 64];
    for key in patterns.iter().filter_map(Pattern::key) {
        let (word, bit) = filter_bit(key, filter.len());
        filter[word] |= 1 << bit;
    }
    filter
}

/// The word and the bit of a key in a filter of `words` words, a power of two.
fn filter_bit(key: Key, words: usize) -> (usize, u32) {
    let spread = key.spread();
    let bit = (spread >> 58) as u32;
    ((spread >> 32) as usize & (words - 1), bit)
}

impl Pattern {
    fn new(text: String, value: Option<String>, identity: Identity) -> Self {
        let word = text.find(is_in_word).map(|at| {
            let word = &text[at..];
            let len = word.find(|c| !is_in_word(c)).unwrap_or(word.len());
            (at, Key::of(word.as_bytes(), len))
        });
        Self { word, text, identity, value, placeholder: OnceCell::new() }
    }

    fn key(&self) -> Option<Key> {
        self.word.map(|(_, key)| key)
    }

    fn at(&self, text: &str, start: usize) -> Option<Occurrence<'_>> {
        self.end_at(text, start).map(|end| Occurrence { start, end, pattern: self })
    }

    /// Where it ends that begins at `start`, if it stands there as a whole word.
    fn end_at(&self, text: &str, start: usize) -> Option<usize> {
        let end = start + self.text.len();
        let hit = text.get(start..end)?;
        // An everyday word in capitals may be one as well, and may be shouted at.
        let is_written_so = || hit == self.text || !hit.bytes().any(|b| b.is_ascii_lowercase());
        let is_same =
            hit.eq_ignore_ascii_case(&self.text) && (!self.identity.exact_case || is_written_so());
        if !is_same || goes_on(text, start) {
            return None;
        }
        let is_beginning = self.identity.full_len > self.text.len();
        if is_beginning {
            // Too much is masked rather than too little where the rest is another.
            return Some(char_boundary(text, start + self.identity.full_len));
        }
        (!goes_on(text, end)).then_some(end)
    }
}

fn char_boundary(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::super::fold::fold;
    use super::super::policy::Treatment;
    use super::super::walk::{Container, Sink};
    use super::*;

    fn found(known: Known, text: &str) -> Vec<String> {
        let identities = known.into_identities();
        let mut found = Vec::new();
        let folded = fold(text);
        let text = folded.as_ref().map_or(text, |folded| folded.text());
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
        known.text(Treatment::Name, "Mia");
        known.text(Treatment::Name, "Li");
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
    fn one_of_many_that_begin_alike_is_found() {
        let mut known = Known::default();
        for number in 0..100 {
            known.value(Entity::Email, &format!("customer{number}@example.com"));
            known.name(&format!("Maria Q{number}x"));
        }
        assert_eq!(
            found(known, "to Customer42@example.com and customer420@example.com, maria q7x"),
            ["Customer42@example.com", "maria", "maria q7x"]
        );
    }

    #[test]
    fn a_long_secret_is_known_by_its_beginning() {
        let secret = format!("{}.end", "0a1b2c3d".repeat(60));
        let mut known = Known::default();
        known.value(Entity::Removed, &secret);
        assert_eq!(found(known, &format!("it is {secret} there")), [secret]);
    }

    #[test]
    fn what_begins_or_ends_with_a_sign_is_found() {
        let mut known = Known::default();
        known.value(Entity::Phone, "+49 30 901820");
        known.value(Entity::Removed, "$ecret-Pa55!");
        known.value(Entity::Removed, "!!--!!--!!--");
        assert_eq!(
            found(known, "+49 30 901820: $ecret-Pa55!? !!--!!--!!--"),
            ["!!--!!--!!--", "$ecret-Pa55!", "+49 30 901820"]
        );
    }
}
