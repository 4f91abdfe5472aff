//! What the name of a field says about the value under it, worked out once for each name.

use std::borrow::Cow;
use std::cell::RefCell;

use super::detect::{self, Search};
use super::keys::{self, KeyRule};
use super::placeholder;
use super::treatment::Treatment;
use super::word::Key;

/// How many names a thread remembers, a power of two; hostile keys must not make it grow.
const SLOTS: usize = 4_096;
/// The longest of them, in bytes: a longer one is a text, and stays nowhere.
const LONGEST: usize = 96;

/// Any placeholder, for what nobody is going to read.
const MASKED: &str = "[REMOVED]";

/// What a field name says about the value under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyTraits {
    /// By the default rules.
    pub(crate) treatment: Treatment,
    /// By a rule of the host's.
    pub(crate) host: Option<Treatment>,
    /// A name only where the field belongs to a person.
    pub(crate) is_bare_name: bool,
    pub(crate) group: Group,
    pub(crate) in_pair: InPair,
    pub(crate) form: Form,
}

/// What a name holds itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Anything.
    Any,
    /// Nothing personal by its form, no placeholder, and nothing that JSON escapes.
    Plain,
    /// The same, and it is one word.
    Word(Key),
}

impl Form {
    fn of(key: &str) -> Self {
        let is_plain = !key.bytes().any(is_escaped)
            && placeholder::next(key, 0).is_none()
            && detect::is_clean(key);
        match Key::of_word(key) {
            _ if !is_plain => Self::Any,
            Some(word) => Self::Word(word),
            None => Self::Plain,
        }
    }
}

impl KeyTraits {
    /// The host's treatment, or else the default one.
    pub(crate) fn decided(self) -> Treatment {
        self.host.unwrap_or(self.treatment)
    }

    /// What this name says as the type of an entity that was found in a text: there `PERSON` is no
    /// container but somebody's name.
    pub(crate) fn of_entity(self, label: &str) -> Treatment {
        let is_person = || {
            self.is_bare_name
                || self.group == Group::Person
                || label
                    .rsplit(['-', '_'])
                    .next()
                    .is_some_and(|end| end.eq_ignore_ascii_case("per"))
        };
        match self.decided() {
            Treatment::Scan if is_person() => Treatment::Name,
            decided => decided,
        }
    }
}

/// Whose fields stand under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// A person's: a bare `name` below is that person's.
    Person,
    /// Those of whoever the fields around it belong to.
    Neutral,
    Other,
}

/// What a name is in a pair such as `{"name": "authorization", "value": "…"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InPair {
    /// Under it stands the name of the value beside it.
    Name,
    /// Under it stands the type of the entity beside it.
    EntityType,
    Value,
    Nothing,
}

/// The traits of `key` by the default rules.
pub(super) fn of(key: &str) -> KeyTraits {
    if key.len() > LONGEST {
        return work_out(key);
    }
    CACHE.with_borrow_mut(|cache| cache.get(key))
}

thread_local! {
    /// Field names repeat in every record, and splitting one costs more than looking it up.
    static CACHE: RefCell<Cache> = const { RefCell::new(Cache { slots: Vec::new() }) };
}

/// Each name has one slot and takes it from the name that was there before.
struct Cache {
    slots: Vec<Option<(Box<str>, KeyTraits)>>,
}

impl Cache {
    fn get(&mut self, key: &str) -> KeyTraits {
        if self.slots.is_empty() {
            self.slots.resize_with(SLOTS, || None);
        }
        let slot = &mut self.slots[slot_of(key.as_bytes())];
        match slot {
            Some((known, traits)) if **known == *key => *traits,
            _ => {
                let traits = work_out(key);
                *slot = Some((key.into(), traits));
                traits
            }
        }
    }
}

