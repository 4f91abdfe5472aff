//! What is known of any number of records: sums that can be added up.

use std::collections::BTreeMap;

use crate::store::Sketch;

/// Sums over records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many did what they were for.
    pub ok: u64,
    /// How many could not.
    pub failed: u64,
    /// How many are neither.
    pub open: u64,
    /// How many errors they met.
    pub errors: i64,
    /// How many of them have a duration.
    pub timed: u64,
    /// The sum of those, in seconds.
    pub seconds: f64,
    /// Those by size.
    pub durations: Sketch,
    /// How many of them have a confidence.
    pub rated: u64,
    /// The sum of those.
    pub confidence: f64,
    /// Tokens that models read.
    pub input_tokens: i64,
    /// Tokens that models wrote.
    pub output_tokens: i64,
    /// What they cost, by currency; what has none stands under an empty name.
    pub costs: BTreeMap<String, f64>,
}

impl Figures {
    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.ok + self.failed + self.open
    }

    /// Which part of those that came to an end did what they were for; `None` where none did.
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.ok + self.failed;
        (ended > 0).then(|| self.ok as f64 / ended as f64)
    }

    /// The average duration in seconds; `None` where no record has one.
    pub fn average_seconds(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.seconds / self.timed as f64)
    }

    /// The average confidence; `None` where no record has one.
    pub fn average_confidence(&self) -> Option<f64> {
        (self.rated > 0).then(|| self.confidence / self.rated as f64)
    }

    /// Counts all that these have as well.
    pub fn merge(&mut self, other: &Self) {
        self.ok += other.ok;
        self.failed += other.failed;
        self.open += other.open;
        self.errors = self.errors.saturating_add(other.errors);
        self.timed += other.timed;
        self.seconds = finite(self.seconds + other.seconds);
        self.durations.merge(&other.durations);
        self.rated += other.rated;
        self.confidence = finite(self.confidence + other.confidence);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        for (currency, cost) in &other.costs {
            let sum = self.costs.entry(currency.clone()).or_default();
            *sum = finite(*sum + cost);
        }
    }
}

/// The nearest number that there is: a sum that left them could not be told, and never came back.
pub(in crate::store) fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_neither_succeeded_nor_failed() {
        let figures = Figures { ok: 3, failed: 1, open: 6, ..Figures::default() };
        assert_eq!((figures.records(), figures.success_rate()), (10, Some(0.75)));
        assert_eq!(Figures { open: 6, ..Figures::default() }.success_rate(), None);
    }

    #[test]
    fn currencies_are_never_added_to_each_other() {
        let of = |currency: &str, cost| Figures {
            costs: BTreeMap::from([(currency.to_owned(), cost)]),
            ..Figures::default()
        };
        let mut sum = of("USD", 1.25);
        for more in [of("EUR", 2.0), of("USD", 0.25), of("", 4.0)] {
            sum.merge(&more);
        }
        let told: Vec<_> = sum.costs.iter().map(|(name, cost)| (name.as_str(), *cost)).collect();
        assert_eq!(told, [("", 4.0), ("EUR", 2.0), ("USD", 1.5)]);
    }

    #[test]
    fn absurd_sums_stay_numbers() {
        let of = |seconds| Figures { seconds, timed: 1, ..Figures::default() };
        let mut sum = of(f64::MAX);
        sum.merge(&of(f64::MAX));
        sum.merge(&of(f64::MIN));
        assert_eq!(sum.average_seconds(), Some(0.0));
    }
}
