//! The buckets of a series, in UTC: hours, days, weeks that begin on Monday (ISO 8601), and months.

use super::Period;
use super::plan::{DAY, HOUR, Source};
use crate::time;

/// The most buckets of a series.
const MOST: usize = 10_000;

/// How much time one point of a series stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week from Monday on.
    Week,
    /// A month of the calendar.
    Month,
}

/// A period holds more than 10,000 buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are more than 10000 buckets in the period")]
pub struct TooManyBuckets;

impl Bucket {
    /// Every bucket.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The name in questions and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The bucket of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| bucket.as_str() == name)
    }

    /// How many buckets a series has where nobody says: a day, 30 days, half a year, a year.
    const fn usual(self) -> usize {
        match self {
            Self::Hour => 24,
            Self::Day => 30,
            Self::Week => 26,
            Self::Month => 12,
        }
    }

    /// The period with both its ends. Where the last is not given it is that of the bucket of now,
    /// or of `since`; where the first is not, there are as many buckets as is usual.
    pub fn period(self, period: Period, now: i64) -> (i64, i64) {
        let until = period.until.unwrap_or_else(|| self.next(now.max(period.since.unwrap_or(now))));
        let since = period.since.unwrap_or_else(|| {
            let last = self.start(until.saturating_sub(1));
            // Nothing is shown of what was before 1970.
            (1..self.usual()).fold(last, |start, _| self.start(start.saturating_sub(1))).max(0)
        });
        (since, until)
    }

    /// Where the buckets of a period begin. The first may begin before it, the last end after it.
    ///
    /// # Errors
    /// Where there are more than 10,000.
    pub fn starts(self, since: i64, until: i64) -> Result<Vec<i64>, TooManyBuckets> {
        let following = |start: &i64| Some(self.next(*start)).filter(|next| next > start);
        let starts = std::iter::successors(Some(self.start(since)), following);
        let starts: Vec<_> = starts.take_while(|start| *start < until).take(MOST + 1).collect();
        if starts.len() > MOST { Err(TooManyBuckets) } else { Ok(starts) }
    }

    /// The coarsest sums of which none lies in two buckets.
    pub(in crate::store) const fn source(self) -> Source {
        match self {
            Self::Hour => Source::Hours,
            Self::Day | Self::Week | Self::Month => Source::Days,
        }
    }

    /// Where the bucket of this moment begins.
    fn start(self, moment: i64) -> i64 {
        match self {
            Self::Hour => floor(moment, HOUR),
            Self::Day => floor(moment, DAY),
            // 1970 began on a Thursday.
            Self::Week => floor(moment.saturating_add(3 * DAY), 7 * DAY).saturating_sub(3 * DAY),
            Self::Month => month(moment),
        }
    }

    /// Where the bucket after that of this moment begins.
    fn next(self, moment: i64) -> i64 {
        let start = self.start(moment);
        match self {
            Self::Hour => start.saturating_add(HOUR),
            Self::Day => start.saturating_add(DAY),
            Self::Week => start.saturating_add(7 * DAY),
            // A day of the month after, whatever the length of this one.
            Self::Month => month(start.saturating_add(32 * DAY)),
        }
    }
}

fn floor(moment: i64, grain: i64) -> i64 {
    moment.saturating_sub(moment.rem_euclid(grain))
}

/// Where the month of this moment begins, by the calendar that times are shown in.
fn month(moment: i64) -> i64 {
    let shown = time::rfc3339(moment);
    let first = shown.get(..7).map(|month| format!("{month}-01T00:00:00Z"));
    first.and_then(|first| time::parse_rfc3339(&first)).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> i64 {
        time::parse_rfc3339(text).unwrap()
    }

    fn shown(bucket: Bucket, since: &str, until: &str) -> Vec<String> {
        let starts = bucket.starts(at(since), at(until)).unwrap();
        starts.into_iter().map(|start| time::rfc3339(start)[..13].to_owned()).collect()
    }

    #[test]
    fn a_week_begins_on_monday() {
        assert_eq!(
            shown(Bucket::Week, "2026-01-01T12:00:00Z", "2026-01-12T00:00:01Z"),
            ["2025-12-29T00", "2026-01-05T00", "2026-01-12T00"]
        );
    }

    #[test]
    fn months_have_their_own_lengths() {
        assert_eq!(
            shown(Bucket::Month, "2024-01-31T23:00:00Z", "2024-04-01T00:00:00Z"),
            ["2024-01-01T00", "2024-02-01T00", "2024-03-01T00"]
        );
    }

    #[test]
    fn a_series_ends_with_the_bucket_of_now() {
        let now = at("2026-03-15T10:20:30Z");
        for (bucket, since, until) in [
            (Bucket::Hour, "2026-03-14T11:00:00Z", "2026-03-15T11:00:00Z"),
            (Bucket::Day, "2026-02-14T00:00:00Z", "2026-03-16T00:00:00Z"),
            (Bucket::Week, "2025-09-15T00:00:00Z", "2026-03-16T00:00:00Z"),
            (Bucket::Month, "2025-04-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        ] {
            let period = bucket.period(Period::default(), now);
            assert_eq!(period, (at(since), at(until)), "{bucket:?}");
            assert_eq!(bucket.starts(period.0, period.1).unwrap().len(), bucket.usual());
        }
    }

    #[test]
    fn a_first_moment_of_tomorrow_has_a_bucket() {
        let period = Period { since: Some(DAY + 5), until: None };
        assert_eq!(Bucket::Day.period(period, 0), (DAY + 5, 2 * DAY));
    }

    #[test]
    fn no_period_makes_a_series_endless() {
        assert_eq!(Bucket::Hour.starts(0, at("9999-12-31T23:59:59Z")), Err(TooManyBuckets));
        let last = at("9999-12-31T00:00:00Z");
        // The calendar that times are shown in ends there.
        assert_eq!(Bucket::Month.starts(last, i64::MAX).map(|starts| starts.len()), Ok(1));
        for bucket in Bucket::ALL {
            assert!(bucket.starts(i64::MIN, i64::MIN + 1).is_ok_and(|starts| starts.len() < 3));
        }
    }

    proptest! {
        #[test]
        fn the_buckets_cover_the_period(
            since in 0_i64..4_000_000_000_000,
            length in 1_i64..400 * DAY,
            bucket in prop::sample::select(Bucket::ALL.to_vec()),
        ) {
            let until = since + length;
            let starts = bucket.starts(since, until).unwrap();
            prop_assert!(starts[0] <= since);
            prop_assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
            let last = *starts.last().unwrap();
            prop_assert!(last < until && until <= bucket.next(last));
        }
    }
}