/// Mixes the first and the last eight bytes; names that differ in their middles alone share a
/// slot, which costs time and nothing else.
fn slot_of(key: &[u8]) -> usize {
    let head = key.first_chunk().map_or_else(|| short_word(key), |word| u64::from_le_bytes(*word));
    let tail = key.last_chunk().map_or(0, |word| u64::from_le_bytes(*word));
    let mixed =
        (head ^ tail.rotate_left(29) ^ key.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 48) as usize % SLOTS
}

fn short_word(key: &[u8]) -> u64 {
    key.iter().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

fn work_out(key: &str) -> KeyTraits {
    let said = without_personal(key);
    let (rule, is_person) = (keys::rule_for(&said), keys::is_person(&said));
    KeyTraits {
        treatment: rule.into(),
        host: None,
        is_bare_name: rule == KeyRule::NameUnderPerson,
        group: match is_person {
            true => Group::Person,
            false if is_one_of(key, &NEUTRAL) => Group::Neutral,
            false => Group::Other,
        },
        in_pair: if is_one_of(key, &NAMES_OF_PAIRS) {
            InPair::Name
        } else if key.eq_ignore_ascii_case("entity_type") {
            InPair::EntityType
        } else if is_one_of(key, &VALUES_OF_PAIRS) {
            InPair::Value
        } else {
            InPair::Nothing
        },
        form: Form::of(key),
    }
}

/// What a key says beside what is masked in it, or will be: `[SSN]` is no field for one, and a key
/// says the same before and after it was masked.
fn without_personal(key: &str) -> Cow<'_, str> {
    let mut search = Search::default();
    search.find_unfolded(key);
    if search.findings().is_empty() && placeholder::next(key, 0).is_none() {
        return Cow::Borrowed(key);
    }
    let mut masked = String::with_capacity(key.len());
    let mut at = 0;
    for finding in search.findings() {
        masked.push_str(&key[at..finding.start]);
        masked.push_str(MASKED);
        at = finding.end;
    }
    masked.push_str(&key[at..]);
    Cow::Owned(placeholder::replaced(&masked, " x "))
}

fn is_escaped(byte: u8) -> bool {
    byte < b' ' || matches!(byte, b'"' | b'\\')
}

fn is_one_of(key: &str, names: &[&str]) -> bool {
    names.iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Containers that only group what belongs to the one around them.
#[rustfmt::skip] // Packed, as the lists of words are.
const NEUTRAL: [&str; 12] = [
    "attributes", "data", "details", "fields", "general", "info", "information", "personal",
    "personal_info", "profile", "properties", "value",
];

const NAMES_OF_PAIRS: [&str; 7] =
    ["name", "key", "header", "field", "param", "parameter", "variable"];

const VALUES_OF_PAIRS: [&str; 4] = ["value", "val", "values", "entity_value"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_same_from_the_cache() {
        for key in ["password", "x", "", "customer_name", "4111 1111 1111 1111"] {
            let first = of(key);
            let again = of(key);
            assert_eq!(first.treatment, again.treatment, "{key}");
            assert_eq!(first.form, again.form, "{key}");
        }
    }

    #[test]
    fn names_that_share_a_slot_do_not_share_traits() {
        let one = "password_aaaaaaaa_x_________";
        let other = "password_bbbbbbbb_x_________";
        assert_eq!(slot_of(one.as_bytes()), slot_of(other.as_bytes()));
        assert_eq!(of(one).treatment, of(other).treatment);
        let neither = "eight___aaaaaaaaaaaaaaa_key_";
        assert_ne!(of(one).treatment, of(neither).treatment);
    }

    #[test]
    fn only_a_key_with_nothing_personal_is_plain() {
        assert!(matches!(of("user_id").form, Form::Word(_)));
        assert_eq!(of("tool call").form, Form::Plain);
        for key in ["maria@example.com", "536-90-4399", "a\"b", "[NAME]"] {
            assert_eq!(of(key).form, Form::Any, "{key}");
        }
    }
}
