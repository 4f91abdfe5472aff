//! Reading records: every statement is filtered by the caller's clients.

use sqlx::query_builder::{QueryBuilder, Separated};
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{Row as _, Sqlite};
use uuid::Uuid;

use super::failure::unavailable;
use super::words;
use crate::auth::{ClientId, Clients, Scope};
use crate::store::{Cursor, Filter, Kind, Listed, Outcome, Page, PageRequest, Row, StoreError};

/// One whole record.
pub(super) async fn record(
    readers: &SqlitePool,
    scope: &Scope,
    record_id: Uuid,
) -> Result<Option<String>, StoreError> {
    let mut sql = QueryBuilder::<Sqlite>::new(
        "SELECT payload FROM payloads JOIN workflow_logs USING (seq) WHERE ",
    );
    let mut conditions = sql.separated(" AND ");
    match scope.clients() {
        Clients::One(client) => {
            conditions.push("client_id = ").push_bind_unseparated(client.as_str())
        }
        Clients::All => conditions.push("client_id IN (SELECT client_id FROM clients)"),
    };
    conditions.push("record_id = ").push_bind_unseparated(record_id.hyphenated().to_string());
    sql.push(" ORDER BY seq DESC LIMIT 1");
    sql.build_query_scalar().fetch_optional(readers).await.map_err(unavailable)
}

/// One page of a list. Each client has its own order in the indexes, so that of everybody's
/// records the newest of each client are merged.
pub(super) async fn list(
    readers: &SqlitePool,
    scope: &Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page, StoreError> {
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut sql = QueryBuilder::<Sqlite>::new(match scope.clients() {
        Clients::One(_) => "SELECT * FROM workflow_logs WHERE ",
        Clients::All => {
            "SELECT workflow_logs.* FROM clients JOIN workflow_logs ON workflow_logs.seq IN \
             (SELECT seq FROM workflow_logs AS own WHERE "
        }
    });
    let mut conditions = sql.separated(" AND ");
    match scope.clients() {
        Clients::One(client) => {
            conditions.push("client_id = ").push_bind_unseparated(client.as_str())
        }
        Clients::All => conditions.push("own.client_id = clients.client_id"),
    };
    filtered(&mut conditions, scope, filter, page.after);
    sql.push(" ORDER BY executed_at DESC, seq DESC LIMIT ").push_bind(limit);
    if *scope.clients() == Clients::All {
        sql.push(") ORDER BY executed_at DESC, seq DESC LIMIT ").push_bind(limit);
    }
    let rows = sql.build().fetch_all(readers).await.map_err(unavailable)?;
    to_page(&rows, page.limit)
}

fn filtered<'a>(
    conditions: &mut Separated<'_, 'a, Sqlite, &'static str>,
    scope: &Scope,
    filter: &'a Filter,
    after: Option<Cursor>,
) {
    let texts = [
        ("kind = ", filter.kind.map(Kind::as_str)),
        ("ticket_id = ", filter.ticket_id.as_deref()),
        ("status = ", filter.status.as_deref()),
    ];
    for (condition, value) in texts {
        if let Some(value) = value {
            conditions.push(condition).push_bind_unseparated(value);
        }
    }
    for (condition, value) in [("executed_at >= ", filter.since), ("executed_at < ", filter.until)]
    {
        if let Some(value) = value {
            conditions.push(condition).push_bind_unseparated(value);
        }
    }
    if let Some(words) = &filter.words {
        conditions
            .push("seq IN (SELECT rowid FROM text.record_text WHERE record_text MATCH ")
            .push_bind_unseparated(words::expression(scope, words))
            .push_unseparated(")");
    }
    if let Some(Cursor { executed_at, seq }) = after {
        conditions.push("(executed_at, seq) < (").push_bind_unseparated(executed_at);
        conditions.push_unseparated(", ").push_bind_unseparated(seq).push_unseparated(")");
    }
}

fn to_page(rows: &[SqliteRow], limit: usize) -> Result<Page, StoreError> {
    let items: Result<Vec<_>, _> = rows.iter().take(limit).map(listed).collect();
    let next = match rows.get(limit).and(limit.checked_sub(1)).map(|last| &rows[last]) {
        Some(last) => Some(Cursor {
            executed_at: last.try_get("executed_at").map_err(unavailable)?,
            seq: last.try_get("seq").map_err(unavailable)?,
        }),
        None => None,
    };
    Ok(Page { items: items?, next })
}

fn listed(row: &SqliteRow) -> Result<Listed, StoreError> {
    let damaged = || StoreError::Damaged("a row cannot be read");
    let client = ClientId::new(row.try_get("client_id").map_err(unavailable)?);
    Ok(Listed { client: client.ok_or_else(damaged)?, row: read_row(row).map_err(unavailable)? })
}

fn read_row(row: &SqliteRow) -> Result<Row, sqlx::Error> {
    let id = Uuid::try_parse(row.try_get("record_id")?).unwrap_or_default();
    let kind = Kind::named(row.try_get("kind")?).unwrap_or(Kind::Workflow);
    let outcome = Outcome::named(row.try_get("outcome")?).unwrap_or(Outcome::Open);
    Ok(Row {
        status: row.try_get("status")?,
        status_reason: row.try_get("status_reason")?,
        category: row.try_get("category")?,
        environment: row.try_get("environment")?,
        workflow_name: row.try_get("workflow_name")?,
        workflow_version: row.try_get("workflow_version")?,
        ticket_id: row.try_get("ticket_id")?,
        attempt: row.try_get("attempt")?,
        execution_time_seconds: row.try_get("execution_time_seconds")?,
        confidence: row.try_get("confidence")?,
        input_tokens: row.try_get("input_tokens")?,
        output_tokens: row.try_get("output_tokens")?,
        cost: row.try_get("cost")?,
        currency: row.try_get("currency")?,
        error_count: row.try_get("error_count")?,
        provider_name: row.try_get("provider_name")?,
        action_type: row.try_get("action_type")?,
        event_type: row.try_get("event_type")?,
        event_category: row.try_get("event_category")?,
        resource_type: row.try_get("resource_type")?,
        resource_id: row.try_get("resource_id")?,
        entity_type: row.try_get("entity_type")?,
        entity_id: row.try_get("entity_id")?,
        user_id: row.try_get("user_id")?,
        level: row.try_get("level")?,
        metrics: row.try_get("metrics")?,
        ..Row::new(id, kind, row.try_get("executed_at")?, outcome)
    })
}
