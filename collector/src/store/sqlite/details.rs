//! Keeping what single kinds have beside the row, in the transaction that stores the records.
//!
//! Attempts and events have rows of their own, from which triggers keep sums
//! (`migrations/0007_kinds.sql`); parsed texts are added to sums at once.

use sqlx::sqlite::SqliteConnection;

use super::statement::{SqliteQuery, Statements};
use crate::store::detail::{
    entity, kept_confidence, kept_moment, kept_seconds, or_empty, tenth, turns,
};
use crate::store::entry::Numbered;
use crate::store::{Attempt, Detail, Parsing, Webhook};

const HOUR: i64 = 3_600_000;
const SPANS: [i64; 2] = [HOUR, 24 * HOUR];

const ATTEMPT: [&str; 10] = [
    "client_id",
    "attempted_at",
    "source",
    "ticket",
    "turn",
    "environment",
    "status",
    "http_status",
    "error",
    "seq",
];
const EVENT: [&str; 12] = [
    "client_id",
    "source",
    "event_id",
    "received_at",
    "records",
    "seq",
    "recorded_at",
    "environment",
    "status",
    "handler",
    "retries",
    "seconds",
];
/// An event is as the newest of its records tells it, in whatever order they come.
const EVENT_IS_THERE: &str = "ON CONFLICT DO UPDATE SET \
     records = records + 1, \
     received_at = min(received_at, excluded.received_at), \
     seq = iif(excluded.recorded_at >= recorded_at, excluded.seq, seq), \
     environment = iif(excluded.recorded_at >= recorded_at, excluded.environment, environment), \
     status = iif(excluded.recorded_at >= recorded_at, excluded.status, status), \
     handler = iif(excluded.recorded_at >= recorded_at, excluded.handler, handler), \
     retries = iif(excluded.recorded_at >= recorded_at, excluded.retries, retries), \
     seconds = iif(excluded.recorded_at >= recorded_at, excluded.seconds, seconds), \
     recorded_at = max(recorded_at, excluded.recorded_at)";
const PARSING: [&str; 25] = [
    "client_id",
    "span",
    "bucket",
    "environment",
    "version",
    "status",
    "records",
    "timed",
    "seconds",
    "least",
    "most",
    "rated",
    "confidence",
    "counted",
    "entities",
    "tenth_0",
    "tenth_1",
    "tenth_2",
    "tenth_3",
    "tenth_4",
    "tenth_5",
    "tenth_6",
    "tenth_7",
    "tenth_8",
    "tenth_9",
];
const PARSING_IS_THERE: &str = "ON CONFLICT DO UPDATE SET \
     records = records + 1, \
     timed = timed + excluded.timed, \
     seconds = seconds + excluded.seconds, \
     least = min(coalesce(least, excluded.least), coalesce(excluded.least, least)), \
     most = max(coalesce(most, excluded.most), coalesce(excluded.most, most)), \
     rated = rated + excluded.rated, \
     confidence = confidence + excluded.confidence, \
     counted = counted + excluded.counted, \
     entities = entities + excluded.entities, \
     tenth_0 = tenth_0 + excluded.tenth_0, \
     tenth_1 = tenth_1 + excluded.tenth_1, \
     tenth_2 = tenth_2 + excluded.tenth_2, \
     tenth_3 = tenth_3 + excluded.tenth_3, \
     tenth_4 = tenth_4 + excluded.tenth_4, \
     tenth_5 = tenth_5 + excluded.tenth_5, \
     tenth_6 = tenth_6 + excluded.tenth_6, \
     tenth_7 = tenth_7 + excluded.tenth_7, \
     tenth_8 = tenth_8 + excluded.tenth_8, \
     tenth_9 = tenth_9 + excluded.tenth_9";

/// The statements, written once.
#[derive(Debug)]
pub(super) struct Details {
    attempts: Statements,
    events: Statements,
    parsings: Statements,
}

impl Details {
    pub(super) fn new() -> Self {
        let ending =
            |table, columns: &[&str], end| Statements::ending("INSERT INTO", table, columns, end);
        Self {
            attempts: ending("sync_attempts", &ATTEMPT, "ON CONFLICT DO NOTHING"),
            events: ending("webhook_events", &EVENT, EVENT_IS_THERE),
            parsings: ending("parsing_sums", &PARSING, PARSING_IS_THERE),
        }
    }

