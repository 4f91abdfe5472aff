//! What the first walk over a value found out for the second.

use std::borrow::Cow;
use std::slice::Iter;

use super::super::escape::without_nul;
use super::super::json::{JsonText, like_container};
use super::super::policy::Policy;
use super::super::traits::KeyTraits;
use super::WalkError;
use super::fingerprint::Fingerprint;

/// Of so many field names it is kept what they say; those behind them are looked up twice.
const MAX_KEYS: usize = 16_384;

/// What a walk saw; another one over the same value has to see the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    fingerprint: u64,
    /// Which of the texts that can be an object or an array by their ends are one.
    embedded: Vec<bool>,
    /// What the field names say, in order.
    keys: Vec<KeyTraits>,
    /// There is a U+0000 in some text.
    has_nul: bool,
}

/// What is known of a value while it is walked.
pub(super) struct Memory<'m> {
    pub(super) fingerprint: Fingerprint,
    /// The value told something else than the time before.
    pub(super) is_other_story: bool,
    time: Time<'m>,
}

enum Time<'m> {
    First(Seen),
    Second { seen: &'m Seen, embedded: Iter<'m, bool>, keys: Iter<'m, KeyTraits> },
}

impl Default for Memory<'_> {
    fn default() -> Self {
        Self::new(Time::First(Seen::default()))
    }
}

impl<'m> From<&'m Seen> for Memory<'m> {
    fn from(seen: &'m Seen) -> Self {
        let (embedded, keys) = (seen.embedded.iter(), seen.keys.iter());
        Self::new(Time::Second { seen, embedded, keys })
    }
}

impl<'m> Memory<'m> {
    fn new(time: Time<'m>) -> Self {
        Self { fingerprint: Fingerprint::default(), is_other_story: false, time }
    }

    /// What the second walk has to see.
    pub(super) fn into_seen(self) -> Result<Seen, WalkError> {
        let fingerprint = self.fingerprint.value();
        match self.time {
            Time::First(seen) if !self.is_other_story => Ok(Seen { fingerprint, ..seen }),
            _ => Err(WalkError),
        }
    }

    /// Makes sure that the second walk saw what the first did. What it took from that is right only
    /// then.
    pub(super) fn check(self) -> Result<(), WalkError> {
        let fingerprint = self.fingerprint.value();
        match self.time {
            Time::Second { seen, .. }
                if seen.fingerprint == fingerprint && !self.is_other_story =>
            {
                Ok(())
            }
            _ => Err(WalkError),
        }
    }

    /// The text as JSON, if it is an object or an array.
    pub(super) fn json<'t>(&mut self, text: &'t str) -> Option<JsonText<'t>> {
        let text = like_container(text)?;
        match &mut self.time {
            Time::First(seen) => {
                let json = JsonText::parse(text);
                seen.embedded.push(json.is_some());
                json
            }
            Time::Second { embedded, .. } => {
                let is_json = embedded.next();
                self.is_other_story |= is_json.is_none();
                is_json?.then(|| JsonText::checked_before(text))
            }
        }
    }

    /// What a field's name says.
    pub(super) fn traits_of(&mut self, policy: &Policy, key: &str) -> KeyTraits {
        self.fingerprint.whole(key.as_bytes());
        match &mut self.time {
            Time::First(seen) => {
                let traits = policy.traits_of(key);
                if seen.keys.len() < MAX_KEYS {
                    seen.keys.push(traits);
                }
                traits
            }
            Time::Second { keys, .. } => {
                keys.next().copied().unwrap_or_else(|| policy.traits_of(key))
            }
        }
    }

    /// The text as it is written: what is looked through has to be the same.
    pub(super) fn without_nul<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        match &mut self.time {
            Time::First(seen) => {
                let cleaned = without_nul(text);
                seen.has_nul |= matches!(cleaned, Cow::Owned(_));
                cleaned
            }
            Time::Second { seen, .. } if seen.has_nul => without_nul(text),
            Time::Second { .. } => Cow::Borrowed(text),
        }
    }
}
