//! A person with a SQL shell asks what such systems are asked, and the tables answer.

use crate::server::{Server, record_with};
use epilogue_collector::KeyScope;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Column, ConnectOptions, Row};

/// A record of this kind; its own fields lie under the kind's name.
fn of_kind(kind: &str, status: &str, own: &Value, more: &Value) -> Value {
    let mut fields = json!({"kind": kind, "status": status, kind: own});
    for (name, value) in more.as_object().unwrap() {
        fields[name] = value.clone();
    }
    if status.is_empty() {
        fields["status"] = Value::Null;
    }
    record_with("demo", &fields)
}

fn action(action_type: &str, provider: &str, status: &str, took: u32) -> Value {
    let own = json!({"action_type": action_type, "provider_name": provider,
        "execution_time_ms": took, "error_message": "no answer"});
    let now = humantime::format_rfc3339_millis(std::time::SystemTime::now()).to_string();
    let more = json!({"execution_time_seconds": null, "executed_at": now,
        "trace": {"request_payload": {"x": 1}}, "level": "FULL_TRACE"});
    of_kind("action", status, &own, &more)
}

fn email(event: &str, second: u32) -> Value {
    let own = json!({"entity_type": "email", "entity_id": "m-1", "event_type": event,
        "event_category": "system", "facts": {"classification": "INVOICE", "confidence": 0.9}});
    let at = format!("2026-01-31T12:00:{second:02}.000Z");
    let more = json!({"executed_at": at, "metrics": null, "level": "FULL_TRACE",
        "trace": {"description": "an email", "metadata": {"size": 7}}});
    of_kind("activity", "", &own, &more)
}

fn webhook(status: &str) -> Value {
    let own = json!({"event_id": "e-1", "source": "telegram", "update_id": 42, "retry_count": 1});
    of_kind("webhook_event", status, &own, &json!({}))
}

/// What has the same id as the webhook's event, and is no state of it.
fn not_of_the_webhook() -> [Value; 2] {
    let of_another = json!({"event_id": "e-1", "source": "whatsapp"});
    let later = json!({"entity_type": "webhook_event", "entity_id": "e-1", "event_type": "read"});
    [
        of_kind("webhook_event", "Failed", &of_another, &json!({})),
        of_kind("activity", "", &later, &json!({})),
    ]
}

async fn shell() -> (Server, SqliteConnection) {
    let server = Server::embedded().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let [whatsapp, read] = not_of_the_webhook();
    let records = json!([
        record_with("demo", &json!({})),
        record_with("demo", &json!({"status": "ESCALATED"})),
        record_with("demo", &json!({"status": "CRASHED"})),
        action("crm_create", "hubspot", "success", 100),
        action("crm_create", "hubspot", "failure", 300),
        action("email_send", "ses", "timeout", 5_000),
        of_kind(
            "audit",
            "success",
            &json!({"user_id": "u-1", "action": "update",
            "resource_type": "rule", "resource_id": "r-1", "changed_fields": ["name"]}),
            &json!({"trace": {"changes": {"before": {"name": 1}, "after": {"name": 2}}}})
        ),
        email("fetched", 1),
        email("classified", 4),
        email("error", 9),
        of_kind(
            "task_sync",
            "Partial",
            &json!({"external_ticket_id": "T-1",
            "source_system": "jira", "sync_direction": "Import", "related_doc": "Issue-7"}),
            &json!({})
        ),
        webhook("Pending"),
        webhook("Completed"),
        whatsapp,
        read,
        of_kind(
            "nlp_parsing",
            "Success",
            &json!({"source_document": "d-1",
            "parser_version": "2", "processing_time_ms": 12, "confidence_score": 0.7}),
            &json!({"metrics": null})
        ),
    ]);
    let (status, answer) = server.post(&key, records.to_string()).await;
    assert_eq!((status.as_u16(), &answer["accepted"]), (200, &json!(16)), "{answer}");
    let file = server.directory().join("epilogue.db");
    let shell = SqliteConnectOptions::new().filename(file).read_only(true).connect().await;
    (server, shell.unwrap())
}

/// What the shell prints: a line a row, with its values one beside the other.
async fn printed(shell: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let sql = format!("SELECT * FROM ({sql})");
    let rows = sqlx::query(&sql).fetch_all(shell).await.unwrap();
    let value = |row: &sqlx::sqlite::SqliteRow, at: usize| {
        let text = row.try_get_unchecked::<Option<String>, _>(at).unwrap();
        text.unwrap_or_else(|| "-".to_owned())
    };
    let line = |row| (0..Row::len(row)).map(|at| value(row, at)).collect::<Vec<_>>().join(" ");
    rows.iter().map(line).collect()
}

