//! Places for answers that take long: so many at once for everybody, and fewer for each who asks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::auth::Holder;

/// How many there are for everybody.
const ALL: usize = 16;
/// How many for one key or person, so that whoever does not read on keeps nobody else out.
const OF_ONE: usize = 4;

/// How many seats each has taken, by name; who has none is not in it.
type Taken = HashMap<String, usize>;

/// The seats.
#[derive(Debug, Default)]
pub(super) struct Seats(Arc<Mutex<Taken>>);

impl Seats {
    /// A seat for whoever holds a right; `None` where there is none left.
    pub(super) fn seat(&self, holder: &Holder) -> Option<Seat> {
        let name = holder.to_string();
        let mut taken = lock(&self.0);
        let own = taken.get(&name).copied().unwrap_or_default();
        if own >= OF_ONE || taken.values().sum::<usize>() >= ALL {
            return None;
        }
        taken.insert(name.clone(), own + 1);
        Some(Seat { name, taken: Arc::clone(&self.0) })
    }
}

/// A seat that is taken, until this is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Seat {
    name: String,
    taken: Arc<Mutex<Taken>>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        if let Some(own) = taken.get_mut(&self.name) {
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
        let mut own: Vec<_> = (0..OF_ONE).map_while(|_| seats.seat(&Holder::Key(1))).collect();
        assert!(own.len() == OF_ONE && seats.seat(&Holder::Key(1)).is_none());
        let others: Vec<_> = (2..).map_while(|key| seats.seat(&Holder::Key(key))).collect();
        assert_eq!(own.len() + others.len(), ALL);
        own.pop();
        assert!(seats.seat(&Holder::Key(1)).is_some());
        drop((own, others));
        assert!(lock(&seats.0).is_empty());
    }
}
