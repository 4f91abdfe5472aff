//! Places for answers that take long: so many at once for all keys, and fewer for each of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many there are for all keys.
const ALL: usize = 16;
/// How many for one key, so that whoever does not read on keeps nobody else out.
const OF_A_KEY: usize = 4;

/// How many seats each key has taken; one that has none is not in it.
type Taken = HashMap<i64, usize>;

/// The seats.
#[derive(Debug, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

impl Seats {
    /// A seat for this key; `None` where there is none left for it.
    pub(super) fn seat(&self, key: i64) -> Option<Seat> {
        let mut taken = lock(&self.0);
        let own = taken.get(&key).copied().unwrap_or_default();
        if own >= OF_A_KEY || taken.values().sum::<usize>() >= ALL {
            return None;
        }
        taken.insert(key, own + 1);
        Some(Seat { key, taken: Arc::clone(&self.0) })
    }
}

/// A seat that is taken, until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Seat {
    key: i64,
    taken: Arc<Mutex<Taken>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.key) {
            *own -= 1;
        }
        taken.retain(|_, own| *own > 0);
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_takes_its_own_alone_and_gives_them_back() {
        let seats = Seats::default();
        let mut own: Vec<_> = (0..OF_A_KEY).map_while(|_| seats.seat(1)).collect();
        assert!(own.len() == OF_A_KEY && seats.seat(1).is_none());
        let others: Vec<_> = (2..).map_while(|key| seats.seat(key)).collect();
        assert_eq!(own.len() + others.len(), ALL);
        own.pop();
        assert!(seats.seat(1).is_some());
        drop((own, others));
        assert!(lock(&seats.0).is_empty());
    }
}
