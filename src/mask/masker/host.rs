//! The host's rules about texts, on top of what the detectors find.

use std::borrow::Cow;

use super::super::entity::Entity;
use super::super::placeholder;
use super::super::policy::{Action, TextRules};
use super::{Masker, Span, separate};

/// How often a text is masked again until the host's rules find nothing more in it.
const MAX_ROUNDS: usize = 8;

impl Masker<'_> {
    /// The text with everything personal replaced; `None` where there is nothing.
    pub(crate) fn text(&mut self, text: &str) -> Option<String> {
        let mut masked = self.text_once(text)?;
        if self.policy.texts().is_none() {
            return Some(masked);
        }
        // What a rule finds depends on what stands beside it, and that has just been masked. A
        // text that never comes to rest is given up, so that masking it again changes nothing.
        for _ in 0..MAX_ROUNDS {
            match self.text_once(&masked) {
                Some(again) => masked = again,
                None => return Some(masked),
            }
        }
        self.report.add(Entity::Removed);
        Some(self.policy.placeholder(Entity::Removed, "", text))
    }

    /// A field name with everything personal replaced; `None` where there is nothing. The number
    /// that tells it from another that masks alike is no part of it.
    pub(crate) fn key(&mut self, key: &str) -> Option<String> {
        let name = key.trim_end_matches(|c: char| c.is_ascii_digit()).strip_suffix('#');
        let is_numbered = name.is_some_and(|name| name.ends_with(']'));
        match name.filter(|_| is_numbered && self.policy.texts().is_some()) {
            Some(name) if ends_masked(name) => {
                let masked = self.text(name)?;
                Some(masked + &key[name.len()..])
            }
            _ => self.text(key),
        }
    }

    /// Fills `spans` with what has to go, in order, none over another.
    /// Tells whether the text is known to stand in JSON as it is.
    pub(super) fn look(&mut self, text: &str) -> bool {
        let is_bare = self.look_by_default(text);
        if let Some(rules) = self.policy.texts() {
            self.look_by_host(rules, text);
        }
        is_bare
    }

    fn look_by_host(&mut self, rules: &TextRules, text: &str) {
        let hits = rules.find(text);
        if hits.is_given_up {
            self.spans.clear();
            self.hide(0, text.len(), Entity::Removed, text);
            return;
        }
        let (kept, hidden) = (Ranges::new(hits.kept), hits.hidden);
        let covered = Ranges::new(hidden.iter().map(|(start, end, _)| (*start, *end)).collect());
        self.spans.retain(|span| {
            !kept.cover(span.start, span.end) && !covered.cover(span.start, span.end)
        });
        for (start, end, action) in hidden {
            self.hide(start, end, entity_of(action), &text[start..end]);
        }
        separate(&mut self.spans);
    }

    /// What a number is, by the host's rules or as it was found by default.
    pub(super) fn number_by_host(&self, text: &str, found: Option<Entity>) -> Option<Entity> {
        let hits = match self.policy.texts() {
            Some(rules) => TextRules::find(rules, text),
            None => return found,
        };
        let strictest = hits.hidden.iter().map(|(_, _, action)| *action).max();
        if hits.is_given_up {
            Some(Entity::Removed)
        } else if let Some(action) = strictest {
            Some(entity_of(action))
        } else {
            found.filter(|_| !hits.kept.contains(&(0, text.len())))
        }
    }

    /// Whether the host wrote this field name in a rule.
    pub(crate) fn names_field(&self, key: &str) -> bool {
        self.policy.names_field(key)
    }

    fn hide(&mut self, start: usize, end: usize, entity: Entity, value: &str) {
        let placeholder = self.policy.placeholder(entity, "", value);
        self.spans.push(Span { start, end, entity, placeholder: Cow::Owned(placeholder) });
    }
}

fn entity_of(action: Action) -> Entity {
    if action == Action::Hash { Entity::Id } else { Entity::Removed }
}

fn ends_masked(text: &str) -> bool {
    text.rfind('[').is_some_and(|start| placeholder::is_whole(&text[start..]))
}

/// Ranges that are asked whether one of them covers another.
struct Ranges {
    /// Where each begins, in order, with the furthest end of all up to there.
    furthest: Vec<(usize, usize)>,
}

impl Ranges {
    fn new(mut ranges: Vec<(usize, usize)>) -> Self {
        ranges.sort_unstable();
        let mut end = 0;
        for range in &mut ranges {
            end = end.max(range.1);
            range.1 = end;
        }
        Self { furthest: ranges }
    }

    fn cover(&self, start: usize, end: usize) -> bool {
        let behind = self.furthest.partition_point(|(from, _)| *from <= start);
        behind > 0 && self.furthest[behind - 1].1 >= end
    }
}

#[cfg(test)]
mod tests {
    use super::Ranges;

    #[test]
    fn one_range_covers_what_lies_in_it_and_two_beside_each_other_cover_nothing_more() {
        let ranges = Ranges::new(vec![(8, 9), (0, 6), (2, 3), (6, 8)]);
        assert!(ranges.cover(0, 6) && ranges.cover(4, 6) && ranges.cover(8, 9));
        assert!(!ranges.cover(4, 7) && !ranges.cover(9, 10));
        assert!(!Ranges::new(Vec::new()).cover(0, 0));
    }
}