    /// Keeps what new records have.
    pub(super) async fn add(
        &self,
        writer: &mut SqliteConnection,
        records: &[Numbered],
    ) -> Result<(), sqlx::Error> {
        let (mut attempts, mut events, mut parsings) = (Vec::new(), Vec::new(), Vec::new());
        for record in records {
            match &record.entry.detail {
                None => {}
                Some(Detail::Sync(own)) => attempts.extend(turns(record, own)),
                Some(Detail::Webhook(own)) => events.push((record, own)),
                Some(Detail::Parsing(own)) => {
                    parsings.extend(SPANS.map(|span| (record, own, span)));
                }
            }
        }
        self.attempts.run(writer, &attempts, bind_attempt).await?;
        self.events.run(writer, &events, bind_event).await?;
        self.parsings.run(writer, &parsings, bind_parsing).await.map(drop)
    }
}

fn bind_attempt<'q>(
    query: SqliteQuery<'q>,
    (record, attempt, turn): &'q (&'q Numbered, &'q Attempt, i64),
) -> SqliteQuery<'q> {
    let row = &record.entry.row;
    query
        .bind(record.client.as_str())
        .bind(kept_moment(attempt.attempted_at))
        .bind(or_empty(row.provider_name.as_ref()))
        .bind(entity(record))
        .bind(*turn)
        .bind(or_empty(row.environment.as_ref()))
        .bind(attempt.status.as_str())
        .bind(attempt.http_status)
        .bind(attempt.error.as_deref())
        .bind(record.seq)
}

fn bind_event<'q>(
    query: SqliteQuery<'q>,
    (record, event): &'q (&'q Numbered, &'q Webhook),
) -> SqliteQuery<'q> {
    let row = &record.entry.row;
    query
        .bind(record.client.as_str())
        .bind(or_empty(row.provider_name.as_ref()))
        .bind(entity(record))
        .bind(kept_moment(event.received_at.unwrap_or(row.executed_at)))
        .bind(1)
        .bind(record.seq)
        .bind(row.recorded_at())
        .bind(or_empty(row.environment.as_ref()))
        .bind(or_empty(row.status.as_ref()))
        .bind(or_empty(event.handler.as_ref()))
        .bind(event.retries.max(0))
        .bind(kept_seconds(row.execution_time_seconds))
}

