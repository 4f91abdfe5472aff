//! Keeping what single kinds have beside the row, in the transaction that stores the records.
//!
//! Attempts and events have rows of their own, from which triggers keep sums
//! (`migrations/0002_sums.sql`); parsed texts are added to sums at once.

use sqlx::postgres::PgConnection;

use super::failure::unavailable;
use crate::store::detail::{
    entity, kept_confidence, kept_moment, kept_seconds, or_empty, tenth, turns,
};
use crate::store::entry::{Numbered, Row};
use crate::store::{Attempt, Detail, Parsing, StoreError, Webhook};

/// Several records tell of one attempt, and the first one counts: in one order, so that nobody waits for
/// somebody who waits.
const ATTEMPTS: &str = "INSERT INTO sync_attempts (client_id, attempted_at, source, ticket, turn, \
     environment, status, http_status, error, seq) \
     SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], \
     $6::text[], $7::text[], $8::bigint[], $9::text[], $10::bigint[]) ORDER BY 1, 2, 3, 4, 5, 10 \
     ON CONFLICT DO NOTHING";

/// An event is as the newest of its records tells it, in whatever order they come. Those of one
/// transaction are put together first.
const EVENTS: &str = "INSERT INTO webhook_events AS old \
     SELECT client_id, source, event_id, min(received_at), count(*), \
     (array_agg(seq ORDER BY recorded_at DESC, seq DESC))[1], max(recorded_at), \
     (array_agg(environment ORDER BY recorded_at DESC, seq DESC))[1], \
     (array_agg(status ORDER BY recorded_at DESC, seq DESC))[1], \
     (array_agg(handler ORDER BY recorded_at DESC, seq DESC))[1], \
     (array_agg(retries ORDER BY recorded_at DESC, seq DESC))[1], \
     (array_agg(seconds ORDER BY recorded_at DESC, seq DESC))[1] \
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], \
     $7::text[], $8::text[], $9::text[], $10::bigint[], $11::float8[]) \
     AS new (client_id, source, event_id, received_at, seq, recorded_at, environment, status, \
     handler, retries, seconds) \
     GROUP BY client_id, source, event_id ORDER BY client_id, source, event_id \
     ON CONFLICT (client_id, source, event_id) DO UPDATE SET \
     records = old.records + excluded.records, \
     received_at = least(old.received_at, excluded.received_at), \
     (seq, environment, status, handler, retries, seconds) = (SELECT newest.* FROM (VALUES \
     (old.seq, old.environment, old.status, old.handler, old.retries, old.seconds)) AS newest \
     WHERE excluded.recorded_at < old.recorded_at UNION ALL SELECT excluded.seq, \
     excluded.environment, excluded.status, excluded.handler, excluded.retries, excluded.seconds \
     WHERE excluded.recorded_at >= old.recorded_at), \
     recorded_at = greatest(old.recorded_at, excluded.recorded_at)";

const PARSINGS: &str = "INSERT INTO parsing_parts (client_id, bucket, environment, version, status, \
     records, timed, seconds, least, most, rated, confidence, counted, entities, tenth_0, tenth_1, \
     tenth_2, tenth_3, tenth_4, tenth_5, tenth_6, tenth_7, tenth_8, tenth_9) \
     SELECT client_id, bucket, environment, version, status, count(*), count(seconds), \
     coalesce(sum(seconds), 0), min(seconds), max(seconds), count(confidence), \
     coalesce(sum(confidence), 0), count(entities), coalesce(sum(entities), 0), \
     count(*) FILTER (WHERE tenth = 0), count(*) FILTER (WHERE tenth = 1), \
     count(*) FILTER (WHERE tenth = 2), count(*) FILTER (WHERE tenth = 3), \
     count(*) FILTER (WHERE tenth = 4), count(*) FILTER (WHERE tenth = 5), \
     count(*) FILTER (WHERE tenth = 6), count(*) FILTER (WHERE tenth = 7), \
     count(*) FILTER (WHERE tenth = 8), count(*) FILTER (WHERE tenth = 9) \
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::float8[], \
     $7::float8[], $8::bigint[], $9::bigint[]) \
     AS new (client_id, bucket, environment, version, status, seconds, confidence, entities, tenth) \
     GROUP BY client_id, bucket, environment, version, status";

