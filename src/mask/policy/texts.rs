//! The host's rules about what stands in a text: patterns, words and detectors.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::super::caught::caught;
use super::super::fold::fold;
use super::super::placeholder;
use super::pattern::Pattern;
use super::words::{self, Words};
use super::{Action, PolicyError};

/// A detector of the host's: tells where in a text something stands.
pub(super) type Detector = dyn Fn(&str) -> Vec<Range<usize>> + Send + Sync;

/// How a rule finds what it is about.
#[derive(Clone)]
pub(super) enum Finder {
    Pattern(String),
    Words(Vec<String>),
    Detector(Arc<Detector>),
}

/// A rule as the host wrote it.
#[derive(Clone)]
pub(super) struct TextRule {
    pub(super) name: String,
    pub(super) finder: Finder,
    pub(super) action: Action,
}

/// Never what is searched for: a list of words may be a list of customers.
impl fmt::Debug for TextRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextRule")
            .field("name", &self.name)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

/// Every rule, ready to search.
#[derive(Debug)]
pub(crate) struct TextRules {
    /// As written, and in that order.
    rules: Vec<TextRule>,
    /// With the number of its rule.
    patterns: Vec<(usize, Pattern)>,
    words: Option<Words>,
}

/// What the host's rules found in one text.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    pub(crate) kept: Vec<(usize, usize)>,
    pub(crate) hidden: Vec<(usize, usize, Action)>,
    /// Nothing of the text may be told: a rule drops it, or a detector failed.
    pub(crate) is_given_up: bool,
}

impl Hits {
    fn add(&mut self, action: Action, start: usize, end: usize) {
        match action {
            Action::Keep => self.kept.push((start, end)),
            Action::Drop => self.is_given_up = true,
            Action::Mask | Action::Hash => self.hidden.push((start, end, action)),
        }
    }
}

impl TextRules {
    /// `None` where there is no rule.
    ///
    /// # Errors
    /// [`PolicyError`] where a rule's pattern or words can find nothing.
    pub(super) fn new(mut rules: Vec<TextRule>) -> Result<Option<Self>, PolicyError> {
        let mut patterns = Vec::new();
        for (number, rule) in rules.iter_mut().enumerate() {
            match &mut rule.finder {
                Finder::Pattern(pattern) => {
                    patterns.push((number, Pattern::new(&rule.name, pattern)?));
                }
                Finder::Words(words) => *words = checked(&rule.name, words)?,
                Finder::Detector(_) => {}
            }
        }
        let lists = rules.iter().enumerate().filter_map(|(number, rule)| match &rule.finder {
            Finder::Words(words) => Some((number, words.as_slice())),
            _ => None,
        });
        let words = Words::new(lists)?;
        Ok((!rules.is_empty()).then_some(Self { rules, patterns, words }))
    }

    pub(super) fn rules(&self) -> &[TextRule] {
        &self.rules
    }

    /// Finds what the rules are about, outside of placeholders.
    pub(crate) fn find(&self, text: &str) -> Hits {
        let mut hits = Hits::default();
        self.find_by_detector(text, &mut hits);
        self.find_by_form(text, |action, start, end| hits.add(action, start, end));
        // A pattern may be written for the plain form or for the other, so both are searched.
        if let Some(folded) = fold(text) {
            self.find_by_form(folded.text(), |action, start, end| {
                let (start, end) = folded.original(start, end);
                hits.add(action, start, end);
            });
        }
        hits
    }

    /// Whether the host vouches for the whole of a text.
    pub(crate) fn keeps(&self, text: &str) -> bool {
        let text = text.trim();
        self.rules.iter().any(|rule| rule.action == Action::Keep)
            && self.find(text).kept.contains(&(0, text.len()))
    }

    fn find_by_form(&self, text: &str, mut found: impl FnMut(Action, usize, usize)) {
        for (from, to) in pieces(text) {
            for (rule, pattern) in &self.patterns {
                let action = self.rules[*rule].action;
                pattern.find(text, from, to, |start, end| found(action, start, end));
            }
            if let Some(words) = &self.words {
                words.find(text, from, to, |rule, start, end| {
                    found(self.rules[rule].action, start, end);
                });
            }
        }
    }

    fn find_by_detector(&self, text: &str, hits: &mut Hits) {
        for rule in &self.rules {
            let Finder::Detector(detector) = &rule.finder else {
                continue;
            };
            for (from, to) in pieces(text) {
                let piece = &text[from..to];
                let found = caught(|| detector(piece)).unwrap_or_else(|| {
                    hits.is_given_up = true;
                    Vec::new()
                });
                for range in found {
                    match piece.get(range.clone()) {
                        Some("") => {}
                        Some(_) => hits.add(rule.action, from + range.start, from + range.end),
                        None => hits.is_given_up = true,
                    }
                }
            }
        }
    }
}

/// What stands between the placeholders of a text, where it is anything.
fn pieces(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let from = at?;
        let next = placeholder::next(text, from);
        at = next.map(|(_, end)| end);
        Some((from, next.map_or(text.len(), |(start, _)| start)))
    })
    .filter(|(from, to)| from < to)
}

fn checked(name: &str, words: &[String]) -> Result<Vec<String>, PolicyError> {
    if words.is_empty() {
        return Err(PolicyError::NoWords { name: name.to_owned() });
    }
    let empty = || PolicyError::EmptyWord { name: name.to_owned() };
    words.iter().map(|word| words::searched(word).ok_or_else(empty)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Detects = fn(&str) -> Vec<Range<usize>>;

    fn one(start: usize, end: usize) -> Vec<Range<usize>> {
        vec![Range { start, end }]
    }

    fn rules(finder: Finder, action: Action) -> TextRules {
        let rule = TextRule { name: "a rule".to_owned(), finder, action };
        TextRules::new(vec![rule]).expect("it is well").expect("it is one")
    }

    #[test]
    fn nothing_is_found_in_a_placeholder() {
        let rules = rules(Finder::Pattern("[A-Z]+".to_owned()), Action::Mask);
        let hits = rules.find("[EMAIL] A [CARD:4242]B");
        assert_eq!(hits.hidden, [(8, 9, Action::Mask), (21, 22, Action::Mask)]);
    }

    #[test]
    fn what_is_folded_is_found_in_its_place() {
        let rules = rules(Finder::Words(vec!["maria".to_owned()]), Action::Hash);
        assert_eq!(rules.find("é M\u{200b}aria").hidden, [(3, 11, Action::Hash)]);
    }

    #[test]
    fn a_detector_that_fails_gives_the_text_up() {
        let wrong: [Detects; 4] =
            [|_| panic!("on purpose"), |_| one(1, 2), |_| one(0, 99), |_| one(3, 2)];
        for detector in wrong {
            let rules = rules(Finder::Detector(Arc::new(detector)), Action::Keep);
            assert!(rules.find("é a").is_given_up);
        }
        let empty = rules(Finder::Detector(Arc::new(|_: &str| one(2, 2))), Action::Mask);
        assert!(!empty.find("é a").is_given_up && empty.find("é a").hidden.is_empty());
    }
}