fn bind_parsing<'q>(
    query: SqliteQuery<'q>,
    (record, parsing, span): &'q (&'q Numbered, &'q Parsing, i64),
) -> SqliteQuery<'q> {
    let row = &record.entry.row;
    let moment = kept_moment(row.executed_at);
    let seconds = kept_seconds(row.execution_time_seconds);
    let confidence = kept_confidence(row.confidence);
    let query = query
        .bind(record.client.as_str())
        .bind(*span)
        .bind(moment - moment % span)
        .bind(or_empty(row.environment.as_ref()))
        .bind(or_empty(parsing.version.as_ref()))
        .bind(or_empty(row.status.as_ref()))
        .bind(1)
        .bind(i64::from(seconds.is_some()))
        .bind(seconds.unwrap_or_default())
        .bind(seconds)
        .bind(seconds)
        .bind(i64::from(confidence.is_some()))
        .bind(confidence.unwrap_or_default())
        .bind(i64::from(parsing.entities.is_some()))
        .bind(parsing.entities.unwrap_or_default());
    (0..10).fold(query, |query, own| query.bind(i64::from(confidence.map(tenth) == Some(own))))
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, Executor, Row as _};
    use uuid::Builder;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::sqlite::insert::Insertion;
    use crate::store::{AttemptStatus, Entry, Kind, Outcome, Row};

    const TABLES: [&str; 5] =
        ["sync_attempts", "attempt_sums", "sync_tickets", "webhook_events", "parsing_sums"];

    /// A record with what its payload tells, as ingest takes it from there.
    fn record(seq: i64, kind: Kind, status: &str, own: &str, detail: Detail) -> Numbered {
        let outcome = if status == "Failed" { Outcome::Failed } else { Outcome::Ok };
        let made = 1_000_000 + seq.unsigned_abs();
        let id = Builder::from_unix_timestamp_millis(made, &[7; 10]).into_uuid();
        let row = Row {
            status: Some(status.to_owned()),
            provider_name: Some("s".to_owned()),
            entity_id: (seq % 2 == 0).then(|| "e".to_owned()),
            execution_time_seconds: Some(0.5 * seq as f64),
            confidence: Some(0.1 * seq as f64),
            ..Row::new(id, kind, 90_000_000 + seq, outcome)
        };
        let payload = format!("{{\"{}\": {own}}}", kind.as_str());
        let client = ClientId::new("a").unwrap();
        Numbered { seq, client, entry: Entry { detail: Some(detail), ..Entry::new(row, payload) } }
    }

    fn records() -> Vec<Numbered> {
        let attempt = |attempted_at, status, error: Option<&str>| Attempt {
            attempted_at,
            status,
            http_status: error.map(|_| 503),
            error: error.map(str::to_owned),
        };
        let webhook = |received_at, handler: &str, retries| {
            let handler = (!handler.is_empty()).then(|| handler.to_owned());
            Detail::Webhook(Webhook { received_at, handler, retries })
        };
        let tried = r#"{"attempts": [
            {"attempt_timestamp": "1970-01-02T00:00:00.250Z", "attempt_status": "Failed",
             "http_status_code": 503, "error_log": "no"},
            {"attempt_timestamp": "1970-01-02T00:00:00.250Z", "attempt_status": "Timeout"},
            {"attempt_timestamp": "1970-01-02T00:00:01Z", "attempt_status": "Success"},
            {"attempt_status": "Success"}, 5]}"#;
        let attempts = vec![
            attempt(86_400_250, AttemptStatus::Failed, Some("no")),
            attempt(86_400_250, AttemptStatus::Timeout, None),
            attempt(86_401_000, AttemptStatus::Success, None),
        ];
        let bare = Attempt {
            error: Some("why".to_owned()),
            ..attempt(90_000_003, AttemptStatus::Failed, None)
        };
        let event = r#"{"received_at": "1970-01-02T00:00:00.500Z", "handler_function": "h",
            "retry_count": 12}"#;
        let parsing = |version: &str, entities| {
            let version = (!version.is_empty()).then(|| version.to_owned());
            Detail::Parsing(Parsing { version, entities })
        };
        vec![
            record(2, Kind::TaskSync, "Success", tried, Detail::Sync(attempts)),
            record(
                3,
                Kind::TaskSync,
                "Failed",
                r#"{"last_sync_message": "why"}"#,
                Detail::Sync(vec![bare]),
            ),
            record(4, Kind::WebhookEvent, "Pending", "{}", webhook(None, "", 0)),
            record(6, Kind::WebhookEvent, "Completed", event, webhook(Some(86_400_500), "h", 12)),
            record(7, Kind::WebhookEvent, "Failed", "{}", webhook(None, "", 0)),
            record(
                8,
                Kind::NlpParsing,
                "Success",
                r#"{"parser_version": "2", "entity_counts": {"A": 2, "B": -1, "C": "x", "D": 3}}"#,
                parsing("2", Some(5)),
            ),
            record(10, Kind::NlpParsing, "Success", "{}", parsing("", None)),
            record(12, Kind::NlpParsing, "Failed", r#"{"parser_version": 3}"#, parsing("", None)),
        ]
    }

    async fn file(steps: &[&str]) -> SqliteConnection {
        let mut writer = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        for step in steps {
            writer.execute(*step).await.unwrap();
        }
        writer
    }

    async fn dump(writer: &mut SqliteConnection, table: &str) -> Vec<String> {
        let sql = format!("SELECT json_array(t.*) FROM {table} AS t");
        // SQLite has no way to name all columns in a call, so they are asked for first.
        let columns = format!("SELECT group_concat(name) FROM pragma_table_info('{table}')");
        let columns: String = sqlx::query_scalar(&columns).fetch_one(&mut *writer).await.unwrap();
        let sql = sql.replace("t.*", &columns);
        let rows = sqlx::query(&sql).fetch_all(writer).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    const RECORDS: &str = include_str!("migrations/0001_records.sql");
    const KINDS: &str = include_str!("migrations/0007_kinds.sql");

    #[tokio::test]
    async fn records_that_were_there_before_count_like_those_that_come() {
        let (mut before, mut after) = (file(&[RECORDS]).await, file(&[RECORDS, KINDS]).await);
        let (records, insertion) = (records(), Insertion::new());
        for writer in [&mut before, &mut after] {
            insertion.rows(writer, &records).await.unwrap();
            insertion.payloads(writer, &records).await.unwrap();
        }
        before.execute(KINDS).await.unwrap();
        Details::new().add(&mut after, &records).await.unwrap();
        for table in TABLES {
            let told = dump(&mut after, table).await;
            assert!(!told.is_empty(), "{table}");
            assert_eq!(dump(&mut before, table).await, told, "{table}");
        }
        let sums = "SELECT sum(events) FROM webhook_sums WHERE span = 3600000";
        for writer in [&mut before, &mut after] {
            let events: i64 = sqlx::query_scalar(sums).fetch_one(writer).await.unwrap();
            assert_eq!(events, 2, "an event of two records, and one without an id");
        }
    }
}
