//! The task that keeps house: it folds what transactions have added to the sums, in one collector at a
//! time, and makes the tables of the months to come.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Executor, Row as _};
use tokio::time::sleep;

use super::address::Address;
use super::failure::unavailable;
use super::within::{LONGEST, PATIENT, answered, unless_closed};
use super::{locks, open};
use crate::store::health::Health;
use crate::store::rollup::{HOUR, Place, SPANS, begin};
use crate::store::tally::Tally;
use crate::store::{Sketch, StoreError};

/// How often it looks whether there is anything to fold.
const LOOK: Duration = Duration::from_secs(2);
/// How many parts one transaction folds.
const PARTS: i64 = 2_000;
/// How often the tables of the months to come are made.
const MONTHS: Duration = Duration::from_secs(6 * 3_600);

/// Folds until the readers are closed.
#[derive(Debug)]
pub(super) struct Folder {
    address: Address,
    connection: Option<PgConnection>,
    readers: PgPool,
    health: Health,
    /// Whether months can be made.
    months: Health,
    /// When that was last tried.
    made: Instant,
}

impl Folder {
    /// The months are made already.
    pub(super) fn new(address: Address, readers: PgPool) -> Self {
        let health = Health::new("the sums");
        let months = Health::new("the months");
        Self { address, connection: None, readers, health, months, made: Instant::now() }
    }

    pub(super) async fn run(mut self) {
        while !self.readers.is_closed() {
            let readers = self.readers.clone();
            let work = answered(PATIENT, self.keep_house());
            let Some(result) = unless_closed(&readers, work).await else { return };
            if !self.readers.is_closed() {
                self.health.note(result.as_ref().err());
            }
            if result.is_err() {
                self.connection = None;
            }
            // Where there was much, there may be more.
            if result != Ok(true) {
                unless_closed(&self.readers, sleep(LOOK)).await;
            }
        }
    }

    /// Does what there is to do, and tells whether there may be more.
    async fn keep_house(&mut self) -> Result<bool, StoreError> {
        if self.made.elapsed() >= MONTHS {
            self.made = Instant::now();
            // Sums do not wait for it: what has no month yet lies in the table of all others.
            let made = answered(LONGEST, open::make_months(&self.address)).await;
            self.months.note(made.as_ref().err());
        }
        if self.connection.is_none() {
            self.connection = Some(open::patient_writer(&self.address).await?);
        }
        let Some(writer) = &mut self.connection else { return Ok(false) };
        writer.execute("BEGIN").await.map_err(unavailable)?;
        let has_more = fold(writer).await?;
        writer.execute("COMMIT").await.map_err(unavailable)?;
        Ok(has_more)
    }
}

/// Folds some of every kind, and tells whether there may be more.
async fn fold(writer: &mut PgConnection) -> Result<bool, StoreError> {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(locks::SUMS);
    if !lock.fetch_one(&mut *writer).await.map_err(unavailable)? {
        return Ok(false);
    }
    let mut has_more = rollups(writer).await?;
    for sums in [ATTEMPTS, EVENTS, PARSINGS] {
        has_more |= folded(writer, &sums).await? >= PARTS.unsigned_abs();
    }
    Ok(has_more)
}

/// Sums that the database adds up itself.
struct Sums {
    parts: &'static str,
    totals: &'static str,
    /// What tells one row from another beside client, span and bucket.
    keys: &'static str,
    /// What is added up.
    values: &'static [&'static str],
    /// Of what the least and the most is kept.
    ends: &'static [(&'static str, &'static str)],
}

