//! Comparing the sums for statistics, of all times, by client and kind.

use std::collections::HashMap;

use super::ledger::Difference;
use crate::store::{Dimension, Figures, Group, Grouping, Kind, Listed, Row, Statistics};

/// By what sums are compared; the limit is beyond what there are.
pub(super) fn grouping() -> Grouping {
    Grouping { by: vec![Dimension::Client, Dimension::Kind], limit: 10_000_000 }
}

/// How large all parts of the sums of a group are together: the order of adding changes a sum by a
/// small part of that.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sizes {
    seconds: f64,
    confidence: f64,
    cost: f64,
    counts: f64,
}

/// The sizes of all groups.
#[derive(Debug, Default)]
pub(super) struct Weights(HashMap<(String, &'static str), Sizes>);

impl Weights {
    /// Counts a record of the source.
    pub(super) fn add(&mut self, line: &Listed) {
        let place = (line.client.as_str().to_owned(), line.row.kind.as_str());
        let (sizes, row) = (self.0.entry(place).or_default(), &line.row);
        let Row { execution_time_seconds, confidence, cost, .. } = row;
        let sums = [
            (&mut sizes.seconds, execution_time_seconds),
            (&mut sizes.confidence, confidence),
            (&mut sizes.cost, cost),
        ];
        for (sum, number) in sums {
            *sum += number.unwrap_or_default().abs();
        }
        for count in [row.error_count, row.input_tokens, row.output_tokens] {
            sizes.counts += count.unwrap_or_default().unsigned_abs() as f64;
        }
    }

    /// Where the sums of the same records differ. Where the target has more records than the source,
    /// there is nothing to compare them with.
    pub(super) fn differences(&self, source: &Statistics, target: &Statistics) -> Vec<Difference> {
        let theirs: HashMap<_, _> =
            target.groups.iter().map(|group| (&group.names, &group.figures)).collect();
        let none = Figures::default();
        let differs = |own: &&Group| {
            let theirs = theirs.get(&own.names).copied().unwrap_or(&none);
            let is_same = self.of(own).agree(&own.figures, theirs);
            theirs.records() < own.figures.records()
                || (theirs.records() == own.figures.records() && !is_same)
        };
        let difference = |own: &Group| Difference::Sums {
            client: own.names.first().cloned().unwrap_or_default(),
            kind: own.names.get(1).cloned().unwrap_or_default(),
            source: own.figures.records(),
            target: theirs.get(&own.names).map_or(0, |theirs| theirs.records()),
        };
        source.groups.iter().filter(differs).map(difference).collect()
    }

    fn of(&self, group: &Group) -> Sizes {
        let [client, kind] = group.names.as_slice() else { return Sizes::default() };
        let place = Kind::named(kind).map(|kind| (client.clone(), kind.as_str()));
        place.and_then(|place| self.0.get(&place)).copied().unwrap_or_default()
    }
}

impl Sizes {
    /// Whether two sums are of the same numbers.
    fn agree(&self, one: &Figures, other: &Figures) -> bool {
        let counted = |of: &Figures| (of.ok, of.failed, of.open, of.timed, of.rated);
        let summed = |of: &Figures| (of.errors, of.input_tokens, of.output_tokens);
        // A sum that left the whole numbers is cut there, and then depends on the order.
        let is_cut = self.counts >= i64::MAX as f64;
        let costs = one.costs.keys().chain(other.costs.keys());
        let cost = |of: &Figures, name: &str| of.costs.get(name).copied().unwrap_or_default();
        counted(one) == counted(other)
            && one.durations == other.durations
            && (is_cut || summed(one) == summed(other))
            && are_near(one.seconds, other.seconds, self.seconds)
            && are_near(one.confidence, other.confidence, self.confidence)
            && costs.into_iter().all(|name| are_near(cost(one, name), cost(other, name), self.cost))
    }
}

/// Whether two sums of numbers with this size differ by no more than the order of adding does.
fn are_near(one: f64, other: f64, size: f64) -> bool {
    const PART: f64 = 1e-9;
    // Numbers beyond that may have left what can be counted with on the way.
    size > f64::MAX / 1e3 || (one - other).abs() <= size * PART
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::Outcome;

    fn weights(cost: f64) -> Weights {
        let mut weights = Weights::default();
        let row = Row {
            cost: Some(cost),
            error_count: Some(2),
            ..Row::new(Uuid::nil(), Kind::Action, 0, Outcome::Ok)
        };
        weights.add(&Listed { seq: 1, client: ClientId::new("a").unwrap(), row });
        weights
    }

    fn sums(ok: u64, errors: i64, cost: f64) -> Statistics {
        let costs = [("EUR".to_owned(), cost)].into();
        let figures = Figures { ok, errors, costs, ..Figures::default() };
        let names = vec!["a".to_owned(), "action".to_owned()];
        Statistics { groups: vec![Group { names, figures }], ..Statistics::default() }
    }

    #[test]
    fn the_order_of_adding_makes_no_difference() {
        let (weights, source) = (weights(3.0), sums(1, 2, 3.0));
        for target in [sums(1, 2, 3.0), sums(1, 2, 3.000_000_000_1), sums(2, 9, 9.0)] {
            assert_eq!(weights.differences(&source, &target), []);
        }
        for target in [sums(0, 0, 0.0), sums(1, 3, 3.0), sums(1, 2, 3.001), Statistics::default()] {
            assert_eq!(weights.differences(&source, &target).len(), 1, "{target:?}");
        }
    }

    #[test]
    fn what_cannot_be_counted_with_is_not_compared() {
        let (source, target) = (sums(1, 2, f64::MAX), sums(1, 2, 0.0));
        assert_eq!(weights(f64::MAX).differences(&source, &target), []);
    }
}
