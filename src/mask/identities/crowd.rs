//! Patterns that begin with the same word, where they are many: `customer1@…`, `customer2@…`.

use std::collections::{BTreeSet, HashMap};

use super::Pattern;

/// Up to so many are compared one by one.
pub(super) const MAX_COMPARED: usize = 16;

/// The patterns of one key, by their text in small letters.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    /// Where a pattern begins before its first word, and how long it is: each once.
    shapes: BTreeSet<(usize, usize)>,
    by_text: HashMap<Box<str>, Vec<usize>>,
}

impl Crowd {
    /// The patterns, which stand at `first` among all, and have a word.
    pub(super) fn new(patterns: &[Pattern], first: usize) -> Self {
        let mut crowd = Self::default();
        for (index, pattern) in patterns.iter().enumerate() {
            let word_at = pattern.word.map_or(0, |(at, _)| at);
            crowd.shapes.insert((word_at, pattern.text.len()));
            let text = pattern.text.to_ascii_lowercase().into_boxed_str();
            crowd.by_text.entry(text).or_default().push(first + index);
        }
        crowd
    }

    /// Gives `take` where those begin that may stand around the word at `at`, and which they are.
    pub(super) fn around(&self, text: &str, at: usize, mut take: impl FnMut(usize, usize)) {
        for (word_at, len) in &self.shapes {
            let part = at
                .checked_sub(*word_at)
                .and_then(|start| Some((start, text.get(start..start + len)?)));
            let Some((start, part)) = part else {
                continue;
            };
            for index in self.by_text.get(&*part.to_ascii_lowercase()).into_iter().flatten() {
                take(start, *index);
            }
        }
    }
}
