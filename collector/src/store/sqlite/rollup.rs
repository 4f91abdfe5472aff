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

/// Parts of a group's name are kept apart by a character that no name has a use for.
const SEPARATOR: char = '\u{1f}';

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
    groups: HashMap<String, i64>,
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
        let mut name = String::new();
        for Numbered { client, entry, .. } in records {
            name_group(client, &entry.row, &mut name);
            let group = self.group(writer, &name).await?;
            let bucket = entry.row.executed_at.div_euclid(HOUR) * HOUR;
            let place = Place { group, span: HOUR, bucket };
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
        name: &str,
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
        let insert =
            name.split(SEPARATOR).fold(sqlx::query_scalar(&sql), sqlx::query::QueryScalar::bind);
        let id = insert.fetch_one(writer).await.map_err(unavailable)?;
        self.groups.insert(name.to_owned(), id);
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
                let bucket = if span == 0 { 0 } else { bucket.div_euclid(span) * span };
                let place = Place { group, span, bucket };
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

/// The parts by which a record is grouped, in the order of their columns.
fn name_group(client: &ClientId, row: &Row, name: &mut String) {
    let optional = [
        &row.status,
        &row.category,
        &row.environment,
        &row.workflow_version,
        &row.provider_name,
        &row.action_type,
        &row.event_type,
        &row.currency,
    ];
    name.clear();
    name.push_str(client.as_str());
    for part in [row.kind.as_str(), row.outcome.as_str()] {
        name.push(SEPARATOR);
        name.push_str(part);
    }
    for part in optional {
        name.push(SEPARATOR);
        let part = part.as_deref().unwrap_or_default();
        name.extend(part.chars().filter(|character| *character != SEPARATOR));
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
