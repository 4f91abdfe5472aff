//! How often each key is used, gathered until it is written.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const HOUR: i64 = 3_600_000;

/// How often a key was used in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The key's number.
    pub key: i64,
    /// When the hour began, in milliseconds since 1970.
    pub hour: i64,
    /// How many requests there were.
    pub requests: u64,
    /// When the last of them was.
    pub last_at: i64,
}

/// What was not written yet: for each key and hour how many requests, and the last.
#[derive(Debug, Default)]
pub(super) struct Uses(Mutex<HashMap<(i64, i64), (u64, i64)>>);

impl Uses {
    /// Counts a request.
    pub(super) fn count(&self, key: i64, now: i64) {
        let hour = now - now.rem_euclid(HOUR);
        self.add(KeyUse { key, hour, requests: 1, last_at: now });
    }

    /// Counts these as well.
    pub(super) fn add(&self, more: KeyUse) {
        let mut uses = self.lock();
        let (requests, last_at) = uses.entry((more.key, more.hour)).or_default();
        *requests = requests.saturating_add(more.requests);
        *last_at = more.last_at.max(*last_at);
    }

    /// Takes all out.
    pub(super) fn take(&self) -> Vec<KeyUse> {
        let uses = std::mem::take(&mut *self.lock());
        let all = uses.into_iter();
        all.map(|((key, hour), (requests, last_at))| KeyUse { key, hour, requests, last_at })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(i64, i64), (u64, i64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hour_of_a_key_is_counted_by_itself() {
        let uses = Uses::default();
        for (key, now) in [(1, HOUR - 1), (1, HOUR), (1, HOUR + 5), (2, 3)] {
            uses.count(key, now);
        }
        let mut taken = uses.take();
        taken.sort_by_key(|it| (it.key, it.hour));
        let told: Vec<_> =
            taken.iter().map(|it| (it.key, it.hour, it.requests, it.last_at)).collect();
        assert_eq!(told, [(1, 0, 1, HOUR - 1), (1, HOUR, 2, HOUR + 5), (2, 0, 1, 3)]);
        assert!(uses.take().is_empty());
        for own in taken {
            uses.add(own);
        }
        assert_eq!(uses.take().len(), 3);
    }
}
