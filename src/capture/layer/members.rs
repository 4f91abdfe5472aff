//! Which spans the layer keeps something of, as far as that can be told without looking at them.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use tracing::span::Id;

/// Places for spans; more than are open together in most services.
const PLACES: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 10;

/// Counts the spans that are kept, at a place that follows from their id: where a place is empty
/// none of its spans is kept, and a look at the registry, which costs far more, is spared.
///
/// Whoever asks for a span has got it from the thread that made it, so that relaxed loads will do.
pub(super) struct Members {
    all: AtomicUsize,
    places: Box<[AtomicU32]>,
}

impl Members {
    pub(super) fn none() -> Self {
        Self { all: AtomicUsize::new(0), places: (0..PLACES).map(|_| AtomicU32::new(0)).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.load(Ordering::Relaxed) == 0
    }

    /// `false` where the span is certainly not kept.
    pub(super) fn may_hold(&self, id: &Id) -> bool {
        self.place(id).load(Ordering::Relaxed) > 0
    }

    pub(super) fn add(&self, id: &Id) {
        self.all.fetch_add(1, Ordering::Relaxed);
        self.place(id).fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, id: &Id) {
        self.place(id).fetch_sub(1, Ordering::Relaxed);
        self.all.fetch_sub(1, Ordering::Relaxed);
    }

    /// By multiplication with 2^64 divided by the golden ratio (Knuth, The Art of Computer
    /// Programming, 6.4), which spreads ids that differ in a few bits.
    fn place(&self, id: &Id) -> &AtomicU32 {
        let spread = id.into_u64().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The upper bits alone are left, and there is a place for each of their values.
        &self.places[usize::try_from(spread >> (u64::BITS - PLACE_BITS)).unwrap_or_default()]
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Members").field("all", &self.all).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_is_kept_is_never_missed() {
        let members = Members::none();
        let ids: Vec<Id> = (1..=5_000).map(|number| Id::from_u64(number << 7)).collect();
        assert!(!members.may_hold(&ids[0]));
        for id in &ids {
            members.add(id);
        }
        assert!(ids.iter().all(|id| members.may_hold(id)));
        for id in &ids[1..] {
            members.remove(id);
        }
        assert!(members.may_hold(&ids[0]) && !members.is_empty());
        members.remove(&ids[0]);
        assert!(members.is_empty() && !ids.iter().any(|id| members.may_hold(id)));
    }

    #[test]
    fn ids_of_one_time_have_places_of_their_own() {
        let members = Members::none();
        // As a registry makes them: a number within a thread, and the thread.
        for id in (0..4).flat_map(|thread| (1..=8).map(move |number| thread << 36 | number)) {
            members.add(&Id::from_u64(id));
        }
        let taken = members.places.iter().filter(|place| place.load(Ordering::Relaxed) > 0);
        assert!(taken.count() > 24);
    }
}
