//! How many records keep their values when the time is too short for all of them.

use std::time::Duration;

/// Hands out what time there is evenly over the records that wait, so that a first guess at what
/// one of them takes is put right by those that follow.
#[derive(Debug, Default)]
pub(super) struct Ration {
    /// How long it took to seal one with all its values, lately and on average.
    average: Duration,
    /// What was left over for the next, as a share of a record.
    saved: f64,
}

impl Ration {
    pub(super) fn took(&mut self, time: Duration) {
        self.average = (7 * self.average + time) / 8;
    }

    /// Whether the next of so many records can be sealed with all its values.
    pub(super) fn affords(&mut self, records: usize, left: Duration) -> bool {
        let needed = self.average.as_secs_f64() * records as f64;
        let share = left.as_secs_f64() / needed.max(f64::MIN_POSITIVE);
        self.saved += share.min(1.0);
        let affords = self.saved >= 1.0;
        if affords {
            self.saved -= 1.0;
        }
        affords
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of 1,000 records that take so long keep their values within a second.
    fn kept(first_guess: Duration, each: Duration) -> usize {
        let mut ration = Ration::default();
        (0..20).for_each(|_| ration.took(first_guess));
        let (mut left, mut kept) = (Duration::from_secs(1), 0);
        for records in (1..=1_000).rev() {
            if ration.affords(records, left) {
                ration.took(each);
                left = left.saturating_sub(each);
                kept += 1;
            }
        }
        kept
    }

    #[test]
    fn all_keep_their_values_where_there_is_time() {
        assert_eq!(kept(Duration::ZERO, Duration::from_micros(700)), 1_000);
    }

    #[test]
    fn a_wrong_guess_is_put_right() {
        let each = Duration::from_millis(2);
        for guess in [each / 10, each, 10 * each] {
            let kept = kept(guess, each);
            assert!((380..=500).contains(&kept), "{kept} after a guess of {guess:?}");
        }
    }

    #[test]
    fn none_does_without_time() {
        let mut ration = Ration::default();
        ration.took(Duration::from_millis(8));
        assert!((0..10).all(|_| !ration.affords(10, Duration::ZERO)));
    }
}