const ATTEMPTS: Sums = Sums {
    parts: "attempt_parts",
    totals: "attempt_sums",
    keys: "environment, source, status",
    values: &["attempts"],
    ends: &[],
};
const EVENTS: Sums = Sums {
    parts: "webhook_parts",
    totals: "webhook_sums",
    keys: "environment, source, status, handler, retries",
    values: &["events", "timed", "seconds"],
    ends: &[],
};
const PARSINGS: Sums = Sums {
    parts: "parsing_parts",
    totals: "parsing_sums",
    keys: "environment, version, status",
    values: &[
        "records",
        "timed",
        "seconds",
        "rated",
        "confidence",
        "counted",
        "entities",
        "tenth_0",
        "tenth_1",
        "tenth_2",
        "tenth_3",
        "tenth_4",
        "tenth_5",
        "tenth_6",
        "tenth_7",
        "tenth_8",
        "tenth_9",
    ],
    ends: &[("least", "min"), ("most", "max")],
};

impl Sums {
    fn sql(&self) -> String {
        let Self { parts, totals, keys, values, ends } = self;
        let added = values.iter().map(|it| (*it, "sum"));
        let all: Vec<_> = added.chain(ends.iter().copied()).collect();
        let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
        let summed: Vec<_> = all.iter().map(|(name, how)| format!("{how}({name})")).collect();
        let merged: Vec<_> = all
            .iter()
            .map(|(name, how)| match *how {
                "min" => format!("{name} = least(old.{name}, excluded.{name})"),
                "max" => format!("{name} = greatest(old.{name}, excluded.{name})"),
                _ => format!("{name} = old.{name} + excluded.{name}"),
            })
            .collect();
        let (names, summed, merged) = (names.join(", "), summed.join(", "), merged.join(", "));
        format!(
            "WITH folded AS (DELETE FROM {parts} WHERE part IN \
             (SELECT part FROM {parts} ORDER BY part LIMIT {PARTS}) RETURNING *), \
             added AS (INSERT INTO {totals} AS old (client_id, span, bucket, {keys}, {names}) \
             SELECT client_id, span, bucket - bucket % span, {keys}, {summed} \
             FROM folded CROSS JOIN (VALUES (3600000::bigint), (86400000)) AS spans (span) \
             GROUP BY client_id, span, bucket - bucket % span, {keys} \
             ON CONFLICT (client_id, span, bucket, {keys}) DO UPDATE SET {merged}) \
             SELECT count(*) FROM folded"
        )
    }
}

async fn folded(writer: &mut PgConnection, sums: &Sums) -> Result<u64, StoreError> {
    let sql = sums.sql();
    let count: i64 = sqlx::query_scalar(&sql).fetch_one(writer).await.map_err(unavailable)?;
    Ok(count.unsigned_abs())
}

const TALLY: &str = "records, errors, timed, seconds, input_tokens, output_tokens, cost, rated, \
     confidence, durations";

/// By client and place, in one order for all who fold.
type Tallies = BTreeMap<(String, Place), Tally>;

/// Folds the sums with sketches, which the database cannot add up.
async fn rollups(writer: &mut PgConnection) -> Result<bool, StoreError> {
    let sql = format!(
        "DELETE FROM rollup_parts WHERE part IN \
         (SELECT part FROM rollup_parts ORDER BY part LIMIT {PARTS}) \
         RETURNING client_id, group_id, bucket, {TALLY}"
    );
    let parts = sqlx::query(&sql).fetch_all(&mut *writer).await.map_err(unavailable)?;
    let mut tallies = Tallies::new();
    for row in &parts {
        let (client, group, bucket): (String, i64, i64) = key(row).map_err(unavailable)?;
        let own = tally(row)?;
        for span in SPANS {
            let bucket = if span == HOUR { bucket } else { begin(bucket, span) };
            let place = Place { group, span, bucket };
            tallies.entry((client.clone(), place)).or_default().merge(&own);
        }
    }
    let stored = stored(writer, &tallies).await?;
    for (place, own) in stored {
        if let Some(tally) = tallies.get_mut(&place) {
            tally.merge(&own);
        }
    }
    write(writer, &tallies).await?;
    Ok(i64::try_from(parts.len()).is_ok_and(|count| count >= PARTS))
}

