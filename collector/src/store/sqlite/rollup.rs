//! Keeping the sums for statistics, in the transaction that stores the records.
//!
//! A transaction's records are first summed up by group and hour; only those sums are added to the
//! rows of the hour, of its day, and of everything.

use std::collections::HashMap;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::failure::unavailable;
use super::statement::{SqliteQuery, Statements};
use crate::auth::ClientId;
use crate::store::entry::Numbered;
use crate::store::rollup::{GROUP_COLUMNS, Groups, Parts, Place, SPANS, Sums, begin, parts};
use crate::store::tally::Tally;
use crate::store::{Sketch, StoreError};

/// How many rows and groups are remembered before all are forgotten: a bound, not a tuning.
const REMEMBERED: usize = 20_000;

const SUMS: [&str; 14] = [
    "client_id",
    "span",
    "bucket",
    "group_id",
    "records",
    "errors",
    "timed",
    "seconds",
    "input_tokens",
    "output_tokens",
    "cost",
    "rated",
    "confidence",
    "durations",
];

/// The sums, as far as they were needed lately.
#[derive(Debug)]
pub(super) struct Rollups {
    statements: Statements,
    groups: Groups,
    sums: HashMap<Place, Tally>,
}

impl Rollups {
    pub(super) fn new() -> Self {
        let statements = Statements::new("INSERT OR REPLACE INTO", "rollups", &SUMS);
        Self { statements, groups: Groups::default(), sums: HashMap::new() }
    }

    /// Forgets what another process may have changed, or what was taken back.
    pub(super) fn forget(&mut self) {
        self.groups.forget();
        self.sums.clear();
    }

    /// Counts new records.
    pub(super) async fn add(
        &mut self,
        writer: &mut SqliteConnection,
        records: &[Numbered],
    ) -> Result<(), StoreError> {
        if self.groups.len() + self.sums.len() > REMEMBERED {
            self.forget();
        }
        for Numbered { client, entry, .. } in records {
            self.name_group(writer, &parts(client, &entry.row)).await?;
        }
        let changed = self.groups.sums(records)?;
        let places = self.merge(writer, changed).await?;
        self.write(writer, &places).await
    }

    /// Sees to it that a group has a number.
    async fn name_group(
        &mut self,
        writer: &mut SqliteConnection,
        parts: &Parts<'_>,
    ) -> Result<(), StoreError> {
        if self.groups.number(parts).is_some() {
            return Ok(());
        }
        // A conflict that changes nothing still gives the row back.
        let sql = format!(
            "INSERT INTO rollup_groups ({}) VALUES (?{}) \
             ON CONFLICT DO UPDATE SET kind = kind RETURNING id",
            GROUP_COLUMNS.join(", "),
            ", ?".repeat(GROUP_COLUMNS.len() - 1)
        );
        let insert = sqlx::query_scalar(&sql);
        let insert = parts.iter().fold(insert, |insert, part| insert.bind(*part));
        let id = insert.fetch_one(writer).await.map_err(unavailable)?;
        self.groups.learn(parts, id);
        Ok(())
    }

    /// Adds the hours' sums to the rows of all spans, and tells which rows those are.
    async fn merge(
        &mut self,
        writer: &mut SqliteConnection,
        changed: Sums,
    ) -> Result<Vec<(ClientId, Place)>, StoreError> {
        let mut places = HashMap::new();
        for (Place { group, bucket, .. }, (client, tally)) in changed {
            for span in SPANS {
                let place = Place { group, span, bucket: begin(bucket, span) };
                if !self.sums.contains_key(&place) {
                    let stored = read(writer, &client, &place).await?;
                    self.sums.insert(place.clone(), stored);
                }
                self.sums.entry(place.clone()).or_default().merge(&tally);
                places.insert(place, client.clone());
            }
        }
        Ok(places.into_iter().map(|(place, client)| (client, place)).collect())
    }

    async fn write(
        &self,
        writer: &mut SqliteConnection,
        places: &[(ClientId, Place)],
    ) -> Result<(), StoreError> {
        let rows: Vec<_> = places
            .iter()
            .filter_map(|(client, place)| Some((client, place, self.sums.get(place)?)))
            .collect();
        self.statements.run(writer, &rows, bind).await.map(drop).map_err(unavailable)
    }
}

