//! What an event tells in numbers, booleans and short words, to be counted and grouped by.

use std::borrow::Cow;

use serde_json::Number;

use super::super::super::told::{Fields, MAX_ITEMS, Told};

/// Facts of the contract. Their names are never masked.
const KNOWN: [&str; 13] = [
    "workflow_id",
    "workflow_name",
    "workflow_status",
    "steps_completed",
    "execution_time_ms",
    "classification",
    "confidence",
    "method",
    "old_status",
    "new_status",
    "error_type",
    "linked_type",
    "linked_id",
];

/// Those of them that are one word: what says more is a message, and not to be grouped by.
const WORDS: [&str; 2] = ["method", "error_type"];

/// The longest word of a fact that is none of the others, in bytes.
const MAX_WORD_BYTES: usize = 64;

/// A number, a boolean or a short word.
///
/// Of a fact of the contract (`classification`, `old_status`, …) any name or identifier is one; of
/// `method`, `error_type` and others a text without blanks of at most 64 bytes. A text that is none, and a number that JSON
/// cannot write, are left out and told in `truncation`.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact(Value);

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Number(Number),
    NoNumber,
    Boolean(bool),
    Text(Cow<'static, str>),
}

macro_rules! fact_from {
    ($($number:ty),+) => {$(
        impl From<$number> for Fact {
            fn from(number: $number) -> Self {
                Self(Value::Number(number.into()))
            }
        }
    )+};
}

fact_from!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

impl From<f64> for Fact {
    fn from(number: f64) -> Self {
        Self(Number::from_f64(number).map_or(Value::NoNumber, Value::Number))
    }
}

impl From<f32> for Fact {
    fn from(number: f32) -> Self {
        Self::from(f64::from(number))
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self(Value::Boolean(flag))
    }
}

impl From<&'static str> for Fact {
    fn from(word: &'static str) -> Self {
        Self(Value::Text(word.into()))
    }
}

impl From<String> for Fact {
    fn from(word: String) -> Self {
        Self(Value::Text(word.into()))
    }
}

/// Facts by name, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Facts(Vec<(Cow<'static, str>, Fact)>);

impl Facts {
    pub(super) fn set(&mut self, name: Cow<'static, str>, fact: Fact) {
        let has_room = self.0.len() <= MAX_ITEMS;
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = fact,
            // One more than can be told, so that it shows there are more.
            None if has_room => self.0.push((name, fact)),
            None => {}
        }
    }

    /// A number by its name, where that is one; NaN where it is none.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        let (_, fact) = self.0.iter().find(|(known, _)| known == name)?;
        match &fact.0 {
            Value::Number(number) => number.as_f64(),
            Value::NoNumber => Some(f64::NAN),
            Value::Boolean(_) | Value::Text(_) => None,
        }
    }

    pub(super) fn fields(&self) -> Fields<'_> {
        self.0.iter().fold(Fields::default(), |fields, (name, fact)| {
            match KNOWN.into_iter().find(|known| known == name) {
                Some(known) => fields.add(known, Some(fact.told(!WORDS.contains(&known)))),
                None => fields.named(name, fact.told(false)),
            }
        })
    }
}

impl Fact {
    fn told(&self, may_have_blanks: bool) -> Told<'_> {
        match &self.0 {
            Value::Number(number) => Told::Host(number.clone().into()),
            Value::NoNumber => Told::LeftOut(None),
            Value::Boolean(flag) => Told::Host((*flag).into()),
            Value::Text(text) if may_have_blanks || is_short_word(text) => Told::Identifier(text),
            Value::Text(text) => Told::LeftOut(Some(text.len())),
        }
    }
}

fn is_short_word(text: &str) -> bool {
    (1..=MAX_WORD_BYTES).contains(&text.len()) && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_facts_are_held_than_show_that_there_are_more() {
        let mut facts = Facts::default();
        for number in 0..1_000 {
            facts.set(format!("f{number}").into(), number.into());
            facts.set("f0".into(), number.into());
        }
        assert_eq!(facts.0.len(), MAX_ITEMS + 1);
        assert_eq!(facts.number("f0"), Some(999.0));
    }

    #[test]
    fn a_short_word_has_no_blank_and_an_end() {
        assert!(is_short_word("invoice-v2") && is_short_word(&"x".repeat(64)));
        assert!(
            !is_short_word("two words") && !is_short_word("") && !is_short_word(&"x".repeat(65))
        );
    }

    #[test]
    fn a_fact_of_the_contract_may_have_blanks() {
        assert!(matches!(Fact::from("In Progress").told(true), Told::Identifier("In Progress")));
        assert!(matches!(Fact::from("In Progress").told(false), Told::LeftOut(Some(11))));
    }
}
