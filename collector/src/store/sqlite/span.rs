//! The part of an order that a statement reads: between two places.

use std::cmp::Ordering;

use sqlx::Sqlite;
use sqlx::query_builder::Separated;

use crate::store::page::{By, Cursor, Direction, Filter, Key, Sort};

/// Conditions as they are put together.
pub(super) type Conditions<'s, 'a> = Separated<'s, 'a, Sqlite, &'static str>;

/// The column that an order goes by.
pub(super) const fn column(by: By) -> &'static str {
    match by {
        By::Time => "executed_at",
        By::Duration => "execution_time_seconds",
        By::Confidence => "confidence",
        By::Stored => "rowid",
    }
}

/// One end of a span.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Edge {
    key: Key,
    seq: i64,
    is_inside: bool,
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
                // As SQLite does, to which both zeros are one.
                own.partial_cmp(&its).unwrap_or(Ordering::Equal)
            }
            _ => Ordering::Equal,
        };
        keys.then(self.seq.cmp(&other.seq))
    }
}

/// A part of an order.
///
/// Each end is one condition only: of two, SQLite would begin at either, maybe at the farther one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    by: By,
    low: Option<Edge>,
    high: Option<Edge>,
}

impl Span {
    /// What lies behind one place and not behind another, as the list goes, within what the filter
    /// says of the order's own key.
    pub(super) fn new(
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

    /// Says the same in SQL, of a table of this name.
    ///
    /// A number takes part in the search of an index only where its collation is named: SQLite
    /// compares that of the last column, which is the rowid and has none of its own.
    pub(super) fn push(&self, conditions: &mut Conditions<'_, '_>, table: &str) {
        let column = column(self.by);
        for (edge, sign) in [(self.low, '>'), (self.high, '<')] {
            let Some(Edge { key, seq, is_inside }) = edge else { continue };
            let sign = format!("{sign}{}", if is_inside { "=" } else { "" });
            if self.by == By::Stored {
                conditions.push(format!("{table}.{column} {sign} ")).push_bind_unseparated(seq);
                continue;
            }
            conditions.push(format!("({table}.{column}, {table}.seq) {sign} ("));
            match key {
                Key::Time(time) => conditions.push_bind_unseparated(time),
                Key::Duration(number) | Key::Confidence(number) => {
                    conditions.push_bind_unseparated(number)
                }
                Key::Stored => conditions.push_unseparated("NULL"),
            };
            conditions.push_unseparated(", ").push_bind_unseparated(seq);
            conditions.push_unseparated(" COLLATE BINARY)");
        }
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

    fn sql(filter: &Filter, direction: Direction, after: i64) -> String {
        let sort = Sort { by: By::Time, direction };
        let after = Cursor { direction, key: Key::Time(after), seq: 7 };
        let mut sql = sqlx::QueryBuilder::new("");
        let span = Span::new(filter, sort, Some(after), None);
        span.push(&mut sql.separated(" AND "), "t");
        sql.into_sql()
    }

    #[test]
    fn each_end_is_one_condition() {
        let filter = Filter { since: Some(10), until: Some(20), ..Filter::default() };
        let (newer, older) = ("(t.executed_at, t.seq) >", "(t.executed_at, t.seq) <");
        let pair = "(?, ? COLLATE BINARY)";
        for (direction, expected) in [
            (Direction::Descending, format!("{newer}= {pair} AND {older} {pair}")),
            (Direction::Ascending, format!("{newer} {pair} AND {older} {pair}")),
        ] {
            assert_eq!(sql(&filter, direction, 15), expected);
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
