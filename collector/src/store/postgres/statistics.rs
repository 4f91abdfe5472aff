//! Statistics from the sums, from what has not been folded into them yet, and from the records where
//! a period begins or ends within an hour.
//!
//! One statement adds up all pieces of a period. Sketches of durations are handed over as they are,
//! some of a group's at once, and are added up here; the durations of records are counted by bucket
//! before, so that nothing grows with their number.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Postgres, Row as _};

use super::failure::unavailable;
use super::row::asked;
use super::scope::reading;
use crate::auth::{Clients, Scope};
use crate::store::statistics::{DAY, HOUR, Part, Piece, Plot, Ranking, Source, finite, pieces};
use crate::store::{
    Bucket, Dimension, Figures, Grouping, Selection, Series, Sketch, Statistics, StoreError,
};

/// For how much time sketches are handed over at once, in milliseconds: 32 days.
const STRETCH: i64 = 32 * DAY;
/// Of how many combinations.
const PORTION: i64 = 128;
/// The largest part of a sum. Sums of such stay numbers, however many there are.
const LARGEST: &str = "1e290";

/// What is added up of every piece.
const SUMS: &str = "sum(records) FILTER (WHERE outcome = 'ok'), \
     sum(records) FILTER (WHERE outcome = 'failed'), \
     sum(records) FILTER (WHERE outcome = 'open'), \
     sum(errors), sum(timed), sum(seconds), sum(rated), sum(confidence), \
     sum(input_tokens), sum(output_tokens), sum(cost), currency, \
     array_agg(durations) FILTER (WHERE durations IS NOT NULL), \
     array_agg(bucket) FILTER (WHERE bucket IS NOT NULL), \
     array_agg(records::bigint) FILTER (WHERE bucket IS NOT NULL)";

/// What the records that were chosen come to.
pub(super) async fn statistics(
    readers: &PgPool,
    scope: &Scope,
    selection: &Selection,
    grouping: &Grouping,
) -> Result<Statistics, StoreError> {
    let mut ranking = Ranking::new(grouping);
    let pieces = pieces(selection.period, Source::Everything);
    let scope = selection.narrow(scope);
    let question = Question { scope: &scope, selection, grouping, over_time: false };
    if let Some(mut sql) = question.sql(&pieces) {
        let mut reading = reading(readers, &scope).await?;
        let mut rows = sql.build().fetch(&mut *reading);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            ranking.add(part(&row, 0, grouping)?);
        }
    }
    Ok(ranking.finish())
}

/// The same over time.
pub(super) async fn series(
    readers: &PgPool,
    scope: &Scope,
    selection: &Selection,
    grouping: &Grouping,
    bucket: Bucket,
    starts: &[i64],
) -> Result<Series, StoreError> {
    // Which groups have the most records is known only when all of them were counted.
    let ranked = if grouping.by.is_empty() {
        Statistics::default()
    } else {
        statistics(readers, scope, selection, grouping).await?
    };
    let mut plot = Plot::new(starts, ranked);
    let pieces = pieces(selection.period, bucket.source());
    let scope = selection.narrow(scope);
    let question = Question { scope: &scope, selection, grouping, over_time: true };
    if let Some(mut sql) = question.sql(&pieces) {
        let mut reading = reading(readers, &scope).await?;
        let mut rows = sql.build().fetch(&mut *reading);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            let moment = row.try_get(0).map_err(unavailable)?;
            plot.add(moment, &part(&row, 1, grouping)?);
        }
    }
    Ok(plot.finish())
}

/// What a statement asks for.
pub(super) struct Question<'a> {
    pub(super) scope: &'a Scope,
    pub(super) selection: &'a Selection,
    pub(super) grouping: &'a Grouping,
    /// Whether the moments of the sums are told apart.
    pub(super) over_time: bool,
}

