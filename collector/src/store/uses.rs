//! How often keys are used, as it is told.

/// How a key was used lately.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct KeyUsage {
    /// The key's number.
    pub key: i64,
    /// How many requests there were in the last hour. What was before the hour that the clock shows
    /// is taken in proportion.
    pub last_hour: f64,
    /// How many in the last 24 hours, in the same way.
    pub last_day: f64,
}

const HOUR: i64 = 3_600_000;
/// For how many hours uses are kept: of those of a day the first and the last are parts.
const KEPT: i64 = 25;

impl KeyUsage {
    /// From which hour on uses count.
    pub(super) fn since(now: i64) -> i64 {
        now.saturating_sub(KEPT * HOUR)
    }

    /// Adds the requests of the hour that began then.
    pub(super) fn add(&mut self, hour: i64, requests: i64, now: i64) {
        let requests = requests as f64;
        self.last_hour += requests * share(hour, now - HOUR);
        self.last_day += requests * share(hour, now - 24 * HOUR);
    }
}

/// How much of an hour lies behind a time.
fn share(hour: i64, since: i64) -> f64 {
    let behind = hour.saturating_add(HOUR).saturating_sub(since);
    (behind as f64 / HOUR as f64).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_counts_as_far_as_it_lies_in_the_period() {
        let now = 100 * HOUR + HOUR / 4;
        let mut usage = KeyUsage::default();
        for (hours_ago, requests) in [(0, 10), (1, 100), (24, 1_000), (25, 10_000)] {
            usage.add((100 - hours_ago) * HOUR, requests, now);
        }
        assert!((usage.last_hour - 85.0).abs() < 1e-6, "{usage:?}");
        assert!((usage.last_day - 860.0).abs() < 1e-6, "{usage:?}");
    }
}