/// Keeps what new records have.
pub(super) async fn add(
    writer: &mut PgConnection,
    records: &[&Numbered],
) -> Result<(), StoreError> {
    let (mut attempts, mut events, mut parsings) = (Vec::new(), Vec::new(), Vec::new());
    for record in records.iter().copied() {
        match &record.entry.detail {
            None => {}
            Some(Detail::Sync(own)) => attempts.extend(turns(record, own)),
            Some(Detail::Webhook(own)) => events.push((record, own)),
            Some(Detail::Parsing(own)) => parsings.push((record, own)),
        }
    }
    if !attempts.is_empty() {
        add_attempts(writer, &attempts).await?;
    }
    if !events.is_empty() {
        add_events(writer, &events).await?;
    }
    if !parsings.is_empty() {
        add_parsings(writer, &parsings).await?;
    }
    Ok(())
}

fn own<'r, T, V>(rows: &'r [T], value: impl Fn(&'r T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

fn row(record: &Numbered) -> &Row {
    &record.entry.row
}

async fn add_attempts(
    writer: &mut PgConnection,
    attempts: &[(&Numbered, &Attempt, i64)],
) -> Result<(), StoreError> {
    let query = sqlx::query(ATTEMPTS)
        .bind(own(attempts, |(record, ..)| record.client.as_str()))
        .bind(own(attempts, |(_, attempt, _)| kept_moment(attempt.attempted_at)))
        .bind(own(attempts, |(record, ..)| or_empty(row(record).provider_name.as_ref())))
        .bind(own(attempts, |(record, ..)| entity(record)))
        .bind(own(attempts, |(.., turn)| *turn))
        .bind(own(attempts, |(record, ..)| or_empty(row(record).environment.as_ref())))
        .bind(own(attempts, |(_, attempt, _)| attempt.status.as_str()))
        .bind(own(attempts, |(_, attempt, _)| attempt.http_status))
        .bind(own(attempts, |(_, attempt, _)| attempt.error.as_deref()))
        .bind(own(attempts, |(record, ..)| record.seq));
    query.execute(writer).await.map(drop).map_err(unavailable)
}

async fn add_events(
    writer: &mut PgConnection,
    events: &[(&Numbered, &Webhook)],
) -> Result<(), StoreError> {
    let received = |(record, event): &(&Numbered, &Webhook)| {
        event.received_at.unwrap_or(row(record).executed_at)
    };
    let query = sqlx::query(EVENTS)
        .bind(own(events, |(record, _)| record.client.as_str()))
        .bind(own(events, |(record, _)| or_empty(row(record).provider_name.as_ref())))
        .bind(own(events, |(record, _)| entity(record)))
        .bind(own(events, |event| kept_moment(received(event))))
        .bind(own(events, |(record, _)| record.seq))
        .bind(own(events, |(record, _)| row(record).recorded_at()))
        .bind(own(events, |(record, _)| or_empty(row(record).environment.as_ref())))
        .bind(own(events, |(record, _)| or_empty(row(record).status.as_ref())))
        .bind(own(events, |(_, event)| or_empty(event.handler.as_ref())))
        .bind(own(events, |(_, event)| event.retries.max(0)))
        .bind(own(events, |(record, _)| kept_seconds(row(record).execution_time_seconds)));
    query.execute(writer).await.map(drop).map_err(unavailable)
}

async fn add_parsings(
    writer: &mut PgConnection,
    parsings: &[(&Numbered, &Parsing)],
) -> Result<(), StoreError> {
    const HOUR: i64 = 3_600_000;
    let hour = |record: &Numbered| {
        let moment = kept_moment(row(record).executed_at);
        moment - moment % HOUR
    };
    let confidence = |record: &Numbered| kept_confidence(row(record).confidence);
    let query = sqlx::query(PARSINGS)
        .bind(own(parsings, |(record, _)| record.client.as_str()))
        .bind(own(parsings, |(record, _)| hour(record)))
        .bind(own(parsings, |(record, _)| or_empty(row(record).environment.as_ref())))
        .bind(own(parsings, |(_, parsing)| or_empty(parsing.version.as_ref())))
        .bind(own(parsings, |(record, _)| or_empty(row(record).status.as_ref())))
        .bind(own(parsings, |(record, _)| kept_seconds(row(record).execution_time_seconds)))
        .bind(own(parsings, |(record, _)| confidence(record)))
        .bind(own(parsings, |(_, parsing)| parsing.entities))
        .bind(own(parsings, |(record, _)| confidence(record).map(tenth)));
    query.execute(writer).await.map(drop).map_err(unavailable)
}
