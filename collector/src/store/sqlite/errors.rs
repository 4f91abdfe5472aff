//! Which errors were seen how often, and in which records.

use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use sqlx::{Row as _, Sqlite};

use super::failure::unavailable;
use super::row;
use crate::auth::{Clients, Scope};
use crate::store::entry::Numbered;
use crate::store::page::{Cursor, Direction, Key, Page};
use crate::store::{Fingerprint, Sighting, Sort, StoreError};

/// Notes the errors of these records; few have any.
pub(super) async fn add(
    writer: &mut SqliteConnection,
    records: &[Numbered],
) -> Result<(), StoreError> {
    let of_record = |record: &Numbered| {
        let (client, at) = (record.client.as_str().to_owned(), record.entry.row.executed_at);
        let seq = record.seq;
        let errors = record.entry.errors.clone().into_iter();
        errors.map(move |error| (client.clone(), error.number(), at, seq))
    };
    let rows: Vec<_> = records.iter().flat_map(of_record).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_string(&rows).map_err(|_| StoreError::Damaged("an error"))?;
    let sql = "INSERT OR IGNORE INTO errors \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)";
    sqlx::query(sql).bind(rows).execute(writer).await.map(drop).map_err(unavailable)
}

/// How often each of these was seen; those that were not are left out.
pub(super) async fn sightings(
    readers: &SqlitePool,
    scope: &Scope,
    errors: &[Fingerprint],
) -> Result<Vec<Sighting>, StoreError> {
    let mut seen = Vec::with_capacity(errors.len());
    for error in errors {
        let found = sighting(scope, *error).build().fetch_one(readers).await;
        let found = found.map_err(unavailable)?;
        let Some(since) = found.try_get(1).map_err(unavailable)? else { continue };
        seen.push(Sighting {
            error: *error,
            records: found.try_get::<i64, _>(0).map_err(unavailable)?.unsigned_abs(),
            since,
            version: found.try_get(2).map_err(unavailable)?,
        });
    }
    Ok(seen)
}

/// One page of the records with an error, newest first.
pub(super) async fn with(
    readers: &SqlitePool,
    scope: &Scope,
    error: Fingerprint,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let rows = records(scope, error, after, limit).build().fetch_all(readers).await;
    let rows = rows.map_err(unavailable)?;
    let mut items: Vec<_> = rows.iter().map(row::listed).collect::<Result<_, _>>()?;
    let goes_on = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| goes_on);
    let next = last.and_then(|last| last.place(Sort::default()));
    Ok(Page { items, next })
}

/// Every client's by the index by itself: its own lie together there, in the order of time.
pub(super) fn sighting(scope: &Scope, error: Fingerprint) -> QueryBuilder<'_, Sqlite> {
    let mut sql = QueryBuilder::new("SELECT (SELECT count(*) FROM (SELECT 1 ");
    of(&mut sql, scope, error);
    sql.push(" LIMIT ").push_bind(i64::try_from(Sighting::MOST).unwrap_or(i64::MAX));
    sql.push(")), first.executed_at, workflow_version FROM (SELECT 1) LEFT JOIN (SELECT errors.* ");
    of(&mut sql, scope, error);
    sql.push(
        " ORDER BY executed_at, seq LIMIT 1) AS first ON true LEFT JOIN workflow_logs USING (seq)",
    );
    sql
}

/// The records behind a place, and one more than the limit.
pub(super) fn records(
    scope: &Scope,
    error: Fingerprint,
    after: Option<Cursor>,
    limit: usize,
) -> QueryBuilder<'_, Sqlite> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut sql = QueryBuilder::new("SELECT log.* FROM (SELECT errors.executed_at, errors.seq ");
    of(&mut sql, scope, error);
    if let Some(Cursor { direction: Direction::Descending, key: Key::Time(at), seq }) = after {
        sql.push(" AND (executed_at, seq) < (").push_bind(at).push(", ").push_bind(seq).push(")");
    }
    sql.push(" ORDER BY executed_at DESC, seq DESC LIMIT ").push_bind(limit);
    sql.push(
        ") AS found CROSS JOIN workflow_logs AS log ON log.seq = found.seq \
         ORDER BY found.executed_at DESC, found.seq DESC",
    );
    sql
}

fn of<'a>(sql: &mut QueryBuilder<'a, Sqlite>, scope: &'a Scope, error: Fingerprint) {
    match scope.clients() {
        Clients::One(client) => {
            sql.push("FROM errors WHERE client_id = ").push_bind(client.as_str())
        }
        Clients::All => sql.push("FROM errors WHERE client_id IN (SELECT client_id FROM clients)"),
    };
    sql.push(" AND fingerprint = ").push_bind(error.number());
}
