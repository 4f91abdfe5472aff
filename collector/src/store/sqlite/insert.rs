//! Inserting many rows by few statements.

use sqlx::sqlite::SqliteConnection;

use super::statement::{SqliteQuery, Statements};
use crate::store::entry::Numbered;

const ROW_COLUMNS: [&str; 33] = [
    "seq",
    "client_id",
    "record_id",
    "kind",
    "executed_at",
    "recorded_at",
    "outcome",
    "status",
    "status_reason",
    "category",
    "environment",
    "workflow_name",
    "workflow_version",
    "ticket_id",
    "attempt",
    "execution_time_seconds",
    "confidence",
    "input_tokens",
    "output_tokens",
    "cost",
    "currency",
    "error_count",
    "provider_name",
    "action_type",
    "event_type",
    "event_category",
    "resource_type",
    "resource_id",
    "entity_type",
    "entity_id",
    "user_id",
    "level",
    "metrics",
];

/// The statements, written once.
#[derive(Debug)]
pub(super) struct Insertion {
    rows: Statements,
    payloads: Statements,
}

impl Insertion {
    pub(super) fn new() -> Self {
        // A statement that may have to take back a part of itself keeps a journal of its own for
        // that. None has to: what is not new is passed over, and what fails ends the transaction.
        Self {
            rows: Statements::new("INSERT OR IGNORE INTO", "workflow_logs", &ROW_COLUMNS),
            payloads: Statements::new("INSERT OR FAIL INTO", "payloads", &["seq", "payload"]),
        }
    }

    /// Inserts the rows; those that were there before stay as they were. How many are new?
    pub(super) async fn rows(
        &self,
        writer: &mut SqliteConnection,
        records: &[Numbered],
    ) -> Result<u64, sqlx::Error> {
        self.rows.run(writer, records, bind_row).await
    }

    /// Inserts the whole records, of those that have one.
    pub(super) async fn payloads(
        &self,
        writer: &mut SqliteConnection,
        records: &[Numbered],
    ) -> Result<u64, sqlx::Error> {
        let whole: Vec<_> = records.iter().filter(|it| !it.entry.payload.is_empty()).collect();
        self.payloads.run(writer, &whole, |query, record| bind_payload(query, record)).await
    }
}

fn bind_payload<'q>(query: SqliteQuery<'q>, record: &'q Numbered) -> SqliteQuery<'q> {
    query.bind(record.seq).bind(record.entry.payload.as_str())
}

/// In the order of the columns.
fn bind_row<'q>(query: SqliteQuery<'q>, record: &'q Numbered) -> SqliteQuery<'q> {
    let row = &record.entry.row;
    query
        .bind(record.seq)
        .bind(record.client.as_str())
        .bind(row.record_id.hyphenated().to_string())
        .bind(row.kind.as_str())
        .bind(row.executed_at)
        .bind(row.recorded_at())
        .bind(row.outcome.as_str())
        .bind(row.status.as_deref())
        .bind(row.status_reason.as_deref())
        .bind(row.category.as_deref())
        .bind(row.environment.as_deref())
        .bind(row.workflow_name.as_deref())
        .bind(row.workflow_version.as_deref())
        .bind(row.ticket_id.as_deref())
        .bind(row.attempt)
        .bind(row.execution_time_seconds)
        .bind(row.confidence)
        .bind(row.input_tokens)
        .bind(row.output_tokens)
        .bind(row.cost)
        .bind(row.currency.as_deref())
        .bind(row.error_count)
        .bind(row.provider_name.as_deref())
        .bind(row.action_type.as_deref())
        .bind(row.event_type.as_deref())
        .bind(row.event_category.as_deref())
        .bind(row.resource_type.as_deref())
        .bind(row.resource_id.as_deref())
        .bind(row.entity_type.as_deref())
        .bind(row.entity_id.as_deref())
        .bind(row.user_id.as_deref())
        .bind(row.level.as_str())
        .bind(row.metrics.as_deref())
}
