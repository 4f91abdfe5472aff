//! The statements of lists.

use sqlx::Postgres;
use sqlx::query_builder::QueryBuilder;

use super::row::{COLUMNS, asked};
use super::span::{Conditions, column, push};
use crate::auth::{Clients, Scope};
use crate::store::Outcome;
use crate::store::index::Index;
use crate::store::looking::Part;
use crate::store::page::{By, Cursor, Direction, Filter, Sort};
use crate::store::span::Span;

/// A list: whose records, which of them, in which order, and by which index they are found.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub(super) scope: &'a Scope,
    pub(super) filter: &'a Filter,
    pub(super) sort: Sort,
    pub(super) index: Index,
}

impl<'a> List<'a> {
    /// Whether the index stands in the list's order, so that a page need not be sorted.
    pub(super) fn is_in_order(&self) -> bool {
        self.index.order == Some(self.sort.by)
    }

    /// Whether whatever the index gives is in the list.
    pub(super) fn is_exact(&self) -> bool {
        self.index.is_exact(self.filter)
    }

    /// The records of a part.
    pub(super) fn rows(&self, part: Part) -> QueryBuilder<'a, Postgres> {
        if self.is_in_order() {
            let own = |conditions: &mut Conditions<'_, 'a>| {
                push(&self.span(part), conditions);
                all(conditions, self.filter, self.sort);
            };
            return self.by_index(own, part.limit, 0);
        }
        self.by_few(part)
    }

    /// The record that stands so far behind a place, of those that the index gives.
    pub(super) fn ahead(&self, after: Option<Cursor>, distance: i64) -> QueryBuilder<'a, Postgres> {
        let part = Part { after, through: None, limit: 1 };
        let own = |conditions: &mut Conditions<'_, 'a>| {
            push(&self.span(part), conditions);
            equal(conditions, self.filter, self.index.columns);
            has_key(conditions, self.sort);
        };
        self.by_index(own, 1, distance - 1)
    }

    fn span(&self, part: Part) -> Span {
        Span::new(self.filter, self.sort, part.after, part.through)
    }

    /// Every index begins with the client, so that of everybody's records the first ones of each
    /// client are merged.
    fn by_index(
        &self,
        own: impl FnOnce(&mut Conditions<'_, 'a>),
        limit: i64,
        offset: i64,
    ) -> QueryBuilder<'a, Postgres> {
        let is_all = *self.scope.clients() == Clients::All;
        let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM "));
        sql.push(if is_all {
            "clients CROSS JOIN LATERAL (SELECT log.* FROM workflow_logs AS log WHERE "
        } else {
            "workflow_logs AS log WHERE "
        });
        let mut conditions = sql.separated(" AND ");
        match self.scope.clients() {
            Clients::One(client) => {
                conditions.push("log.client_id = ").push_bind_unseparated(client.as_str())
            }
            Clients::All => conditions.push("log.client_id = clients.client_id"),
        };
        own(&mut conditions);
        ordered(&mut sql, self.sort, limit, offset);
        if is_all {
            sql.push(") AS log");
            ordered(&mut sql, self.sort, limit, 0);
        }
        sql
    }

    /// What an index leaves is little: all of it is read by that index, before anything else is
    /// asked of it.
    fn by_few(&self, part: Part) -> QueryBuilder<'a, Postgres> {
        let mut sql = QueryBuilder::new("WITH log AS MATERIALIZED (");
        left_by(&mut sql, "log.*", self.scope, self.filter, self.index);
        sql.push(format!(") SELECT {COLUMNS} FROM log WHERE "));
        let mut conditions = sql.separated(" AND ");
        conditions.push("true");
        push(&self.span(part), &mut conditions);
        all(&mut conditions, self.filter, self.sort);
        ordered(&mut sql, self.sort, part.limit, 0);
        sql
    }
}

/// How many records an index leaves, counted up to a limit.
pub(super) fn count<'a>(
    scope: &'a Scope,
    filter: &'a Filter,
    index: Index,
    limit: i64,
) -> QueryBuilder<'a, Postgres> {
    let mut sql = QueryBuilder::new("SELECT count(*) FROM (");
    left_by(&mut sql, "1", scope, filter, index);
    sql.push(" LIMIT ").push_bind(limit).push(") AS counted");
    sql
}

