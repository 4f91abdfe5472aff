//! How often a key may be used.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

/// A rate for every key, each counted by itself.
pub(super) struct Rates {
    limiter: DefaultKeyedRateLimiter<i64>,
    clock: DefaultClock,
}

impl Rates {
    /// So many requests a second, all of which may come at once.
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second)),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request; an error tells how long to wait.
    pub(super) fn check(&self, key: i64) -> Result<(), Duration> {
        self.limiter.check_key(&key).map_err(|early| early.wait_time_from(self.clock.now()))
    }

    /// Forgets keys that were not used for a while: without it the limiter would grow.
    pub(super) fn tidy(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("keys", &self.limiter.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_rate_of_its_own() {
        let rates = Rates::new(NonZeroU32::MIN);
        assert!(rates.check(1).is_ok());
        let wait = rates.check(1).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        assert!(rates.check(2).is_ok());
    }
}
