//! How much of all requests together may lie in memory, and how much of one key's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::refusal::Refusal;
use crate::config::Limits;

/// Into how many parts the room falls; one key has one of them, so that it cannot starve the others.
const PARTS: usize = 4;
/// How many times the largest request needs room: as it came, without its coding, as records, and
/// once more. Every key has so much, else its largest requests would be refused for ever.
const OF_THE_LARGEST: usize = 4;
/// How many of a key's requests may wait for the store at once: a part of those that it lets wait.
const WAITING_OF_A_KEY: usize = 256;

/// Room for the bodies of all requests that are under way.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    most: usize,
    most_of_a_key: usize,
    taken: Arc<Mutex<Taken>>,
}

/// What is taken, in all and by key.
#[derive(Debug, Default)]
struct Taken {
    bytes: usize,
    keys: HashMap<i64, OfKey>,
}

/// What the requests of one key take.
#[derive(Debug, Default)]
struct OfKey {
    shares: usize,
    bytes: usize,
    waiting: usize,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let most = limits.body_budget_bytes;
        let largest = limits.max_request_bytes.saturating_mul(OF_THE_LARGEST);
        Self { most, most_of_a_key: largest.max(most / PARTS), taken: Arc::default() }
    }

    /// One request's share, empty so far.
    pub(super) fn share(&self, key: i64) -> Share {
        self.taken().keys.entry(key).or_default().shares += 1;
        Share { budget: self.clone(), key, bytes: 0, waits: false }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one request takes of the room; it is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Share {
    budget: Budget,
    key: i64,
    bytes: usize,
    waits: bool,
}

impl Share {
    /// Takes more.
    ///
    /// # Errors
    /// Where there is no room. Nobody waits for it: two that wait for each other never end.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Refusal> {
        let mut taken = self.budget.taken();
        let Taken { bytes: all, keys } = &mut *taken;
        let own = keys.entry(self.key).or_default();
        let has_room = |taken: usize, most: usize| bytes <= most.saturating_sub(taken);
        if !has_room(*all, self.budget.most) || !has_room(own.bytes, self.budget.most_of_a_key) {
            return Err(Refusal::overloaded());
        }
        *all += bytes;
        own.bytes += bytes;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives back what was not needed.
    pub(super) fn shrink(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        let mut taken = self.budget.taken();
        taken.bytes -= bytes;
        taken.keys.entry(self.key).or_default().bytes -= bytes;
    }

    /// Counts the request among those that wait for the store, until this is dropped.
    ///
    /// # Errors
    /// Where too many of the key's wait already.
    pub(super) fn wait(&mut self) -> Result<(), Refusal> {
        let mut taken = self.budget.taken();
        let own = taken.keys.entry(self.key).or_default();
        if own.waiting >= WAITING_OF_A_KEY {
            return Err(Refusal::overloaded());
        }
        own.waiting += usize::from(!self.waits);
        self.waits = true;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shrink(self.bytes);
        let mut taken = self.budget.taken();
        if let Some(own) = taken.keys.get_mut(&self.key) {
            own.shares -= 1;
            own.waiting -= usize::from(self.waits);
            if own.shares == 0 {
                taken.keys.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(body_budget_bytes: usize) -> Budget {
        Budget::new(&Limits { body_budget_bytes, max_request_bytes: 1, ..Limits::default() })
    }

    #[test]
    fn what_is_given_back_can_be_taken_again() {
        let budget = budget(40);
        let mut one = budget.share(1);
        one.grow(8).unwrap();
        assert_eq!(budget.share(1).grow(3).unwrap_err().status, 503);
        one.shrink(1);
        budget.share(1).grow(3).unwrap();
        drop(one);
        budget.share(1).grow(10).unwrap();
        assert!(budget.taken().keys.is_empty(), "a key that has nothing is not remembered");
    }

    #[test]
    fn no_key_has_more_than_its_part_and_all_have_no_more_than_there_is() {
        let budget = budget(40);
        let mut shares: Vec<_> = (0..4).map(|key| budget.share(key)).collect();
        for share in &mut shares {
            share.grow(10).unwrap();
            assert!(share.grow(1).is_err());
        }
        assert!(budget.share(4).grow(1).is_err());
    }

    #[test]
    fn only_so_many_of_a_key_wait() {
        let budget = budget(40);
        let mut waiting = Vec::new();
        for _ in 0..WAITING_OF_A_KEY {
            let mut share = budget.share(1);
            share.wait().unwrap();
            waiting.push(share);
        }
        assert!(budget.share(1).wait().is_err());
        budget.share(2).wait().unwrap();
        waiting.pop();
        budget.share(1).wait().unwrap();
    }
}
