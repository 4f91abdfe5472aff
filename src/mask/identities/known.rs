//! What a record tells of people and secrets, while it is being collected.

use std::collections::HashMap;
use std::ops::Range;

use super::super::entity::Entity;
use super::super::fold::fold;
use super::super::placeholder;
use super::super::policy::Treatment;
use super::super::traits::Form;
use super::super::walk::{At, Container, Sink, WalkError, Walkable};
use super::names::{is_everyday, is_name};
use super::{Identities, Identity};
use unicode_normalization::UnicodeNormalization;

/// The longest text that is carried over whole, in bytes; no name or address is longer (RFC 5321
/// allows an address 254). A longer one is known by its beginning.
const MAX_BYTES: usize = 256;
/// The most identities of one record; one that tells more gives up its trace.
const MAX_IDENTITIES: usize = 65_536;

/// The most texts of one value whose name may still come; a record with more gives up its trace.
const MAX_WATCHED: usize = 65_536;

/// What a record knows, while it is being collected.
#[derive(Debug, Default)]
pub(crate) struct Known {
    identities: HashMap<String, Identity>,
    /// What was learned before, and from places of which kind: most is told again and again.
    learned: HashMap<Box<str>, u32>,
    /// There was no room for one of them: nobody can be sure of anything then.
    is_overfull: bool,
    /// The texts under a `value` whose name may still come, and whether more are coming.
    watched: Vec<Range<usize>>,
    /// Those texts, one behind the other.
    watched_text: String,
    watches: usize,
    /// The name just met in the same object: `first_name` beside `last_name` is one person.
    beside: Option<String>,
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
    fn name_beside_others(&mut self, name: &str, is_new: bool) {
        if is_new {
            self.name(name);
        }
        let name = name.trim();
        let mut before = self.beside.take().unwrap_or_default();
        if !before.is_empty() {
            let first_len = before.len();
            before.push(' ');
            before.push_str(name);
            // A pair that was told before makes no other names than it did then.
            if self.is_new(PAIR, &before) {
                self.name(&before);
                self.name(&format!("{name} {}", &before[..first_len]));
            }
            before.clear();
        }
        before.push_str(name);
        self.beside = Some(before);
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
        if placeholder::is_whole(value) {
            return;
        }
        let text = as_searched(value);
        let full_len = text.len();
        let text = beginning(text);
        self.identities.entry(text).or_insert(Identity { entity, exact_case, full_len });
    }

    /// Whether a text was not met before in a place of this kind.
    fn is_new(&mut self, kind: u32, text: &str) -> bool {
        if let Some(kinds) = self.learned.get_mut(text) {
            let is_new = *kinds & kind == 0;
            *kinds |= kind;
            return is_new;
        }
        if self.learned.len() < MAX_IDENTITIES {
            self.learned.insert(text.into(), kind);
        }
        true
    }

    /// What a value under this treatment says about the rest of the record.
    fn learn(&mut self, treatment: Treatment, text: &str) {
        let Some(kind) = kind_of(treatment) else {
            return;
        };
        let is_new = self.is_new(kind, text);
        if !is_new && treatment != Treatment::Name {
            return;
        }
        let text = &*placeholder::outside(text);
        match treatment {
            Treatment::Name => self.name_beside_others(text, is_new),
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

    /// Nothing is known so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }

    /// Ready to be looked for.
    pub(crate) fn into_identities(self) -> Identities {
        Identities::new(self.identities)
    }
}

/// The kind of place of a full name that two fields make.
const PAIR: u32 = 1;

/// The kind of place, as one bit, of a text that says something about the rest of the record.
fn kind_of(treatment: Treatment) -> Option<u32> {
    let bit = match treatment {
        Treatment::Scan
        | Treatment::Keep
        | Treatment::Remove
        | Treatment::Length
        | Treatment::Drop
        | Treatment::National(_) => return None,
        Treatment::Name => 1,
        Treatment::Email => 2,
        Treatment::Phone => 3,
        Treatment::Card => 4,
        Treatment::Ssn => 5,
        Treatment::Iban => 6,
        Treatment::Ip => 7,
        Treatment::UserName => 8,
        Treatment::Id => 9,
        Treatment::RemoveEverywhere => 10,
    };
    Some(1 << bit)
}

impl Sink for Known {
    type Mark = usize;

    fn null(&mut self) {}
    fn boolean(&mut self, _: bool) {}

    fn number(&mut self, treatment: Treatment, text: &str) {
        self.learn(treatment, text);
    }

    fn text(&mut self, treatment: Treatment, text: &str) {
        if self.watches > 0 && text.len() <= MAX_BYTES {
            self.is_overfull |= self.watched.len() >= MAX_WATCHED;
            let start = self.watched_text.len();
            self.watched_text.push_str(text);
            self.watched.push(start..self.watched_text.len());
        }
        self.learn(treatment, text);
    }

    fn also(&mut self, treatment: Treatment, text: &str) {
        self.learn(treatment, text);
    }

    fn begin_left_out(&mut self) {}
    fn end_left_out(&mut self) {}

    fn bytes(&mut self, _: Treatment, _: usize) {}
    fn cut(&mut self) {}

    fn begin(&mut self, _: Container) {
        self.beside = None;
    }

    fn element(&mut self, _: usize) {}
    fn key(&mut self, _: usize, _: &str, _: Form) {}

    fn end(&mut self, _: Container) {
        self.beside = None;
    }

    fn mark(&self) -> usize {
        self.watched.len()
    }

    fn watch(&mut self, is_on: bool) {
        self.watches = if is_on { self.watches + 1 } else { self.watches.saturating_sub(1) };
    }

    fn take_key_back(&mut self, _: usize) {}

    fn replace_with_bytes(&mut self, _: usize, _: Treatment, _: usize) {}

    fn forget_watched(&mut self) {
        if self.watches == 0 {
            self.watched.clear();
            self.watched_text.clear();
        }
    }

    fn rename(&mut self, from: usize, to: usize, treatment: Treatment) {
        for text in self.watched.get(from..to).unwrap_or_default().to_vec() {
            let text = self.watched_text[text].to_owned();
            self.learn(treatment, &text);
        }
    }

    fn begin_embedded(&mut self) {}
    fn end_embedded(&mut self, _: &str) {}

    fn walk_value(value: &dyn Walkable, at: At<'_, '_, '_, Self>) -> Result<(), WalkError> {
        value.walk_known(at)
    }
}

/// A value in the form in which texts are searched: typographic signs, foreign digits and
/// invisible characters are folded there.
fn as_searched(value: &str) -> String {
    if value.is_ascii() {
        return value.to_owned();
    }
    match fold(value) {
        Some(folded) => folded.text().to_owned(),
        None => value.nfkc().collect(),
    }
}

fn beginning(mut text: String) -> String {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
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
