//! What statistics know of a group of records: sums, and a sketch of the durations.

use crate::store::statistics::finite;
use crate::store::{Row, Sketch};

/// Sums over records.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::store) struct Tally {
    pub(in crate::store) records: i64,
    pub(in crate::store) errors: i64,
    pub(in crate::store) timed: i64,
    pub(in crate::store) seconds: f64,
    pub(in crate::store) input_tokens: i64,
    pub(in crate::store) output_tokens: i64,
    pub(in crate::store) cost: f64,
    pub(in crate::store) rated: i64,
    pub(in crate::store) confidence: f64,
    pub(in crate::store) durations: Sketch,
}

impl Tally {
    /// Counts one record.
    pub(in crate::store) fn add(&mut self, row: &Row) {
        self.records += 1;
        let sums = [
            (&mut self.errors, row.error_count),
            (&mut self.input_tokens, row.input_tokens),
            (&mut self.output_tokens, row.output_tokens),
        ];
        for (sum, number) in sums {
            *sum = sum.saturating_add(number.unwrap_or_default());
        }
        self.cost = finite(self.cost + row.cost.unwrap_or_default());
        if let Some(seconds) = row.execution_time_seconds {
            self.timed += 1;
            self.seconds = finite(self.seconds + seconds);
            self.durations.add(seconds);
        }
        if let Some(confidence) = row.confidence {
            self.rated += 1;
            self.confidence = finite(self.confidence + confidence);
        }
    }

    /// Counts all that another tally has.
    pub(in crate::store) fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.errors = self.errors.saturating_add(other.errors);
        self.timed += other.timed;
        self.seconds = finite(self.seconds + other.seconds);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost = finite(self.cost + other.cost);
        self.rated += other.rated;
        self.confidence = finite(self.confidence + other.confidence);
        self.durations.merge(&other.durations);
    }
}