#[tokio::test]
async fn the_usual_questions_have_answers() {
    let (_server, mut shell) = shell().await;
    for (question, sql, answer) in [
        (
            "counts by type, with the last occurrence",
            "SELECT event_type, count(*), max(created_at) FROM email_activity_log \
             GROUP BY event_type ORDER BY event_type",
            &[
                "classified 1 2026-01-31T12:00:04.000Z",
                "error 1 2026-01-31T12:00:09.000Z",
                "fetched 1 2026-01-31T12:00:01.000Z",
            ][..],
        ),
        (
            "failures of the last 24 hours",
            "SELECT action_type, status, error_message FROM action_logs \
             WHERE outcome = 'failed' AND created_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 day') \
             ORDER BY action_type",
            &["crm_create failure no answer", "email_send timeout no answer"],
        ),
        (
            "average time by provider",
            "SELECT provider_name, avg(execution_time_ms) FROM action_logs \
             GROUP BY provider_name ORDER BY provider_name",
            &["hubspot 200.0", "ses 5000.0"],
        ),
        (
            "slowest operations",
            "SELECT action_type, execution_time_ms FROM action_logs \
             ORDER BY execution_time_ms DESC LIMIT 2",
            &["email_send 5000.0", "crm_create 300.0"],
        ),
        (
            "activity of a user",
            "SELECT action, resource_type, resource_id, changed_fields, before, after \
             FROM audit_logs WHERE user_id = 'u-1'",
            &[r#"update rule r-1 ["name"] {"name":1} {"name":2}"#],
        ),
        (
            "one email's timeline",
            "SELECT step, event_type, seconds_since_previous, classification, description \
             FROM email_timeline WHERE email_id = 'm-1' ORDER BY step",
            &[
                "1 fetched - INVOICE an email",
                "2 classified 3.0 INVOICE an email",
                "3 error 5.0 INVOICE an email",
            ],
        ),
        (
            "common errors",
            "SELECT error_message, count(*) FROM action_logs WHERE outcome = 'failed' \
             GROUP BY error_message ORDER BY count(*) DESC LIMIT 5",
            &["no answer 2"],
        ),
        (
            "workflow success rate",
            "SELECT 100.0 * sum(outcome = 'ok') / sum(outcome IN ('ok', 'failed')) \
             FROM workflow_logs WHERE kind = 'workflow'",
            &["50.0"],
        ),
        (
            "what could not be synchronised",
            "SELECT external_ticket_id, sync_status, related_erpnext_doc, last_sync_timestamp \
             FROM task_sync_log WHERE outcome <> 'ok'",
            &["T-1 Partial Issue-7 2026-01-31T12:00:00.000Z"],
        ),
        (
            "what became of a webhook's event",
            "SELECT event_id, telegram_update_id, processing_status, retry_count \
             FROM telegram_webhook_event",
            &["e-1 42 Completed 1"],
        ),
        (
            "how sure the parser was",
            "SELECT source_document, parsing_status, processing_time_ms, confidence_score \
             FROM nlp_parsing_log",
            &["d-1 Success 1500.0 0.7"],
        ),
    ] {
        assert_eq!(printed(&mut shell, sql).await, answer, "{question}");
    }
}

#[tokio::test]
async fn the_tables_have_the_names_that_such_tables_have() {
    let (_server, mut shell) = shell().await;
    for (table, columns) in [
        ("action_logs", "id tenant_id created_at action_type provider_name metadata"),
        ("audit_logs", "id tenant_id created_at user_id resource_type resource_id metadata"),
        (
            "email_activity_log",
            "id tenant_id created_at email_id event_type event_category metadata",
        ),
        ("email_timeline", "id tenant_id created_at email_id event_type event_category"),
        ("task_sync_log", "id tenant_id last_sync_timestamp related_erpnext_doc"),
        ("telegram_webhook_event", "id tenant_id telegram_update_id processing_status"),
        ("nlp_parsing_log", "id tenant_id created_at parsed_entities"),
        ("workflow_logs", "client_id ticket_id executed_at status category metrics"),
    ] {
        let sql = format!("SELECT * FROM {table} LIMIT 1");
        let row = sqlx::query(&sql).fetch_one(&mut shell).await.unwrap();
        let names: Vec<_> = row.columns().iter().map(Column::name).collect();
        for column in columns.split(' ') {
            assert!(names.contains(&column), "{table} has no {column}");
        }
    }
}

#[tokio::test]
async fn the_sums_are_those_of_the_rows() {
    let (_server, mut shell) = shell().await;
    let rows = "SELECT kind, outcome, count(*), sum(coalesce(error_count, 0)), \
         count(execution_time_seconds), round(sum(coalesce(execution_time_seconds, 0)), 6), \
         count(confidence) FROM workflow_logs GROUP BY kind, outcome ORDER BY kind, outcome";
    let expected = printed(&mut shell, rows).await;
    for span in [0, 3_600_000, 86_400_000] {
        let sums = format!(
            "SELECT kind, outcome, sum(records), sum(errors), sum(timed), round(sum(seconds), 6), \
             sum(rated) FROM rollups JOIN rollup_groups ON id = group_id WHERE span = {span} \
             GROUP BY kind, outcome ORDER BY kind, outcome"
        );
        assert_eq!(printed(&mut shell, &sums).await, expected, "of the span {span}");
    }
}
