//! The statements of lists.

use sqlx::Sqlite;
use sqlx::query_builder::QueryBuilder;

use super::span::{Conditions, column, push};
use crate::auth::{Clients, Scope};
use crate::store::index::Index;
use crate::store::looking::Part;
use crate::store::page::{By, Cursor, Direction, Filter, Sort};
use crate::store::span::Span;

/// What a list is read by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An index of the records.
    Index(Index),
    /// The index of words, with this expression.
    Words(String),
}

/// A list: whose records, which of them, in which order, and by what they are found.
#[derive(Debug)]
pub(super) struct List<'a> {
    pub(super) scope: &'a Scope,
    pub(super) filter: &'a Filter,
    pub(super) sort: Sort,
    pub(super) origin: Origin,
}

impl<'a> List<'a> {
    /// Whether the source stands in the list's order, so that a page need not be sorted.
    pub(super) fn is_in_order(&self) -> bool {
        match &self.origin {
            Origin::Index(index) => index.order == Some(self.sort.by),
            Origin::Words(_) => true,
        }
    }

    /// Whether whatever the source gives is in the list.
    pub(super) fn is_exact(&self) -> bool {
        match &self.origin {
            Origin::Index(index) => index.is_exact(self.filter),
            Origin::Words(_) => self.filter.all_bounds() == 0,
        }
    }

    /// The records of a part.
    pub(super) fn rows(&self, part: Part) -> QueryBuilder<'a, Sqlite> {
        let own = |conditions: &mut Conditions<'_, 'a>| {
            push(&self.span(part), conditions, "log");
            all(conditions, self.filter, self.sort);
        };
        match &self.origin {
            Origin::Index(index) => self.by_index(*index, own, part.limit, 0),
            Origin::Words(expression) => self.by_words(expression.clone(), part),
        }
    }

    /// The record that stands so far behind a place, of those that the source gives.
    pub(super) fn ahead(&self, after: Option<Cursor>, distance: i64) -> QueryBuilder<'a, Sqlite> {
        let part = Part { after, through: None, limit: 1 };
        let offset = distance - 1;
        match &self.origin {
            Origin::Index(index) => {
                let own = |conditions: &mut Conditions<'_, 'a>| {
                    push(&self.span(part), conditions, "log");
                    equal(conditions, self.filter, index.columns);
                    has_key(conditions, self.sort);
                };
                self.by_index(*index, own, 1, offset)
            }
            Origin::Words(expression) => {
                let mut sql = QueryBuilder::new("SELECT hit.rowid FROM text.record_text AS hit ");
                self.matching(&mut sql, expression.clone(), part);
                ordered(&mut sql, "hit", "rowid", self.sort, 1, offset);
                sql
            }
        }
    }

    fn span(&self, part: Part) -> Span {
        Span::new(self.filter, self.sort, part.after, part.through)
    }

    /// Every index begins with the client, so that of everybody's records the first ones of each
    /// client are merged: by their keys alone, and only of what is left are the rows read.
    fn by_index(
        &self,
        index: Index,
        own: impl FnOnce(&mut Conditions<'_, 'a>),
        limit: i64,
        offset: i64,
    ) -> QueryBuilder<'a, Sqlite> {
        let is_all = *self.scope.clients() == Clients::All;
        let mut sql = QueryBuilder::new(if is_all {
            "SELECT whole.* FROM (SELECT found.seq AS seq FROM clients CROSS JOIN workflow_logs AS found \
             ON found.seq IN (SELECT log.seq "
        } else {
            "SELECT log.* "
        });
        sql.push("FROM workflow_logs AS log INDEXED BY ").push(index.name).push(" WHERE ");
        let mut conditions = sql.separated(" AND ");
        match self.scope.clients() {
            Clients::One(client) => {
                conditions.push("log.client_id = ").push_bind_unseparated(client.as_str())
            }
            Clients::All => conditions.push("log.client_id = clients.client_id"),
        };
        own(&mut conditions);
        let column = column(self.sort.by);
        ordered(&mut sql, "log", column, self.sort, limit, offset);
        if is_all {
            sql.push(") ");
            ordered(&mut sql, "found", column, self.sort, limit, 0);
            sql.push(") AS first CROSS JOIN workflow_logs AS whole ON whole.seq = first.seq");
            ordered(&mut sql, "whole", column, self.sort, limit, 0);
        }
        sql
    }

    /// The rows of what the words are found in.
    fn by_words(&self, expression: String, part: Part) -> QueryBuilder<'a, Sqlite> {
        let mut sql = QueryBuilder::new(
            "SELECT log.* FROM text.record_text AS hit CROSS JOIN workflow_logs AS log \
             ON log.seq = hit.rowid ",
        );
        let mut conditions = self.matching(&mut sql, expression, part);
        if let Clients::One(client) = self.scope.clients() {
            conditions.push("log.client_id = ").push_bind_unseparated(client.as_str());
        }
        all(&mut conditions, self.filter, self.sort);
        ordered(&mut sql, "hit", "rowid", self.sort, part.limit, 0);
        sql
    }

    fn matching<'s>(
        &self,
        sql: &'s mut QueryBuilder<'a, Sqlite>,
        expression: String,
        part: Part,
    ) -> Conditions<'s, 'a> {
        sql.push("WHERE ");
        let mut conditions = sql.separated(" AND ");
        conditions.push("record_text MATCH ").push_bind_unseparated(expression);
        push(&self.span(part), &mut conditions, "hit");
        conditions
    }
}

/// How many records an index leaves, counted up to a limit.
pub(super) fn count<'a>(
    scope: &'a Scope,
    filter: &'a Filter,
    index: Index,
    limit: i64,
) -> QueryBuilder<'a, Sqlite> {
    let name = index.name;
    let mut sql = QueryBuilder::new(format!(
        "SELECT count(*) FROM (SELECT 1 FROM workflow_logs AS log INDEXED BY {name} WHERE "
    ));
    let mut conditions = sql.separated(" AND ");
    match scope.clients() {
        Clients::One(client) => {
            conditions.push("log.client_id = ").push_bind_unseparated(client.as_str())
        }
        Clients::All => conditions.push("log.client_id IN (SELECT client_id FROM clients)"),
    };
    equal(&mut conditions, filter, index.columns);
    if let Some(by) = index.order {
        within(&mut conditions, filter, by);
    }
    sql.push(" LIMIT ").push_bind(limit).push(")");
    sql
}

/// The records in their order.
fn ordered(
    sql: &mut QueryBuilder<'_, Sqlite>,
    table: &str,
    column: &str,
    sort: Sort,
    limit: i64,
    offset: i64,
) {
    let direction = match sort.direction {
        Direction::Descending => "DESC",
        Direction::Ascending => "ASC",
    };
    sql.push(format!(" ORDER BY {table}.{column} {direction}"));
    if sort.by != By::Stored {
        sql.push(format!(", {table}.seq {direction}"));
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

/// What has nothing to be sorted by is not in the list, nor in its index, which SQLite reads only
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

fn equals<'a>(conditions: &mut Conditions<'_, 'a>, name: &str, text: &'a str) {
    if name == "outcome" {
        // Not bound: SQLite has to see that the index of failures holds them all.
        conditions.push(format!("log.outcome = '{text}'"));
    } else {
        conditions.push(format!("log.{name} = ")).push_bind_unseparated(text);
    }
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