fn bind<'q>(
    query: SqliteQuery<'q>,
    (client, place, tally): &(&'q ClientId, &'q Place, &'q Tally),
) -> SqliteQuery<'q> {
    query
        .bind(client.as_str())
        .bind(place.span)
        .bind(place.bucket)
        .bind(place.group)
        .bind(tally.records)
        .bind(tally.errors)
        .bind(tally.timed)
        .bind(tally.seconds)
        .bind(tally.input_tokens)
        .bind(tally.output_tokens)
        .bind(tally.cost)
        .bind(tally.rated)
        .bind(tally.confidence)
        .bind(tally.durations.to_bytes())
}

/// A row of sums as it is stored; nothing where there is none yet.
async fn read(
    writer: &mut SqliteConnection,
    client: &ClientId,
    place: &Place,
) -> Result<Tally, StoreError> {
    let sql = "SELECT records, errors, timed, seconds, input_tokens, output_tokens, cost, rated, \
         confidence, durations FROM rollups \
         WHERE client_id = ? AND span = ? AND bucket = ? AND group_id = ?";
    let row = sqlx::query(sql)
        .bind(client.as_str())
        .bind(place.span)
        .bind(place.bucket)
        .bind(place.group)
        .fetch_optional(writer)
        .await
        .map_err(unavailable)?;
    row.map_or_else(|| Ok(Tally::default()), |row| tally(&row))
}

fn tally(row: &SqliteRow) -> Result<Tally, StoreError> {
    let read = || {
        Ok::<_, sqlx::Error>((
            Tally {
                records: row.try_get(0)?,
                errors: row.try_get(1)?,
                timed: row.try_get(2)?,
                seconds: row.try_get(3)?,
                input_tokens: row.try_get(4)?,
                output_tokens: row.try_get(5)?,
                cost: row.try_get(6)?,
                rated: row.try_get(7)?,
                confidence: row.try_get(8)?,
                durations: Sketch::default(),
            },
            Sketch::from_bytes(row.try_get(9)?),
        ))
    };
    let (tally, durations) = read().map_err(unavailable)?;
    let durations = durations.ok_or(StoreError::Damaged("a rollup cannot be read"))?;
    Ok(Tally { durations, ..tally })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor};
    use uuid::Uuid;

    use super::*;
    use crate::store::rollup::HOUR;
    use crate::store::{Entry, Kind, Outcome, Row};

    const DAY: i64 = 24 * HOUR;

    async fn table() -> SqliteConnection {
        let mut writer = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        writer.execute(include_str!("migrations/0002_rollups.sql")).await.unwrap();
        writer
    }

    fn record(executed_at: i64, status: &str, category: &str) -> Numbered {
        let row = Row {
            status: Some(status.to_owned()),
            category: Some(category.to_owned()),
            ..Row::new(Uuid::now_v7(), Kind::Workflow, executed_at, Outcome::Ok)
        };
        let client = ClientId::new("a").unwrap();
        Numbered { seq: 1, client, entry: Entry::new(row, String::new()) }
    }

    #[tokio::test]
    async fn groups_are_kept_apart_and_as_they_are() {
        let mut writer = table().await;
        let groups = [("x", "\u{1f}y"), ("x\u{1f}", "y"), ("xy", ""), ("", "xy")];
        let records = groups.map(|(status, category)| record(0, status, category));
        Rollups::new().add(&mut writer, &records).await.unwrap();
        let sql = "SELECT status, category FROM rollup_groups ORDER BY id";
        let stored: Vec<(String, String)> =
            sqlx::query_as(sql).fetch_all(&mut writer).await.unwrap();
        assert_eq!(stored, groups.map(|(status, category)| (status.into(), category.into())));
    }

    #[tokio::test]
    async fn the_ends_of_time_have_a_span() {
        let mut writer = table().await;
        let records = [i64::MIN, i64::MAX].map(|moment| record(moment, "x", ""));
        Rollups::new().add(&mut writer, &records).await.unwrap();
        let sql = "SELECT bucket FROM rollups WHERE span = ? ORDER BY bucket";
        for span in [HOUR, DAY] {
            let begins: Vec<i64> =
                sqlx::query_scalar(sql).bind(span).fetch_all(&mut writer).await.unwrap();
            assert_eq!(begins, [i64::MIN, i64::MAX - i64::MAX % span]);
        }
    }
}
