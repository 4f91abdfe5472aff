//! Keeping the sums for statistics, in the transaction that stores the records.
//!
//! A transaction's records are first summed up by group and hour; only those sums are added to the
//! rows of the hour, of its day, and of everything.

use std::collections::HashMap;

use sqlx::Row as _;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::failure::unavailable;
use super::insert::Numbered;
use super::statement::{SqliteQuery, Statements};
use super::tally::Tally;
use crate::auth::ClientId;
use crate::store::{Row, Sketch, StoreError};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The spans that sums are kept for; 0 is everything.
const SPANS: [i64; 3] = [HOUR, DAY, 0];

/// How many rows and groups are remembered before all are forgotten: a bound, not a tuning.
const REMEMBERED: usize = 20_000;

const GROUP_COLUMNS: &str = "client_id, kind, outcome, status, category, environment, \
     workflow_version, provider_name, action_type, event_type, currency";
const GROUP_PARTS: usize = 11;
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

/// One row of sums.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    group: i64,
    span: i64,
    bucket: i64,
}

/// The sums, as far as they were needed lately.
#[derive(Debug)]
pub(super) struct Rollups {
    statements: Statements,
    /// By their parts, as `name_group` writes them.
    groups: HashMap<Vec<u8>, i64>,
    sums: HashMap<Place, Tally>,
}

impl Rollups {
    pub(super) fn new() -> Self {
        let statements = Statements::new("INSERT OR REPLACE INTO", "rollups", &SUMS);
        Self { statements, groups: HashMap::new(), sums: HashMap::new() }
    }

    /// Forgets what another process may have changed, or what was taken back.
    pub(super) fn forget(&mut self) {
        self.groups.clear();
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
        let mut changed: HashMap<Place, (ClientId, Tally)> = HashMap::new();
        let mut name = Vec::new();
        for Numbered { client, entry, .. } in records {
            let parts = parts(client, &entry.row);
            name_group(&parts, &mut name);
            let group = self.group(writer, &name, &parts).await?;
            let place = Place { group, span: HOUR, bucket: begin(entry.row.executed_at, HOUR) };
            let (_, tally) =
                changed.entry(place).or_insert_with(|| (client.clone(), Tally::default()));
            tally.add(&entry.row);
        }
        let places = self.merge(writer, changed).await?;
        self.write(writer, &places).await
    }

    /// The number of a group, which gets one where it is new.
    async fn group(
        &mut self,
        writer: &mut SqliteConnection,
        name: &[u8],
        parts: &[&str; GROUP_PARTS],
    ) -> Result<i64, StoreError> {
        if let Some(id) = self.groups.get(name) {
            return Ok(*id);
        }
        // A conflict that changes nothing still gives the row back.
        let sql = format!(
            "INSERT INTO rollup_groups ({GROUP_COLUMNS}) VALUES (?{}) \
             ON CONFLICT DO UPDATE SET kind = kind RETURNING id",
            ", ?".repeat(GROUP_PARTS - 1)
        );
        let insert = sqlx::query_scalar(&sql);
        let insert = parts.iter().fold(insert, |insert, part| insert.bind(*part));
        let id = insert.fetch_one(writer).await.map_err(unavailable)?;
        self.groups.insert(name.to_vec(), id);
        Ok(id)
    }

    /// Adds the hours' sums to the rows of all spans, and tells which rows those are.
    async fn merge(
        &mut self,
        writer: &mut SqliteConnection,
        changed: HashMap<Place, (ClientId, Tally)>,
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

/// Where the span begins that a moment lies in. The first one begins with time itself.
fn begin(moment: i64, span: i64) -> i64 {
    if span == 0 { 0 } else { moment.div_euclid(span).saturating_mul(span) }
}

/// The parts by which a record is grouped, in the order of their columns.
fn parts<'a>(client: &'a ClientId, row: &'a Row) -> [&'a str; GROUP_PARTS] {
    let text = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
    [
        client.as_str(),
        row.kind.as_str(),
        row.outcome.as_str(),
        text(&row.status),
        text(&row.category),
        text(&row.environment),
        text(&row.workflow_version),
        text(&row.provider_name),
        text(&row.action_type),
        text(&row.event_type),
        text(&row.currency),
    ]
}

/// All parts as one key, each behind its length: no text of a part makes it look like two.
fn name_group(parts: &[&str; GROUP_PARTS], name: &mut Vec<u8>) {
    name.clear();
    for part in parts {
        name.extend_from_slice(&part.len().to_le_bytes());
        name.extend_from_slice(part.as_bytes());
    }
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
    use crate::store::{Entry, Kind, Outcome};

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
