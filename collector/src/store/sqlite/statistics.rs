//! Statistics from the sums, and from the records where a period begins or ends within an hour.
//!
//! One statement adds up all pieces of a period, so that it sees one state of the store. Sketches
//! of durations are handed over as text, some of a group's one behind the other, and are added up
//! here: SQLite cannot, and rows are dear to hand over. The durations of records are counted by
//! bucket before, so that no text grows with their number.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use futures_util::TryStreamExt;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, Sqlite};

use super::failure::unavailable;
use crate::auth::{Clients, Scope};
use crate::store::statistics::{DAY, HOUR, Part, Piece, Plot, Ranking, Source, finite, pieces};
use crate::store::{
    Bucket, Dimension, Figures, Grouping, Selection, Series, Sketch, Statistics, StoreError,
};

/// For how much time sketches are handed over at once, in milliseconds: 32 days. A year's would be
/// much to hold.
const STRETCH: i64 = 32 * DAY;
/// Of how many combinations: each has a sketch in each of the sums, of two kilobytes at most.
const PORTION: i64 = 128;

/// What is added up of every piece. `total` gives the nearest number where `sum` would fail.
const SUMS: &str = "total(records) FILTER (WHERE outcome = 'ok'), \
     total(records) FILTER (WHERE outcome = 'failed'), \
     total(records) FILTER (WHERE outcome = 'open'), \
     total(errors), total(timed), total(seconds), total(rated), total(confidence), \
     total(input_tokens), total(output_tokens), total(cost), currency, group_concat(durations)";
/// That of a row of sums.
const OF_SUMS: &str = "group_id AS combination, outcome, records, errors, timed, seconds, rated, confidence, \
     input_tokens, output_tokens, cost, currency, hex(durations) AS durations \
     FROM rollups CROSS JOIN rollup_groups ON id = group_id";
/// The same of the records that are equal in what they are grouped by, in their outcome, their
/// currency and the bucket of their duration, which stands behind a mark with their number.
const OF_RECORDS: &str = "0 AS combination, outcome, count(*) AS records, \
     total(error_count) AS errors, count(execution_time_seconds) AS timed, \
     total(execution_time_seconds) AS seconds, count(confidence) AS rated, \
     total(confidence) AS confidence, total(input_tokens) AS input_tokens, \
     total(output_tokens) AS output_tokens, total(cost) AS cost, \
     coalesce(currency, '') AS currency, '=' || duration_bucket || ':' || count(*) AS durations \
     FROM (SELECT *, ";
/// The bucket of a record's duration. SQLite may have no logarithm, but it can compare: ten times
/// are enough.
static BUCKET: LazyLock<String> = LazyLock::new(|| {
    let bounds: Vec<_> = Sketch::bounds().collect();
    let mut sql = String::from("CASE WHEN execution_time_seconds IS NULL THEN NULL ELSE ");
    push_bucket(&mut sql, &bounds, 0);
    sql + " END AS duration_bucket FROM workflow_logs"
});

/// What the records that were chosen come to.
pub(super) async fn statistics(
    readers: &SqlitePool,
    scope: &Scope,
    selection: &Selection,
    grouping: &Grouping,
) -> Result<Statistics, StoreError> {
    let mut ranking = Ranking::new(grouping);
    let pieces = pieces(selection.period, Source::Everything);
    let question =
        Question { scope: &selection.narrow(scope), selection, grouping, over_time: false };
    if let Some(mut sql) = question.sql(&pieces) {
        let mut rows = sql.build().fetch(readers);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            ranking.add(part(&row, 0, grouping)?);
        }
    }
    Ok(ranking.finish())
}

/// The same over time.
pub(super) async fn series(
    readers: &SqlitePool,
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
    let question =
        Question { scope: &selection.narrow(scope), selection, grouping, over_time: true };
    if let Some(mut sql) = question.sql(&pieces) {
        let mut rows = sql.build().fetch(readers);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            let moment = row.try_get(0).map_err(unavailable)?;
            plot.add(moment, &part(&row, 1, grouping)?);
        }
    }
    Ok(plot.finish())
}

/// What a statement asks for.
struct Question<'a> {
    scope: &'a Scope,
    selection: &'a Selection,
    grouping: &'a Grouping,
    /// Whether the moments of the sums are told apart.
    over_time: bool,
}