/// The sums that stand at these places already.
async fn stored(writer: &mut PgConnection, tallies: &Tallies) -> Result<Tallies, StoreError> {
    let sql = format!(
        "SELECT client_id, group_id, bucket, {TALLY}, span FROM rollups JOIN \
         unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) \
         AS asked (client_id, span, bucket, group_id) USING (client_id, span, bucket, group_id)"
    );
    let query = sqlx::query(&sql)
        .bind(tallies.keys().map(|(client, _)| client.as_str()).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.span).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.bucket).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.group).collect::<Vec<_>>());
    let rows = query.fetch_all(writer).await.map_err(unavailable)?;
    let mut stored = Tallies::new();
    for row in &rows {
        let (client, group, bucket) = key(row).map_err(unavailable)?;
        let span = row.try_get("span").map_err(unavailable)?;
        stored.insert((client, Place { group, span, bucket }), tally(row)?);
    }
    Ok(stored)
}

async fn write(writer: &mut PgConnection, tallies: &Tallies) -> Result<(), StoreError> {
    let columns: Vec<_> = TALLY.split(", ").map(|it| format!("{it} = excluded.{it}")).collect();
    let sql = format!(
        "INSERT INTO rollups (client_id, span, bucket, group_id, {TALLY}) \
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], \
         $5::bigint[], $6::bigint[], $7::bigint[], $8::float8[], $9::bigint[], $10::bigint[], \
         $11::float8[], $12::bigint[], $13::float8[], $14::bytea[]) \
         ON CONFLICT (client_id, span, bucket, group_id) DO UPDATE SET {}",
        columns.join(", ")
    );
    let own = || tallies.values();
    let query = sqlx::query(&sql)
        .bind(tallies.keys().map(|(client, _)| client.as_str()).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.span).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.bucket).collect::<Vec<_>>())
        .bind(tallies.keys().map(|(_, place)| place.group).collect::<Vec<_>>())
        .bind(own().map(|it| it.records).collect::<Vec<_>>())
        .bind(own().map(|it| it.errors).collect::<Vec<_>>())
        .bind(own().map(|it| it.timed).collect::<Vec<_>>())
        .bind(own().map(|it| it.seconds).collect::<Vec<_>>())
        .bind(own().map(|it| it.input_tokens).collect::<Vec<_>>())
        .bind(own().map(|it| it.output_tokens).collect::<Vec<_>>())
        .bind(own().map(|it| it.cost).collect::<Vec<_>>())
        .bind(own().map(|it| it.rated).collect::<Vec<_>>())
        .bind(own().map(|it| it.confidence).collect::<Vec<_>>())
        .bind(own().map(|it| it.durations.to_bytes()).collect::<Vec<_>>());
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// The client, the group and the bucket of a row.
fn key(row: &PgRow) -> Result<(String, i64, i64), sqlx::Error> {
    Ok((row.try_get("client_id")?, row.try_get("group_id")?, row.try_get("bucket")?))
}

fn tally(row: &PgRow) -> Result<Tally, StoreError> {
    let read = || {
        Ok::<_, sqlx::Error>((
            Tally {
                records: row.try_get("records")?,
                errors: row.try_get("errors")?,
                timed: row.try_get("timed")?,
                seconds: row.try_get("seconds")?,
                input_tokens: row.try_get("input_tokens")?,
                output_tokens: row.try_get("output_tokens")?,
                cost: row.try_get("cost")?,
                rated: row.try_get("rated")?,
                confidence: row.try_get("confidence")?,
                durations: Sketch::default(),
            },
            Sketch::from_bytes(row.try_get("durations")?),
        ))
    };
    let (tally, durations) = read().map_err(unavailable)?;
    let durations = durations.ok_or(StoreError::Damaged("a rollup cannot be read"))?;
    Ok(Tally { durations, ..tally })
}
