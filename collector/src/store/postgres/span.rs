//! The part of an order that a statement reads, in SQL.

use sqlx::Postgres;
use sqlx::query_builder::Separated;

use crate::store::page::{By, Key};
use crate::store::span::{Edge, Span};

/// Conditions as they are put together.
pub(super) type Conditions<'s, 'a> = Separated<'s, 'a, Postgres, &'static str>;

/// The column that an order goes by.
pub(super) const fn column(by: By) -> &'static str {
    match by {
        By::Time => "executed_at",
        By::Duration => "execution_time_seconds",
        By::Confidence => "confidence",
        By::Stored => "seq",
    }
}

/// Says what lies in a span of the table `log`.
pub(super) fn push(span: &Span, conditions: &mut Conditions<'_, '_>) {
    let column = column(span.by);
    for (Edge { key, seq, .. }, sign) in span.edges() {
        if span.by == By::Stored {
            conditions.push(format!("log.seq {sign} ")).push_bind_unseparated(seq);
            continue;
        }
        conditions.push(format!("(log.{column}, log.seq) {sign} ("));
        match key {
            Key::Time(time) => conditions.push_bind_unseparated(time),
            Key::Duration(number) | Key::Confidence(number) => {
                conditions.push_bind_unseparated(number)
            }
            Key::Stored => conditions.push_unseparated("NULL"),
        };
        conditions.push_unseparated(", ").push_bind_unseparated(seq).push_unseparated(")");
    }
}
