//! Reports on single kinds, from the sums that are kept for them.
//!
//! The statements of one report share a transaction, so that they see one state of the store.

mod parsings;
mod syncs;
mod webhooks;

use sqlx::postgres::PgRow;
use sqlx::query_builder::QueryBuilder;
use sqlx::{Postgres, Row as _};

use super::failure::unavailable;
use super::{PostgresStore, row};
use crate::auth::{ClientId, Clients, Scope};
use crate::store::statistics::{DAY, HOUR, Source, pieces};
use crate::store::{
    Asked, BoxFuture, ParsingReport, Reports, StoreError, SyncReport, WebhookReport,
};

impl Reports for PostgresStore {
    fn sync_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<SyncReport, StoreError>> {
        self.soon(syncs::syncs(&self.readers, scope, asked))
    }

    fn webhook_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<WebhookReport, StoreError>> {
        self.soon(webhooks::webhooks(&self.readers, scope, asked))
    }

    fn parsing_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<ParsingReport, StoreError>> {
        self.soon(parsings::parsings(&self.readers, scope, asked))
    }
}

/// What a report counts, and where that is kept: in sums, and in parts that are not folded into them
/// yet. Those are there by the hour.
struct Kept {
    sums: &'static str,
    parts: &'static str,
    /// All columns but the span.
    columns: &'static str,
    /// Parsed texts have none.
    has_source: bool,
}

impl Kept {
    /// What is counted: from `what` on, the statement goes on behind `FROM (…)`. Where it is told over
    /// time, `bucket` is that of the coarsest sums.
    fn count<'a>(
        &self,
        what: &str,
        scope: &'a Scope,
        asked: &'a Asked,
        coarsest: Source,
    ) -> QueryBuilder<'a, Postgres> {
        let mut sql = QueryBuilder::new(format!("SELECT {what} FROM ("));
        for (place, piece) in pieces(asked.period(), coarsest).into_iter().enumerate() {
            let span = if piece.source == Source::Days { DAY } else { HOUR };
            let rows = [
                (self.sums, "bucket".to_owned(), Some(span)),
                (self.parts, format!("bucket - bucket % {span} AS bucket"), None),
            ];
            for (table, bucket, span) in rows {
                sql.push(if place == 0 && table == self.sums { "" } else { " UNION ALL " });
                sql.push(format!("SELECT {bucket}, {} FROM {table} WHERE ", self.columns));
                of_scope(&mut sql, scope);
                if let Some(span) = span {
                    sql.push(" AND span = ").push_bind(span);
                }
                sql.push(" AND bucket >= ").push_bind(piece.since);
                sql.push(" AND bucket < ").push_bind(piece.until);
                of_place(&mut sql, asked, self.has_source);
            }
        }
        sql.push(") AS counted");
        sql
    }
}

/// Every table and every index of them begins with the client.
fn of_scope<'a>(sql: &mut QueryBuilder<'a, Postgres>, scope: &'a Scope) {
    match scope.clients() {
        Clients::One(client) => sql.push("client_id = ").push_bind(client.as_str()),
        Clients::All => sql.push("client_id IN (SELECT client_id FROM clients)"),
    };
}

/// From where it is to be; parsed texts have no source.
fn of_place<'a>(sql: &mut QueryBuilder<'a, Postgres>, asked: &'a Asked, has_source: bool) {
    let source = asked.source.as_deref().filter(|_| has_source);
    for (name, text) in [("environment", asked.environment.as_deref()), ("source", source)] {
        if let Some(text) = text {
            sql.push(format!(" AND {name} = ")).push_bind(row::asked(text));
        }
    }
}

/// The number of a column; sums are none below zero.
fn count(row: &PgRow, at: usize) -> Result<u64, StoreError> {
    let number: Option<f64> = row.try_get(at).map_err(unavailable)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it counts")]
    let count = number.unwrap_or_default() as u64;
    Ok(count)
}

fn client(row: &PgRow, at: usize) -> Result<ClientId, StoreError> {
    let name = row.try_get(at).map_err(unavailable)?;
    ClientId::new(name).ok_or(StoreError::Damaged("a row cannot be read"))
}
