//! Inserting many rows by one statement: a column of all of them is one value.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::failure::unavailable;
use super::numbers;
use crate::store::StoreError;
use crate::store::entry::{Numbered, Row};

/// All of them are numbered in their order, and inserted in that of what makes each one: two collectors
/// that take the same records then wait in turn, and never for each other.
const ROWS: &str = "WITH new AS MATERIALIZED (SELECT nextval('record_seq') AS seq, * \
     FROM unnest($1::text[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], \
     $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], \
     $14::bigint[], $15::float8[], $16::float8[], $17::bigint[], $18::bigint[], $19::float8[], \
     $20::text[], $21::bigint[], $22::text[], $23::text[], $24::text[], $25::text[], $26::text[], \
     $27::text[], $28::text[], $29::text[], $30::text[], $31::text[], $32::text[]) WITH ORDINALITY \
     AS new (client_id, record_id, kind, executed_at, recorded_at, outcome, status, \
     status_reason, category, environment, workflow_name, workflow_version, ticket_id, attempt, \
     execution_time_seconds, confidence, input_tokens, output_tokens, cost, currency, error_count, \
     provider_name, action_type, event_type, event_category, resource_type, resource_id, \
     entity_type, entity_id, user_id, level, metrics, place)), \
     inserted AS (INSERT INTO workflow_logs (seq, client_id, record_id, kind, executed_at, \
     recorded_at, outcome, status, status_reason, category, environment, workflow_name, \
     workflow_version, ticket_id, attempt, execution_time_seconds, confidence, input_tokens, \
     output_tokens, cost, currency, error_count, provider_name, action_type, event_type, \
     event_category, resource_type, resource_id, entity_type, entity_id, user_id, level, metrics) \
     SELECT seq, client_id, record_id, kind, executed_at, \
     to_timestamp(recorded_at::float8 / 1000), outcome, status, status_reason, category, \
     environment, workflow_name, workflow_version, ticket_id, attempt, execution_time_seconds, \
     confidence, input_tokens, output_tokens, cost, currency, error_count, provider_name, \
     action_type, event_type, event_category, resource_type, resource_id, entity_type, entity_id, \
     user_id, level, metrics::jsonb FROM new ORDER BY client_id, record_id, seq \
     ON CONFLICT (client_id, record_id, recorded_at) DO NOTHING RETURNING seq), \
     unindexed AS (INSERT INTO unindexed (seqs) \
     SELECT array_agg(seq ORDER BY seq) FROM inserted HAVING count(*) > 0) \
     SELECT place - 1, seq FROM new JOIN inserted USING (seq)";

const PAYLOADS: &str = "INSERT INTO payloads (seq, client_id, recorded_at, bytes, payload) \
     SELECT seq, client_id, to_timestamp(recorded_at::float8 / 1000), octet_length(payload), \
     payload::jsonb \
     FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) \
     AS new (seq, client_id, recorded_at, payload)";

/// A column of records.
pub(super) fn column<'r, T>(records: &[&'r Numbered], value: impl Fn(&'r Numbered) -> T) -> Vec<T> {
    records.iter().map(|record| value(record)).collect()
}

/// Inserts the rows, and notes that they are to be indexed by their words. Those that were there before
/// stay as they were. Gives the numbers of those that are new, each at its place.
pub(super) async fn rows(
    writer: &mut PgConnection,
    records: &[&Numbered],
) -> Result<Vec<Option<i64>>, StoreError> {
    let query = sqlx::query(ROWS)
        .bind(column(records, |it| it.client.as_str()))
        .bind(column(records, |it| it.entry.row.record_id))
        .bind(column(records, |it| it.entry.row.kind.as_str()))
        .bind(column(records, |it| it.entry.row.executed_at))
        .bind(column(records, |it| it.entry.row.recorded_at()))
        .bind(column(records, |it| it.entry.row.outcome.as_str()))
        .bind(texts(records, |row| &row.status))
        .bind(texts(records, |row| &row.status_reason))
        .bind(texts(records, |row| &row.category))
        .bind(texts(records, |row| &row.environment))
        .bind(texts(records, |row| &row.workflow_name))
        .bind(texts(records, |row| &row.workflow_version))
        .bind(texts(records, |row| &row.ticket_id))
        .bind(column(records, |it| it.entry.row.attempt))
        .bind(column(records, |it| it.entry.row.execution_time_seconds))
        .bind(column(records, |it| it.entry.row.confidence))
        .bind(column(records, |it| it.entry.row.input_tokens))
        .bind(column(records, |it| it.entry.row.output_tokens))
        .bind(column(records, |it| it.entry.row.cost))
        .bind(texts(records, |row| &row.currency))
        .bind(column(records, |it| it.entry.row.error_count))
        .bind(texts(records, |row| &row.provider_name))
        .bind(texts(records, |row| &row.action_type))
        .bind(texts(records, |row| &row.event_type))
        .bind(texts(records, |row| &row.event_category))
        .bind(texts(records, |row| &row.resource_type))
        .bind(texts(records, |row| &row.resource_id))
        .bind(texts(records, |row| &row.entity_type))
        .bind(texts(records, |row| &row.entity_id))
        .bind(texts(records, |row| &row.user_id))
        .bind(column(records, |it| it.entry.row.level.as_str()))
        .bind(texts(records, |row| &row.metrics));
    let inserted = query.fetch_all(writer).await.map_err(unavailable)?;
    let mut numbers = vec![None; records.len()];
    for row in &inserted {
        let read = || Ok::<_, sqlx::Error>((row.try_get::<i64, _>(0)?, row.try_get(1)?));
        let (place, seq) = read().map_err(unavailable)?;
        if let Some(number) = usize::try_from(place).ok().and_then(|at| numbers.get_mut(at)) {
            *number = Some(seq);
        }
    }
    Ok(numbers)
}

/// Inserts the whole records, of those that have one.
pub(super) async fn payloads(
    writer: &mut PgConnection,
    records: &[&Numbered],
) -> Result<(), StoreError> {
    let has_whole = |it: &&Numbered| !it.entry.payload.is_empty();
    let records: &[_] = &records.iter().copied().filter(has_whole).collect::<Vec<_>>();
    let payloads = column(records, |it| numbers::kept(&it.entry.payload));
    let query = sqlx::query(PAYLOADS)
        .bind(column(records, |it| it.seq))
        .bind(column(records, |it| it.client.as_str()))
        .bind(column(records, |it| it.entry.row.recorded_at()))
        .bind(payloads.iter().map(|own| &**own).collect::<Vec<&str>>());
    query.execute(writer).await.map(drop).map_err(unavailable)
}

fn texts<'r>(
    records: &[&'r Numbered],
    text: impl Fn(&'r Row) -> &'r Option<String>,
) -> Vec<Option<&'r str>> {
    column(records, |record| text(&record.entry.row).as_deref())
}
