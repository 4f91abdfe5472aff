//! The part of an order that a statement reads: between two places.

use std::cmp::Ordering;

use super::page::{By, Cursor, Direction, Filter, Key, Sort};

/// One end of a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::store) struct Edge {
    pub(in crate::store) key: Key,
    pub(in crate::store) seq: i64,
    pub(in crate::store) is_inside: bool,
}

impl Edge {
    /// The edge before all records with this key.
    fn before(key: Key, is_inside: bool) -> Self {
        Self { key, seq: i64::MIN, is_inside }
    }

    /// The edge behind all records with this key.
    fn behind(key: Key) -> Self {
        Self { key, seq: i64::MAX, is_inside: true }
    }

    fn at(cursor: Cursor, is_inside: bool) -> Self {
        Self { key: cursor.key, seq: cursor.seq, is_inside }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let keys = match (self.key, other.key) {
            (Key::Time(own), Key::Time(its)) => own.cmp(&its),
            (Key::Duration(own), Key::Duration(its))
            | (Key::Confidence(own), Key::Confidence(its)) => {
                // As databases do, to which both zeros are one.
                own.partial_cmp(&its).unwrap_or(Ordering::Equal)
            }
            _ => Ordering::Equal,
        };
        keys.then(self.seq.cmp(&other.seq))
    }
}

/// A part of an order.
///
/// Each end is one edge only: of two, a database would begin at either, maybe at the farther one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::store) struct Span {
    pub(in crate::store) by: By,
    low: Option<Edge>,
    high: Option<Edge>,
}

impl Span {
    /// What lies behind one place and not behind another, as the list goes, within what the filter
    /// says of the order's own key.
    pub(in crate::store) fn new(
        filter: &Filter,
        sort: Sort,
        after: Option<Cursor>,
        through: Option<Cursor>,
    ) -> Self {
        let (low, high) = asked(filter, sort.by);
        let after = after.map(|cursor| Edge::at(cursor, false));
        let through = through.map(|cursor| Edge::at(cursor, true));
        let (more, less) = match sort.direction {
            Direction::Descending => (through, after),
            Direction::Ascending => (after, through),
        };
        let low = inner(low, more, Ordering::Greater);
        Self { by: sort.by, low, high: inner(high, less, Ordering::Less) }
    }

    /// Its edges, each with the sign that what lies inside has to it.
    pub(in crate::store) fn edges(&self) -> impl Iterator<Item = (Edge, &'static str)> {
        let edges = [(self.low, [">", ">="]), (self.high, ["<", "<="])];
        let edge = |(edge, signs): (Option<Edge>, [&'static str; 2])| {
            edge.map(|edge| (edge, signs[usize::from(edge.is_inside)]))
        };
        edges.into_iter().filter_map(edge)
    }
}

/// The ends that a filter asks for.
fn asked(filter: &Filter, by: By) -> (Option<Edge>, Option<Edge>) {
    let numbers = |key: fn(f64) -> Key, min: Option<f64>, max: Option<f64>| {
        (min.map(|min| Edge::before(key(min), true)), max.map(|max| Edge::behind(key(max))))
    };
    match by {
        By::Time => (
            filter.since.map(|since| Edge::before(Key::Time(since), true)),
            filter.until.map(|until| Edge::before(Key::Time(until), false)),
        ),
        By::Duration => numbers(Key::Duration, filter.min_duration, filter.max_duration),
        By::Confidence => numbers(Key::Confidence, filter.min_confidence, filter.max_confidence),
        By::Stored => (None, None),
    }
}

/// The edge that leaves less inside: the `wanted` one of the two.
fn inner(one: Option<Edge>, other: Option<Edge>, wanted: Ordering) -> Option<Edge> {
    match (one, other) {
        (Some(one), Some(other)) if one.compare(&other) == wanted => Some(one),
        (one, other) => other.or(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_one_edge() {
        let filter = Filter { since: Some(10), until: Some(20), ..Filter::default() };
        for (direction, low) in [(Direction::Descending, ">="), (Direction::Ascending, ">")] {
            let sort = Sort { by: By::Time, direction };
            let after = Cursor { direction, key: Key::Time(15), seq: 7 };
            let span = Span::new(&filter, sort, Some(after), None);
            let told: Vec<_> = span.edges().map(|(edge, sign)| (edge.key, sign)).collect();
            let expected = match direction {
                Direction::Descending => [(Key::Time(10), low), (Key::Time(15), "<")],
                Direction::Ascending => [(Key::Time(15), low), (Key::Time(20), "<")],
            };
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn the_filter_holds_for_a_place_outside_of_it() {
        let filter = Filter { until: Some(20), ..Filter::default() };
        let sort = Sort::default();
        let after = Cursor { direction: sort.direction, key: Key::Time(99), seq: 7 };
        let span = Span::new(&filter, sort, Some(after), None);
        assert_eq!(span.high, Some(Edge::before(Key::Time(20), false)));
        assert_eq!(span.low, None);
    }

    #[test]
    fn a_list_up_to_minus_zero_goes_on_behind_its_place() {
        let filter = Filter { max_duration: Some(-0.0), ..Filter::default() };
        let sort = Sort { by: By::Duration, direction: Direction::Descending };
        let after = Cursor { direction: sort.direction, key: Key::Duration(0.0), seq: 7 };
        let span = Span::new(&filter, sort, Some(after), None);
        assert_eq!(span.high, Some(Edge::at(after, false)));
    }
}
