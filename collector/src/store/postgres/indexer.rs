//! The task that indexes the records' words, behind their commit: in one collector at a time,
//! whichever stored them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Executor, Row as _};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::address::Address;
use super::failure::{VALUE, unavailable};
use super::within::{PATIENT, SILENT, answered, unless_closed};
use super::{locks, open, scope, words};
use crate::metrics;
use crate::store::health::Health;
use crate::store::page::Filter;
use crate::store::words::of_record;
use crate::store::{StoreError, fitting};

/// How many records a transaction indexes, and how many bytes they have together: one record more
/// than fit, so that the largest is indexed as well.
const CHUNK: usize = 256;
const CHUNK_BYTES: u64 = 8 << 20;
/// How many times as long as it worked it pauses while records are being stored, so that it takes a
/// tenth of a processor from them at most.
const PAUSE: u32 = 9;
/// After which time to look for what another collector has stored.
const LOOK: Duration = Duration::from_secs(1);

/// After which time to count how many records wait for it: where many do, that takes its time.
const COUNT: Duration = Duration::from_secs(2);

/// Indexes what the readers show.
#[derive(Debug)]
pub(super) struct Indexer {
    address: Address,
    /// `None` before the first chunk, and where it broke.
    connection: Option<PgConnection>,
    readers: PgPool,
    stored: Arc<Notify>,
    /// How many records the next chunk has at most: fewer where one could not be indexed.
    most: usize,
    /// The record that could not be indexed by itself, and is passed over.
    refused: Option<i64>,
    health: Health,
    /// When it was last told how many wait.
    counted: Option<Instant>,
}

/// Records of one transaction that are to be indexed.
struct Batch {
    id: i64,
    seqs: Vec<i64>,
}

impl Indexer {
    pub(super) fn new(address: Address, readers: PgPool, stored: Arc<Notify>) -> Self {
        let health = Health::new("the index of words");
        let (most, refused) = (CHUNK, None);
        Self { address, connection: None, readers, stored, most, refused, health, counted: None }
    }

    /// Works until the readers are closed.
    pub(super) async fn run(mut self) {
        while !self.readers.is_closed() {
            let begun = Instant::now();
            let readers = self.readers.clone();
            // What is not indexed at the end is still to be indexed.
            let Some(result) = unless_closed(&readers, answered(PATIENT, self.chunk())).await
            else {
                return;
            };
            if !self.readers.is_closed() {
                self.health.note(result.as_ref().err());
            }
            self.most = next_most(self.most, &result);
            match result {
                // Whoever stores comes first; where nobody does there is nobody to wait for.
                Ok(indexed) if indexed > 0 => {
                    if timeout(Duration::ZERO, self.stored.notified()).await.is_ok() {
                        rest(&self.readers, sleep(begun.elapsed() * PAUSE)).await;
                    }
                }
                Ok(_) => rest(&self.readers, timeout(LOOK, self.stored.notified())).await,
                Err(_) => {
                    self.connection = None;
                    rest(&self.readers, sleep(LOOK)).await;
                }
            }
        }
    }

    /// Indexes the next records, and tells how many there were.
    async fn chunk(&mut self) -> Result<usize, StoreError> {
        if self.connection.is_none() {
            self.connection = Some(open::patient_writer(&self.address).await?);
        }
        let Self { connection: Some(writer), readers, counted, most, refused, .. } = self else {
            return Ok(0);
        };
        if counted.is_none_or(|at| at.elapsed() >= COUNT) {
            metrics::text_lag(waiting(writer).await?);
            *counted = Some(Instant::now());
        }
        writer.execute("BEGIN").await.map_err(unavailable)?;
        let indexed = fill(writer, readers, *most, refused).await?;
        writer.execute("COMMIT").await.map_err(unavailable)?;
        Ok(indexed)
    }
}

/// How many records the next chunk has at most, so that one whose words PostgreSQL refuses is found; and
/// so that fewer are tried where many take too long.
fn next_most(most: usize, result: &Result<usize, StoreError>) -> usize {
    match result {
        Ok(_) => (most * 2).min(CHUNK),
        Err(StoreError::Damaged(VALUE) | StoreError::Unavailable(SILENT)) => (most / 2).max(1),
        Err(_) => most,
    }
}

async fn fill(
    writer: &mut PgConnection,
    readers: &PgPool,
    most: usize,
    refused: &mut Option<i64>,
) -> Result<usize, StoreError> {
    let lock = sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(locks::WORDS);
    if !lock.fetch_one(&mut *writer).await.map_err(unavailable)? {
        return Ok(0);
    }
    let batches = batches(writer).await?;
    let seqs: Vec<_> = batches.iter().flat_map(|batch| batch.seqs.iter().copied()).collect();
    if seqs.is_empty() {
        return Ok(0);
    }
    let chunk = &seqs[..seqs.len().min(most)];
    let taken = if *refused == Some(chunk[0]) {
        tracing::warn!(seq = chunk[0], "a record cannot be indexed by its words");
        1
    } else {
        let indexed = index(writer, readers, chunk).await;
        if chunk.len() == 1 && indexed == Err(StoreError::Damaged(VALUE)) {
            *refused = Some(chunk[0]);
        }
        indexed?
    };
    let mut left = taken;
    for Batch { id, seqs } in batches {
        let own = left.min(seqs.len());
        left -= own;
        settle(writer, id, &seqs[own..], own > 0).await?;
    }
    Ok(taken)
}

/// How many records wait for it.
async fn waiting(writer: &mut PgConnection) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(sum(cardinality(seqs)), 0)::bigint FROM unindexed";
    sqlx::query_scalar(sql).fetch_one(writer).await.map_err(unavailable)
}

