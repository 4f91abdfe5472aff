//! A row of the table of records, as it is read.

use std::borrow::Cow;

use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::failure::unavailable;
use crate::auth::ClientId;
use crate::store::{Kind, Listed, Outcome, Row, StoreError};

/// What a line is read from, of a table that the statement calls `log`.
pub(super) const COLUMNS: &str = "log.seq, log.client_id, log.record_id, log.kind, log.executed_at, \
     log.outcome, log.status, log.status_reason, log.category, log.environment, log.workflow_name, \
     log.workflow_version, log.ticket_id, log.attempt, log.execution_time_seconds, log.confidence, \
     log.input_tokens, log.output_tokens, log.cost, log.currency, log.error_count, \
     log.provider_name, log.action_type, log.event_type, log.event_category, log.resource_type, \
     log.resource_id, log.entity_type, log.entity_id, log.user_id, log.level, \
     log.metrics::text AS metrics";

/// A text that is asked for. PostgreSQL takes none with U+0000; no row has that or any other control
/// character, so that nothing is found by this either.
pub(super) fn asked(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{1}").into() } else { text.into() }
}

/// A line of a list.
pub(super) fn listed(row: &PgRow) -> Result<Listed, StoreError> {
    let damaged = || StoreError::Damaged("a row cannot be read");
    let client = ClientId::new(row.try_get("client_id").map_err(unavailable)?);
    let own = read_row(row).map_err(unavailable)?;
    Ok(Listed {
        seq: row.try_get("seq").map_err(unavailable)?,
        client: client.ok_or_else(damaged)?,
        row: own.ok_or_else(damaged)?,
    })
}

/// `None` where its kind or its outcome is none.
fn read_row(row: &PgRow) -> Result<Option<Row>, sqlx::Error> {
    let kind = Kind::named(row.try_get("kind")?);
    let (Some(kind), Some(outcome)) = (kind, Outcome::named(row.try_get("outcome")?)) else {
        return Ok(None);
    };
    Ok(Some(Row {
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
        ..Row::new(row.try_get("record_id")?, kind, row.try_get("executed_at")?, outcome)
    }))
}
