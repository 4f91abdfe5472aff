//! The host's patterns: regular expressions that take linear time, each by itself and all the
//! matches of a text together.

use regex_automata::Input;
use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

use super::PolicyError;

/// The longest pattern, in bytes.
const MAX_PATTERN_BYTES: usize = 4 << 10;
/// The most that one may take when it is compiled.
const MAX_COMPILED_BYTES: usize = 1 << 20;
/// How far behind its beginning the search for one match looks at first. An engine that may look
/// to the end of the text for each of many short matches takes quadratic time.
const WINDOW: usize = 1 << 10;

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// No match is longer than a window, so no search looks much further than its match.
    is_short: bool,
}

impl Pattern {
    /// Compiles the pattern of the rule `name`.
    ///
    /// # Errors
    /// [`PolicyError::Pattern`] where it does not parse, [`PolicyError::LargePattern`] where it is
    /// too large.
    pub(super) fn new(name: &str, pattern: &str) -> Result<Self, PolicyError> {
        let too_large = || PolicyError::LargePattern { name: name.to_owned() };
        if pattern.len() > MAX_PATTERN_BYTES {
            return Err(too_large());
        }
        let hir = syntax::parse(pattern).map_err(|error| PolicyError::Pattern {
            name: name.to_owned(),
            problem: last_line(&error.to_string()),
        })?;
        let config = Config::new()
            .nfa_size_limit(Some(MAX_COMPILED_BYTES))
            .onepass_size_limit(Some(MAX_COMPILED_BYTES));
        let regex = Regex::builder().configure(config).build_from_hir(&hir);
        let is_short = hir.properties().maximum_len().is_some_and(|longest| longest <= WINDOW);
        Ok(Self { regex: regex.map_err(|_| too_large())?, is_short })
    }

    /// Tells every match in `text[from..to]` that is not empty, in order, none over another. What
    /// stands around is seen by `^`, `$` and `\b`.
    pub(super) fn find(
        &self,
        text: &str,
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize),
    ) {
        // Most texts hold none, and that is known after one pass.
        if !self.regex.is_match(Input::new(text).span(from..to)) {
            return;
        }
        let mut at = from;
        while let Some((start, end)) = self.next(text, at, to) {
            if start < end {
                found(start, end);
                at = end;
            } else {
                at = end + text[end..].chars().next().map_or(1, char::len_utf8);
            }
            if at >= to {
                return;
            }
        }
    }

    fn next(&self, text: &str, from: usize, to: usize) -> Option<(usize, usize)> {
        let mut width = if self.is_short { to - from } else { WINDOW };
        loop {
            let end = char_end(text, from.saturating_add(width).min(to));
            let found = self.regex.find(Input::new(text).span(from..end));
            match found {
                // It might go on behind the window.
                Some(found) if found.end() == end && end < to => {}
                None if end < to => {}
                found => return found.map(|found| (found.start(), found.end())),
            }
            width = width.saturating_mul(2);
        }
    }
}

/// The end of the character that byte `at` belongs to.
fn char_end(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

/// The parser draws the pattern over several lines and says in the last what is wrong with it.
fn last_line(error: &str) -> String {
    let line = error.lines().last().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let pattern = Pattern::new("a rule", pattern).expect("it compiles");
        pattern.find(text, 0, text.len(), |start, end| found.push(text[start..end].to_owned()));
        found
    }

    #[test]
    fn every_match_is_found_and_an_empty_one_is_none() {
        assert_eq!(found(r"T-\d+", "T-1, T-23"), ["T-1", "T-23"]);
        assert_eq!(found("x*", "axxbé x"), ["xx", "x"]);
        assert!(found("", "abc").is_empty());
        assert_eq!(found("(?i)größe", "GRÖSSE GRÖßE"), ["GRÖßE"]);
    }

    #[test]
    fn a_match_of_any_length_is_found_whole() {
        let long = format!("<{}> <{}>", "a".repeat(5_000), "é".repeat(5_000));
        assert_eq!(found("<[^>]*>", &long).iter().map(String::len).sum::<usize>(), 15_004);
        let behind = format!("{}T-1", "é ".repeat(5_000));
        assert_eq!(found(r"T-\d+$", &behind), ["T-1"]);
        assert_eq!(found("a.*", &"a".repeat(9_999)), ["a".repeat(9_999)]);
    }

    #[test]
    fn a_window_is_no_end_of_the_text() {
        let text = "a".repeat(3 * WINDOW);
        assert!(found(r"a+?\b.", &text).is_empty());
        assert_eq!(found("a+$", &text), [text.as_str()]);
        let halves = format!("{} {}", "a".repeat(WINDOW - 1), "a".repeat(WINDOW));
        assert_eq!(found(r"\ba+$", &halves), ["a".repeat(WINDOW)]);
    }

    #[test]
    fn what_does_not_compile_is_told_without_a_drawing() {
        let problem = |pattern| match Pattern::new("tickets", pattern) {
            Err(error) => error.to_string(),
            Ok(_) => "it compiles".to_owned(),
        };
        assert_eq!(problem("(a"), "the pattern of the rule `tickets`: unclosed group");
        assert!(problem(r"(a)\1").contains("backreferences are not supported"));
        assert!(problem(r"\w{60000}").ends_with("is too large"));
        assert!(problem(&"a".repeat(5_000)).ends_with("is too large"));
    }
}
