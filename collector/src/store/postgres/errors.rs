//! Which errors were seen how often, and in which records.

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Postgres, Row as _};

use super::failure::unavailable;
use super::row::{self, COLUMNS};
use super::scope::{in_order, reading};
use crate::auth::{Clients, Scope};
use crate::store::entry::Numbered;
use crate::store::page::{Cursor, Direction, Key, Page};
use crate::store::{Fingerprint, Sighting, Sort, StoreError};

/// Notes the errors of these records; few have any.
pub(super) async fn add(
    writer: &mut PgConnection,
    records: &[&Numbered],
) -> Result<(), StoreError> {
    let of_record = |record: &&Numbered| vec![record.seq; record.entry.errors.len()].into_iter();
    let seqs: Vec<i64> = records.iter().flat_map(of_record).collect();
    if seqs.is_empty() {
        return Ok(());
    }
    let each =
        || records.iter().flat_map(|it| it.entry.errors.iter().map(move |error| (it, error)));
    let sql = "INSERT INTO errors (client_id, fingerprint, executed_at, seq) \
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) \
         ON CONFLICT DO NOTHING";
    let query = sqlx::query(sql)
        .bind(each().map(|(it, _)| it.client.as_str()).collect::<Vec<_>>())
        .bind(each().map(|(_, error)| error.number()).collect::<Vec<_>>())
        .bind(each().map(|(it, _)| it.entry.row.executed_at).collect::<Vec<_>>())
        .bind(seqs);
    query.execute(writer).await.map(drop).map_err(unavailable)
}

/// How often each of these was seen; those that were not are left out.
pub(super) async fn sightings(
    readers: &PgPool,
    scope: &Scope,
    errors: &[Fingerprint],
) -> Result<Vec<Sighting>, StoreError> {
    let mut seen = Vec::with_capacity(errors.len());
    let mut reading = reading(readers, scope).await?;
    in_order(&mut reading).await?;
    for error in errors {
        let found = sighting(scope, *error).build().fetch_one(&mut *reading).await;
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
    readers: &PgPool,
    scope: &Scope,
    error: Fingerprint,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Page, StoreError> {
    let mut reading = reading(readers, scope).await?;
    in_order(&mut reading).await?;
    let rows = records(scope, error, after, limit).build().fetch_all(&mut *reading).await;
    let rows = rows.map_err(unavailable)?;
    let mut items: Vec<_> = rows.iter().map(row::listed).collect::<Result<_, _>>()?;
    let goes_on = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| goes_on);
    let next = last.and_then(|last| last.place(Sort::default()));
    Ok(Page { items, next })
}

/// Every client's by the index by itself: its own lie together there, in the order of time.
pub(super) fn sighting(scope: &Scope, error: Fingerprint) -> QueryBuilder<'_, Postgres> {
    let mut sql = QueryBuilder::new("SELECT (SELECT count(*) FROM (");
    let most = i64::try_from(Sighting::MOST).unwrap_or(i64::MAX);
    of(&mut sql, scope, error, None, "ASC", most);
    sql.push(
        ") AS counted), first.executed_at, log.workflow_version FROM (SELECT 1) AS one LEFT JOIN (",
    );
    of(&mut sql, scope, error, None, "ASC", 1);
    sql.push(") AS first ON true LEFT JOIN workflow_logs AS log ON log.seq = first.seq");
    sql
}

/// The records behind a place, and one more than the limit.
pub(super) fn records(
    scope: &Scope,
    error: Fingerprint,
    after: Option<Cursor>,
    limit: usize,
) -> QueryBuilder<'_, Postgres> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut sql = QueryBuilder::new(format!("SELECT {COLUMNS} FROM ("));
    of(&mut sql, scope, error, after, "DESC", limit);
    sql.push(
        ") AS found JOIN workflow_logs AS log ON log.seq = found.seq \
         ORDER BY found.executed_at DESC, found.seq DESC",
    );
    sql
}

/// The first so many of an error, merged from those of each client.
fn of<'a>(
    sql: &mut QueryBuilder<'a, Postgres>,
    scope: &'a Scope,
    error: Fingerprint,
    after: Option<Cursor>,
    direction: &str,
    limit: i64,
) {
    let own = "SELECT errors.executed_at, errors.seq FROM errors WHERE errors.client_id = ";
    match scope.clients() {
        Clients::One(client) => sql.push(own).push_bind(client.as_str()),
        Clients::All => sql
            .push("SELECT merged.executed_at, merged.seq FROM clients CROSS JOIN LATERAL (")
            .push(own)
            .push("clients.client_id"),
    };
    sql.push(" AND errors.fingerprint = ").push_bind(error.number());
    if let Some(Cursor { direction: Direction::Descending, key: Key::Time(at), seq }) = after {
        sql.push(" AND (errors.executed_at, errors.seq) < (").push_bind(at);
        sql.push(", ").push_bind(seq).push(")");
    }
    let order = |table: &str| {
        format!(" ORDER BY {table}.executed_at {direction}, {table}.seq {direction} LIMIT ")
    };
    sql.push(order("errors")).push_bind(limit);
    if *scope.clients() == Clients::All {
        sql.push(") AS merged").push(order("merged")).push_bind(limit);
    }
}
