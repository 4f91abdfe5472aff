//! What the name of a field says about the value under it, by the default rules.

use std::cell::RefCell;
use std::collections::HashMap;

use super::super::keys::{self, KeyRule};
use super::super::placeholder;
use super::Treatment;

/// The most field names whose rule a thread remembers; hostile keys must not grow it for ever.
const CACHED_KEYS: usize = 4_096;
/// The longest of them, in bytes: a longer one is a text, and stays nowhere.
const CACHED_KEY_BYTES: usize = 96;

/// What a field name says about the value under it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyTraits {
    /// By the default rules.
    pub(crate) treatment: Treatment,
    /// By a rule of the host's.
    pub(crate) host: Option<Treatment>,
    /// A name only where the field belongs to a person.
    pub(crate) is_bare_name: bool,
    /// A person stands under it, so a bare `name` below is that person's.
    pub(crate) is_person: bool,
}

impl KeyTraits {
    /// The host's treatment, or else the default one.
    pub(crate) fn decided(self) -> Treatment {
        self.host.unwrap_or(self.treatment)
    }
}

thread_local! {
    /// Field names repeat in every record, and splitting one costs more than looking it up.
    static KEY_TRAITS: RefCell<HashMap<Box<str>, KeyTraits>> = RefCell::default();
}

pub(super) fn default_traits(key: &str) -> KeyTraits {
    KEY_TRAITS.with_borrow_mut(|cache| {
        if let Some(traits) = cache.get(key) {
            return *traits;
        }
        let traits = if placeholder::next(key, 0).is_some() {
            traits_of_masked(key)
        } else {
            let rule = keys::rule_for(key);
            KeyTraits {
                treatment: rule.into(),
                host: None,
                is_bare_name: rule == KeyRule::NameUnderPerson,
                is_person: keys::is_person(key),
            }
        };
        if key.len() <= CACHED_KEY_BYTES {
            if cache.len() >= CACHED_KEYS {
                cache.clear();
            }
            cache.insert(key.into(), traits);
        }
        traits
    })
}

/// A key that was masked says no more than it did before: `[SSN]` is no field for one. Only a
/// secret's name beside the placeholder is heeded.
fn traits_of_masked(key: &str) -> KeyTraits {
    let rest = placeholder::outside(key);
    let segments = keys::Segments::of(&rest);
    let (words, count) = segments.words();
    let is_secret = keys::is_secret(&words[..count]);
    let treatment = if is_secret { Treatment::Remove } else { Treatment::Scan };
    KeyTraits { treatment, host: None, is_bare_name: false, is_person: false }
}