/// What an index leaves.
fn left_by<'a>(
    sql: &mut QueryBuilder<'a, Postgres>,
    what: &str,
    scope: &'a Scope,
    filter: &'a Filter,
    index: Index,
) {
    sql.push(format!("SELECT {what} FROM "));
    if *scope.clients() == Clients::All {
        sql.push("clients JOIN ");
    }
    sql.push("workflow_logs AS log ");
    let mut conditions = sql.separated(" AND ");
    match scope.clients() {
        Clients::One(client) => {
            conditions.push("WHERE log.client_id = ").push_bind_unseparated(client.as_str())
        }
        Clients::All => conditions.push("ON log.client_id = clients.client_id"),
    };
    equal(&mut conditions, filter, index.columns);
    if let Some(by) = index.order {
        within(&mut conditions, filter, by);
    }
}

/// The rows of these numbers that are in a list of words.
pub(super) fn found<'a>(
    scope: &'a Scope,
    filter: &'a Filter,
    sort: Sort,
    seqs: Vec<i64>,
    limit: i64,
) -> QueryBuilder<'a, Postgres> {
    let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM workflow_logs AS log WHERE "));
    let mut conditions = sql.separated(" AND ");
    conditions.push("log.seq = ANY(").push_bind_unseparated(seqs).push_unseparated(")");
    if let Clients::One(client) = scope.clients() {
        conditions.push("log.client_id = ").push_bind_unseparated(client.as_str());
    }
    all(&mut conditions, filter, sort);
    ordered(&mut sql, sort, limit, 0);
    sql
}

/// The records in their order.
fn ordered(sql: &mut QueryBuilder<'_, Postgres>, sort: Sort, limit: i64, offset: i64) {
    let direction = match sort.direction {
        Direction::Descending => "DESC",
        Direction::Ascending => "ASC",
    };
    sql.push(format!(" ORDER BY log.{} {direction}", column(sort.by)));
    if sort.by != By::Stored {
        sql.push(format!(", log.seq {direction}"));
    }
    sql.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
}

/// Everything that a filter asks for, but for what the span of the order says.
fn all<'a>(conditions: &mut Conditions<'_, 'a>, filter: &'a Filter, sort: Sort) {
    for (name, text) in filter.equal() {
        equals(conditions, name, text);
    }
    for by in [By::Time, By::Duration, By::Confidence] {
        if by != sort.by {
            within(conditions, filter, by);
        }
    }
    has_key(conditions, sort);
}

/// What has nothing to be sorted by is not in the list, nor in its index, which PostgreSQL reads only
/// where it sees that.
fn has_key(conditions: &mut Conditions<'_, '_>, sort: Sort) {
    if matches!(sort.by, By::Duration | By::Confidence) {
        conditions.push(format!("log.{} IS NOT NULL", column(sort.by)));
    }
}

fn equal<'a>(conditions: &mut Conditions<'_, 'a>, filter: &'a Filter, names: &[&str]) {
    for (name, text) in filter.equal().filter(|(name, _)| names.contains(name)) {
        equals(conditions, name, text);
    }
}

/// One plan serves every value, but for the outcome: a partial index is of one of them.
fn equals<'a>(conditions: &mut Conditions<'_, 'a>, name: &str, text: &'a str) {
    if let Some(outcome) = Outcome::named(text).filter(|_| name == "outcome") {
        conditions.push(format!("log.outcome = '{}'", outcome.as_str()));
        return;
    }
    conditions.push(format!("log.{name} = ")).push_bind_unseparated(asked(text));
}

/// The bounds that a filter sets to what an order goes by.
fn within(conditions: &mut Conditions<'_, '_>, filter: &Filter, by: By) {
    for (sign, time) in [(">=", filter.since), ("<", filter.until)] {
        if let Some(time) = time.filter(|_| by == By::Time) {
            conditions.push(format!("log.executed_at {sign} ")).push_bind_unseparated(time);
        }
    }
    for (sign, number) in [">=", "<="].into_iter().zip(numbers(filter, by)) {
        if let Some(number) = number {
            conditions.push(format!("log.{} {sign} ", column(by))).push_bind_unseparated(number);
        }
    }
}

fn numbers(filter: &Filter, by: By) -> [Option<f64>; 2] {
    match by {
        By::Duration => [filter.min_duration, filter.max_duration],
        By::Confidence => [filter.min_confidence, filter.max_confidence],
        By::Time | By::Stored => [None; 2],
    }
}