impl<'a> Question<'a> {
    /// The statement over these pieces; `None` where there are none. The rows of a group come one
    /// after the other, one for each currency and `STRETCH`.
    pub(super) fn sql(&self, pieces: &[Piece]) -> Option<QueryBuilder<'a, Postgres>> {
        let by: Vec<_> = (0..self.grouping.by.len()).map(|at| format!("by_{at}, ")).collect();
        let by = by.concat();
        let (first, others) = pieces.split_first()?;
        let mut sql = QueryBuilder::new(if self.over_time {
            format!("SELECT moment, {by}{SUMS} FROM (")
        } else {
            format!("SELECT {by}{SUMS} FROM (")
        });
        self.piece(&mut sql, *first);
        for other in others {
            sql.push(" UNION ALL ");
            self.piece(&mut sql, *other);
        }
        sql.push(if self.over_time {
            format!(") AS found GROUP BY moment, {by}currency, combination / {PORTION}")
        } else {
            // All that is of one group has to come together.
            let by = format!("{by}currency, moment / {STRETCH}, combination / {PORTION}");
            format!(") AS found GROUP BY {by} ORDER BY {by}")
        });
        Some(sql)
    }

    fn piece(&self, sql: &mut QueryBuilder<'a, Postgres>, piece: Piece) {
        let span = match piece.source {
            Source::Records => return self.records(sql, piece),
            Source::Hours => HOUR,
            Source::Days => DAY,
            Source::Everything => 0,
        };
        self.sums(sql, "rollups", Some(span), piece);
        // Whatever the span: what is not folded is there by the hour.
        sql.push(" UNION ALL ");
        self.sums(sql, "rollup_parts", None, piece);
    }

    /// Rows of sums: all of a client's in the period, read at once, and only then by which combination
    /// each of them is. Left to itself PostgreSQL would read the period once for each combination.
    fn sums(
        &self,
        sql: &mut QueryBuilder<'a, Postgres>,
        table: &str,
        span: Option<i64>,
        piece: Piece,
    ) {
        sql.push("SELECT sums.bucket AS moment, ");
        for (at, dimension) in self.grouping.by.iter().enumerate() {
            sql.push(format!("combos.{} AS by_{at}, ", dimension.as_str()));
        }
        sql.push(
            "sums.group_id AS combination, combos.outcome, sums.records::float8 AS records, \
             sums.errors::float8 AS errors, sums.timed::float8 AS timed, ",
        );
        for column in ["seconds", "confidence", "cost"] {
            sql.push(format!(
                "greatest(least(sums.{column}, {LARGEST}), -{LARGEST}) AS {column}, "
            ));
        }
        sql.push(
            "sums.rated::float8 AS rated, sums.input_tokens::float8 AS input_tokens, \
             sums.output_tokens::float8 AS output_tokens, combos.currency, sums.durations, \
             NULL::integer AS bucket FROM ",
        );
        let is_all = *self.scope.clients() == Clients::All;
        sql.push(if is_all { "clients CROSS JOIN LATERAL (" } else { "(" });
        sql.push(format!("SELECT * FROM {table} AS own WHERE own.client_id = "));
        match self.scope.clients() {
            Clients::One(client) => sql.push_bind(client.as_str().to_owned()),
            Clients::All => sql.push("clients.client_id"),
        };
        if let Some(span) = span {
            sql.push(" AND own.span = ").push_bind(span);
        }
        within(sql, "own.bucket", piece);
        // Which keeps the rest of the statement out of it.
        sql.push(" OFFSET 0) AS sums JOIN rollup_groups AS combos ON combos.id = sums.group_id");
        for (dimension, value) in &self.selection.conditions {
            sql.push(format!(" AND combos.{} = ", dimension.as_str())).push_bind(asked(value));
        }
    }

    /// The records that are equal in what they are grouped by, in their outcome, their currency and
    /// the bucket of their duration.
    fn records(&self, sql: &mut QueryBuilder<'a, Postgres>, piece: Piece) {
        // A piece of records lies within an hour, so that any of its moments will do.
        sql.push("SELECT ").push_bind(piece.since).push(" AS moment, ");
        for (at, dimension) in self.grouping.by.iter().enumerate() {
            sql.push(format!("{} AS by_{at}, ", of_record(*dimension)));
        }
        sql.push(
            "0 AS combination, log.outcome, count(*)::float8 AS records, \
             sum(log.error_count::float8) AS errors, \
             count(log.execution_time_seconds)::float8 AS timed, ",
        );
        let own =
            [("seconds", "execution_time_seconds"), ("confidence", "confidence"), ("cost", "cost")];
        for (name, column) in own {
            sql.push(format!(
                "sum(greatest(least(log.{column}, {LARGEST}), -{LARGEST})) \
                 FILTER (WHERE log.{column} IS NOT NULL) AS {name}, "
            ));
        }
        sql.push(
            "count(log.confidence)::float8 AS rated, sum(log.input_tokens::float8) AS input_tokens, \
             sum(log.output_tokens::float8) AS output_tokens, \
             coalesce(log.currency, '') AS currency, NULL::bytea AS durations, \
             width_bucket(log.execution_time_seconds, ",
        );
        // The bucket is that of the first bound which is not less: PostgreSQL counts those that are
        // not more.
        sql.push_bind(Sketch::bounds().map(next).collect::<Vec<_>>());
        sql.push(") AS bucket FROM workflow_logs AS log ");
        match self.scope.clients() {
            Clients::One(client) => {
                sql.push("WHERE log.client_id = ").push_bind(client.as_str().to_owned())
            }
            // Every index begins with the client.
            Clients::All => {
                sql.push("JOIN clients ON log.client_id = clients.client_id WHERE true")
            }
        };
        within(sql, "log.executed_at", piece);
        for (dimension, value) in &self.selection.conditions {
            sql.push(format!(" AND {} = ", of_record(*dimension))).push_bind(asked(value));
        }
        sql.push(" GROUP BY bucket, log.outcome, coalesce(log.currency, '')");
        for at in 0..self.grouping.by.len() {
            sql.push(format!(", by_{at}"));
        }
    }
}