/// The first batches, with a chunk of records or more.
async fn batches(writer: &mut PgConnection) -> Result<Vec<Batch>, StoreError> {
    let sql = "SELECT id, seqs FROM (SELECT id, seqs, sum(cardinality(seqs)) OVER \
         (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before \
         FROM (SELECT id, seqs FROM unindexed ORDER BY id LIMIT $1) AS first) AS counted \
         WHERE coalesce(before, 0) < $1 ORDER BY id";
    let most = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let rows = sqlx::query(sql).bind(most).fetch_all(writer).await.map_err(unavailable)?;
    let batch = |row: &PgRow| Ok(Batch { id: row.try_get(0)?, seqs: row.try_get(1)? });
    rows.iter().map(batch).collect::<Result<_, sqlx::Error>>().map_err(unavailable)
}

/// Takes away what was indexed of a batch.
async fn settle(
    writer: &mut PgConnection,
    id: i64,
    left: &[i64],
    is_begun: bool,
) -> Result<(), StoreError> {
    let query = if left.is_empty() {
        sqlx::query("DELETE FROM unindexed WHERE id = $1").bind(id)
    } else if is_begun {
        sqlx::query("UPDATE unindexed SET seqs = $2 WHERE id = $1").bind(id).bind(left)
    } else {
        return Ok(());
    };
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// Indexes the first of these records, as many as fit, and tells how many that are.
async fn index(
    writer: &mut PgConnection,
    readers: &PgPool,
    seqs: &[i64],
) -> Result<usize, StoreError> {
    let mut reading = scope::everything(readers).await?;
    let lengths: Vec<(i64, i64)> =
        sqlx::query_as("SELECT seq, bytes FROM payloads WHERE seq = ANY($1)")
            .bind(seqs)
            .fetch_all(&mut *reading)
            .await
            .map_err(unavailable)?;
    let length = |seq: &i64| {
        lengths.iter().find(|(own, _)| own == seq).map_or(0, |(_, length)| length.unsigned_abs())
    };
    let chunk = &seqs[..fitting(seqs.iter().map(length), CHUNK_BYTES)];
    let labels: Vec<_> = Filter::EQUAL.iter().map(|name| format!("log.{name}")).collect();
    // A record whose whole is gone already has nothing to be found by.
    let sql = format!(
        "SELECT log.seq, log.client_id, extract(epoch FROM log.recorded_at)::float8, \
         payload::text, {} FROM workflow_logs AS log JOIN payloads USING (seq, recorded_at) \
         WHERE log.seq = ANY($1)",
        labels.join(", ")
    );
    let rows = sqlx::query(&sql).bind(chunk).fetch_all(&mut *reading).await;
    let rows = rows.map_err(unavailable)?;
    drop(reading);
    // Hashing every word takes its time, which others of this thread would wait for.
    let indexing = spawn_blocking(move || rows.iter().map(indexed).collect::<Result<Vec<_>, _>>());
    let rows = indexing.await.map_err(|_| StoreError::Damaged(VALUE))?.map_err(unavailable)?;
    if !rows.is_empty() {
        insert(writer, rows).await?;
    }
    Ok(chunk.len())
}

/// What the index holds of a record.
struct Indexed {
    seq: i64,
    client: String,
    recorded_at: f64,
    words: Vec<i64>,
}

fn indexed(row: &PgRow) -> Result<Indexed, sqlx::Error> {
    let (seq, client): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    let mut labels = Vec::new();
    for (at, name) in Filter::EQUAL.into_iter().enumerate() {
        if let Some(text) = row.try_get::<Option<String>, _>(4 + at)? {
            labels.push((name, text));
        }
    }
    let text = of_record(row.try_get(3)?);
    let words = words::of_record(&client, labels.into_iter(), seq, &text);
    Ok(Indexed { seq, client, recorded_at: row.try_get(2)?, words })
}

async fn insert(writer: &mut PgConnection, rows: Vec<Indexed>) -> Result<(), StoreError> {
    let mut sql =
        QueryBuilder::new("INSERT INTO record_words (seq, client_id, recorded_at, words) ");
    sql.push_values(rows, |mut row, own| {
        row.push_bind(own.seq).push_bind(own.client);
        row.push("to_timestamp(").push_bind_unseparated(own.recorded_at).push_unseparated(")");
        row.push_bind(own.words);
    });
    // Whoever indexed a part of a chunk and then failed has left nothing behind.
    let query = sql.build().persistent(false);
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// Waits for this, or for the end: whoever closes the store waits for no pause.
async fn rest(readers: &PgPool, until: impl Future) {
    unless_closed(readers, until).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_that_fails_is_halved_down_to_one_record() {
        for failure in [StoreError::Damaged(VALUE), StoreError::Unavailable(SILENT)] {
            let (mut most, mut tried) = (CHUNK, Vec::new());
            while most > 1 {
                tried.push(most);
                most = next_most(most, &Err(failure.clone()));
            }
            assert_eq!(tried, [256, 128, 64, 32, 16, 8, 4, 2]);
            assert_eq!(next_most(1, &Err(failure)), 1);
        }
        assert_eq!(next_most(1, &Ok(1)), 2);
        assert_eq!(next_most(CHUNK, &Ok(9)), CHUNK);
        for another in [StoreError::Unavailable("away"), StoreError::Damaged("a right is missing")]
        {
            assert_eq!(next_most(8, &Err(another)), 8, "which is no record's");
        }
    }
}
