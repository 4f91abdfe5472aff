//! How often somebody may try to log in under one name.

use std::time::Duration;

/// How many attempts may fail.
const MOST: u32 = 5;
/// Within which time they have to, and how long the name then waits: 15 minutes.
const PERIOD: i64 = 15 * 60 * 1_000;

/// The attempts under a name that failed, or are not decided yet: each is counted before its
/// password is looked at, so that many at once are no more than one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// How many.
    pub failures: u32,
    /// Since when they are counted; where there are too many, since when the name waits.
    pub since: i64,
}

impl Attempts {
    /// How long the name has still to wait.
    pub fn wait(self, now: i64) -> Option<Duration> {
        let left = self.since.saturating_add(PERIOD).saturating_sub(now);
        (self.failures >= MOST && left > 0).then(|| Duration::from_millis(left.unsigned_abs()))
    }

    /// These and another.
    pub fn and_another(self, now: i64) -> Self {
        if self.failures == 0 || self.are_forgotten(now) {
            return Self { failures: 1, since: now };
        }
        let failures = self.failures.saturating_add(1);
        Self { failures, since: if failures >= MOST { now } else { self.since } }
    }

    /// Whether these were the last that there may be.
    pub fn are_too_many(self) -> bool {
        self.failures >= MOST
    }

    fn are_forgotten(self, now: i64) -> bool {
        self.since <= Self::forgotten_before(now)
    }

    /// What was counted since then or earlier means nothing any more.
    pub fn forgotten_before(now: i64) -> i64 {
        now.saturating_sub(PERIOD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(times: u32, now: i64) -> Attempts {
        (0..times).fold(Attempts::default(), |attempts, _| attempts.and_another(now))
    }

    #[test]
    fn the_fifth_makes_the_name_wait_for_a_quarter_of_an_hour() {
        assert_eq!(failed(4, 7).wait(7), None);
        let locked = failed(4, 7).and_another(1_007);
        assert!(locked.are_too_many());
        assert_eq!(locked.wait(1_007), Some(Duration::from_secs(15 * 60)));
        assert_eq!(locked.wait(1_007 + PERIOD), None);
        assert_eq!(locked.and_another(1_007 + PERIOD).failures, 1);
    }

    #[test]
    fn what_failed_long_ago_does_not_count() {
        assert_eq!(failed(4, 0).and_another(PERIOD), Attempts { failures: 1, since: PERIOD });
        assert_eq!(failed(4, 0).and_another(PERIOD - 1).failures, 5);
    }
}
