//! The part of an order that a statement reads, in SQL.

use sqlx::Sqlite;
use sqlx::query_builder::Separated;

use crate::store::page::{By, Key};
use crate::store::span::{Edge, Span};

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

/// Says what lies in a span, of a table of this name.
///
/// A number takes part in the search of an index only where its collation is named: SQLite compares
/// that of the last column, which is the rowid and has none of its own.
pub(super) fn push(span: &Span, conditions: &mut Conditions<'_, '_>, table: &str) {
    let column = column(span.by);
    for (Edge { key, seq, .. }, sign) in span.edges() {
        if span.by == By::Stored {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::page::{Cursor, Direction, Filter, Sort};

    #[test]
    fn a_place_is_compared_as_a_whole() {
        let sort = Sort { by: By::Time, direction: Direction::Descending };
        let after = Cursor { direction: sort.direction, key: Key::Time(15), seq: 7 };
        let filter = Filter { since: Some(10), ..Filter::default() };
        let mut sql = sqlx::QueryBuilder::new("");
        let span = Span::new(&filter, sort, Some(after), None);
        push(&span, &mut sql.separated(" AND "), "t");
        let pair = "(?, ? COLLATE BINARY)";
        let expected =
            format!("(t.executed_at, t.seq) >= {pair} AND (t.executed_at, t.seq) < {pair}");
        assert_eq!(sql.into_sql(), expected);
    }
}
