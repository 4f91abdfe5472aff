//! The host's lists of words: found as whole words, in any case.

use aho_corasick::{AhoCorasick, Input};

use super::super::fold::fold;
use super::super::spelling::spellings;
use super::super::word::is_whole;
use super::PolicyError;

/// The most that all lists may hold together, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// The words of every list.
#[derive(Debug)]
pub(super) struct Words {
    automaton: AhoCorasick,
    /// By pattern of the automaton: which rule the word is of.
    rules: Vec<usize>,
}

impl Words {
    /// The words of the lists, each with the number of its rule. `None` where there are none.
    ///
    /// # Errors
    /// [`PolicyError::TooManyWords`].
    pub(super) fn new<'w>(
        lists: impl Iterator<Item = (usize, &'w [String])>,
    ) -> Result<Option<Self>, PolicyError> {
        let (mut spelled, mut rules, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (rule, words) in lists {
            for word in words.iter().flat_map(|word| spellings(word)) {
                bytes += word.len();
                if bytes > MAX_BYTES {
                    return Err(PolicyError::TooManyWords);
                }
                spelled.push(word);
                rules.push(rule);
            }
        }
        if spelled.is_empty() {
            return Ok(None);
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&spelled);
        Ok(Some(Self { automaton: automaton.map_err(|_| PolicyError::TooManyWords)?, rules }))
    }

    /// Tells every word in `text[from..to]` with the number of its rule. The text is folded.
    pub(super) fn find(
        &self,
        text: &str,
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize, usize),
    ) {
        for hit in self.automaton.find_overlapping_iter(Input::new(text).span(from..to)) {
            if is_whole(text, hit.start(), hit.end()) {
                found(self.rules[hit.pattern().as_usize()], hit.start(), hit.end());
            }
        }
    }
}

/// The word as it is searched; `None` where nothing of it can be seen.
pub(super) fn searched(word: &str) -> Option<String> {
    let folded = fold(word);
    let word = folded.as_ref().map_or(word, |folded| folded.text()).trim();
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], text: &str) -> Vec<String> {
        let words: Vec<String> = words.iter().filter_map(|word| searched(word)).collect();
        let words = Words::new([(7, words.as_slice())].into_iter()).expect("few");
        let mut found = Vec::new();
        words.expect("some").find(text, 0, text.len(), |rule, start, end| {
            assert_eq!(rule, 7);
            found.push(text[start..end].to_owned());
        });
        found
    }

    #[test]
    fn whole_words_are_found_in_any_case() {
        assert_eq!(found(&["ritz"], "the RITZ, Ritz-Carlton, ritzy, a_ritz"), ["RITZ", "Ritz"]);
        assert_eq!(
            found(&["östlund", "a.b"], "Östlund ÖSTLUND östlunds A.B"),
            ["Östlund", "ÖSTLUND", "A.B"]
        );
        assert_eq!(found(&["New York"], "in new york."), ["new york"]);
    }

    #[test]
    fn a_word_that_nobody_sees_is_none() {
        assert_eq!(searched(" \u{200b} "), None);
        assert_eq!(searched(" a\u{200b}b ").as_deref(), Some("ab"));
    }
}
