//! Reports on single kinds, from the sums that are kept for them.
//!
//! The statements of one report share a transaction, so that they see one state of the store.

mod parsings;
mod syncs;
mod webhooks;

use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite};

use super::SqliteStore;
use super::failure::unavailable;
use crate::auth::{ClientId, Clients, Scope};
use crate::store::statistics::{DAY, HOUR, Source, pieces};
use crate::store::{
    Asked, BoxFuture, ParsingReport, Reports, StoreError, SyncReport, WebhookReport,
};

impl Reports for SqliteStore {
    fn sync_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<SyncReport, StoreError>> {
        Box::pin(syncs::syncs(&self.readers, scope, asked))
    }

    fn webhook_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<WebhookReport, StoreError>> {
        Box::pin(webhooks::webhooks(&self.readers, scope, asked))
    }

    fn parsing_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<ParsingReport, StoreError>> {
        Box::pin(parsings::parsings(&self.readers, scope, asked))
    }
}

/// What is counted of a table of sums: from `what` on, the statement goes on behind `FROM (…)`.
fn of_sums<'a>(
    what: &str,
    table: &str,
    scope: &'a Scope,
    asked: &'a Asked,
    coarsest: Source,
) -> QueryBuilder<'a, Sqlite> {
    let mut sql = QueryBuilder::new(format!("SELECT {what} FROM ("));
    for (place, piece) in pieces(asked.period(), coarsest).into_iter().enumerate() {
        sql.push(if place == 0 { "" } else { " UNION ALL " });
        sql.push(format!("SELECT * FROM {table} WHERE "));
        of_scope(&mut sql, scope);
        let span = if piece.source == Source::Days { DAY } else { HOUR };
        sql.push(" AND span = ").push_bind(span);
        sql.push(" AND bucket >= ").push_bind(piece.since);
        sql.push(" AND bucket < ").push_bind(piece.until);
        of_place(&mut sql, asked, table != "parsing_sums");
    }
    sql.push(")");
    sql
}

/// Every table and every index of them begins with the client.
fn of_scope<'a>(sql: &mut QueryBuilder<'a, Sqlite>, scope: &'a Scope) {
    match scope.clients() {
        Clients::One(client) => sql.push("client_id = ").push_bind(client.as_str()),
        Clients::All => sql.push("client_id IN (SELECT client_id FROM clients)"),
    };
}

/// From where it is to be; parsed texts have no source.
fn of_place<'a>(sql: &mut QueryBuilder<'a, Sqlite>, asked: &'a Asked, has_source: bool) {
    let source = asked.source.as_deref().filter(|_| has_source);
    for (name, text) in [("environment", asked.environment.as_deref()), ("source", source)] {
        if let Some(text) = text {
            sql.push(format!(" AND {name} = ")).push_bind(text);
        }
    }
}

/// The number of a column; sums are none below zero.
fn count(row: &SqliteRow, at: usize) -> Result<u64, StoreError> {
    let number: Option<i64> = row.try_get(at).map_err(unavailable)?;
    Ok(number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default())
}

fn client(row: &SqliteRow, at: usize) -> Result<ClientId, StoreError> {
    let name = row.try_get(at).map_err(unavailable)?;
    ClientId::new(name).ok_or(StoreError::Damaged("a row cannot be read"))
}