impl<'a> Question<'a> {
    /// The statement over these pieces; `None` where there are none. The rows of a group come one
    /// after the other, one for each currency and `STRETCH`.
    fn sql(&self, pieces: &[Piece]) -> Option<QueryBuilder<'a, Sqlite>> {
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
            format!(") GROUP BY moment, {by}currency, combination / {PORTION}")
        } else {
            // All that is of one group has to come together.
            let by = format!("{by}currency, moment / {STRETCH}, combination / {PORTION}");
            format!(") GROUP BY {by} ORDER BY {by}")
        });
        Some(sql)
    }

    fn piece(&self, sql: &mut QueryBuilder<'a, Sqlite>, piece: Piece) {
        let (table, time, span) = match piece.source {
            Source::Records => ("workflow_logs", "executed_at", None),
            Source::Hours => ("rollups", "bucket", Some(HOUR)),
            Source::Days => ("rollups", "bucket", Some(DAY)),
            Source::Everything => ("rollups", "bucket", Some(0)),
        };
        sql.push("SELECT ");
        match span {
            // A piece of records lies within an hour, so that any of its moments will do.
            None => sql.push_bind(piece.since).push(" AS moment, "),
            Some(_) => sql.push("bucket AS moment, "),
        };
        for (at, dimension) in self.grouping.by.iter().enumerate() {
            sql.push(format!("{} AS by_{at}, ", column(*dimension, span.is_none())));
        }
        if span.is_none() {
            sql.push(OF_RECORDS).push(&*BUCKET);
        } else {
            sql.push(OF_SUMS);
        }
        // Every index begins with the client.
        match self.scope.clients() {
            Clients::One(client) => sql
                .push(format!(" WHERE {table}.client_id = "))
                .push_bind(client.as_str().to_owned()),
            Clients::All => {
                sql.push(format!(" WHERE {table}.client_id IN (SELECT client_id FROM clients)"))
            }
        };
        if let Some(span) = span {
            sql.push(" AND span = ").push_bind(span);
        }
        sql.push(format!(" AND {time} >= ")).push_bind(piece.since);
        sql.push(format!(" AND {time} < ")).push_bind(piece.until);
        for (dimension, value) in &self.selection.conditions {
            sql.push(format!(" AND {} = ", column(*dimension, span.is_none())));
            sql.push_bind(value.as_str());
        }
        if span.is_none() {
            let by = (0..self.grouping.by.len()).map(|at| format!(", by_{at}"));
            let by: String = by.collect();
            // Numbers first: rows are sorted by them in half the time.
            sql.push(format!(") AS workflow_logs GROUP BY duration_bucket, outcome, currency{by}"));
        }
    }
}

/// Finds the bucket of a duration by comparing it with the bounds between the buckets, the first of
/// which has this number.
fn push_bucket(sql: &mut String, bounds: &[f64], first: usize) {
    let middle = bounds.len() / 2;
    let Some(bound) = bounds.get(middle) else {
        let _ = write!(sql, "{first}");
        return;
    };
    let _ = write!(sql, "CASE WHEN execution_time_seconds <= {bound:e} THEN ");
    push_bucket(sql, &bounds[..middle], first);
    sql.push_str(" ELSE ");
    push_bucket(sql, &bounds[middle + 1..], first + middle + 1);
    sql.push_str(" END");
}

/// The column of a dimension; what a record does not have is empty, as it is in the sums.
fn column(dimension: Dimension, of_records: bool) -> String {
    let name = dimension.as_str();
    match (dimension, of_records) {
        (Dimension::Client, false) => format!("rollups.{name}"),
        (_, false) => format!("rollup_groups.{name}"),
        (_, true) => format!("coalesce(workflow_logs.{name}, '')"),
    }
}

/// A row of the answer, whose group begins at this column.
fn part(row: &SqliteRow, first: usize, grouping: &Grouping) -> Result<Part, StoreError> {
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
        Ok::<_, sqlx::Error>((names, figures, row.try_get::<Option<&str>, _>(sums + 12)?))
    };
    let (names, figures, text) = read().map_err(unavailable)?;
    let durations = durations(text.unwrap_or_default());
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

/// Durations of a group: sketches in hexadecimal, and numbers of buckets behind a mark.
fn durations(text: &str) -> Option<Sketch> {
    let mut all = Sketch::default();
    for own in text.split(',') {
        match own.strip_prefix('=') {
            Some(counted) => {
                let (bucket, count) = counted.split_once(':')?;
                all.add_bucket(bucket.parse().ok()?, count.parse().ok()?)?;
            }
            None => all.merge(&Sketch::from_bytes(&unhex(own)?)?),
        }
    }
    Some(all)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_from_sketches_and_from_records() {
        let mut one = Sketch::default();
        one.add(1.5);
        let hex: Vec<_> = one.to_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        let hex = hex.concat();
        let place = Sketch::bounds().filter(|bound| *bound < 1.5).count();
        let all = durations(&format!("{hex},={place}:3,,{hex}")).unwrap();
        (0..4).for_each(|_| one.add(1.5));
        assert_eq!(all, one);
        for wrong in ["0", "XX", "=x", "FF", "=1", "=601:1", "=1:x"] {
            assert_eq!(durations(wrong), None, "{wrong}");
        }
    }
}