fn within(sql: &mut QueryBuilder<'_, Postgres>, column: &str, piece: Piece) {
    sql.push(format!(" AND {column} >= ")).push_bind(piece.since);
    sql.push(format!(" AND {column} < ")).push_bind(piece.until);
}

/// The number behind a positive one.
fn next(bound: f64) -> f64 {
    f64::from_bits(bound.to_bits() + 1)
}

/// What a record has in a dimension; what it does not have is empty, as it is in the sums.
fn of_record(dimension: Dimension) -> String {
    format!("coalesce(log.{}, '')", dimension.as_str())
}

/// A row of the answer, whose group begins at this column.
fn part(row: &PgRow, first: usize, grouping: &Grouping) -> Result<Part, StoreError> {
    let read = || {
        let names = (first..first + grouping.by.len()).map(|at| row.try_get(at));
        let names = names.collect::<Result<Vec<String>, _>>()?;
        let sums = first + names.len();
        let number = |at| row.try_get::<Option<f64>, _>(sums + at).map(Option::unwrap_or_default);
        let currency: String = row.try_get(sums + 11)?;
        let figures = Figures {
            ok: count(number(0)?),
            failed: count(number(1)?),
            open: count(number(2)?),
            errors: whole(number(3)?),
            timed: count(number(4)?),
            seconds: finite(number(5)?),
            rated: count(number(6)?),
            confidence: finite(number(7)?),
            input_tokens: whole(number(8)?),
            output_tokens: whole(number(9)?),
            costs: costs(currency, finite(number(10)?)),
            durations: Sketch::default(),
        };
        let sketches: Option<Vec<Vec<u8>>> = row.try_get(sums + 12)?;
        let buckets: Option<Vec<i32>> = row.try_get(sums + 13)?;
        let counts: Option<Vec<i64>> = row.try_get(sums + 14)?;
        let counted = buckets.unwrap_or_default().into_iter().zip(counts.unwrap_or_default());
        Ok::<_, sqlx::Error>((names, figures, durations(sketches.unwrap_or_default(), counted)))
    };
    let (names, figures, durations) = read().map_err(unavailable)?;
    let durations = durations.ok_or(StoreError::Damaged("a rollup cannot be read"))?;
    Ok(Part { names, figures: Figures { durations, ..figures } })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts rows")]
fn count(number: f64) -> u64 {
    number as u64
}

#[expect(clippy::cast_possible_truncation, reason = "a sum beyond 2^63 is the largest")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// A currency in which nothing was spent is none.
fn costs(currency: String, cost: f64) -> BTreeMap<String, f64> {
    if cost == 0.0 { BTreeMap::new() } else { BTreeMap::from([(currency, cost)]) }
}

/// Durations of a group: sketches, and how many records have one of each bucket.
fn durations(sketches: Vec<Vec<u8>>, counted: impl Iterator<Item = (i32, i64)>) -> Option<Sketch> {
    let mut all = Sketch::default();
    for own in sketches {
        all.merge(&Sketch::from_bytes(&own)?);
    }
    for (bucket, count) in counted {
        all.add_bucket(u16::try_from(bucket).ok()?, u64::try_from(count).ok()?)?;
    }
    Some(all)
}
