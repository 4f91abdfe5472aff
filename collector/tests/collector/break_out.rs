//! PostgreSQL itself keeps clients apart: whoever holds one of its roles sees no more by any way.

use std::path::Path;

use epilogue_collector::store::{
    self, Attempt, AttemptStatus, Detail, Entry, Fingerprint, Kind, Lost, Outcome, Parsing,
    Row as Line, Webhook,
};
use epilogue_collector::{ClientId, KeyScope, Operator, create_key};
use sqlx::postgres::PgConnection;
use sqlx::{Executor, Row};
use uuid::Uuid;

use crate::database::Database;

/// What belongs to a client, and which column says to whom.
const SHOWN: [(&str, &str); 24] = [
    ("workflow_logs", "client_id"),
    ("payloads", "client_id"),
    ("clients", "client_id"),
    ("errors", "client_id"),
    ("producer_losses", "client_id"),
    ("rollup_groups", "client_id"),
    ("rollups", "client_id"),
    ("rollup_parts", "client_id"),
    ("sync_attempts", "client_id"),
    ("attempt_sums", "client_id"),
    ("attempt_parts", "client_id"),
    ("sync_tickets", "client_id"),
    ("webhook_events", "client_id"),
    ("webhook_sums", "client_id"),
    ("webhook_parts", "client_id"),
    ("parsing_sums", "client_id"),
    ("parsing_parts", "client_id"),
    ("action_logs", "tenant_id"),
    ("audit_logs", "tenant_id"),
    ("email_activity_log", "tenant_id"),
    ("email_timeline", "tenant_id"),
    ("task_sync_log", "tenant_id"),
    ("telegram_webhook_event", "tenant_id"),
    ("nlp_parsing_log", "tenant_id"),
];
/// What is nobody's to read.
const HIDDEN: [&str; 14] = [
    "api_keys",
    "users",
    "sessions",
    "recovery_codes",
    "login_attempts",
    "key_uses",
    "counters",
    "record_words",
    "unindexed",
    "workflow_logs_others",
    "payloads_others",
    "record_words_others",
    "secrets",
    "schema_version",
];
/// The code of what may not be done.
const DENIED: &str = "42501";

/// A database with records of two clients, of every kind.
async fn filled() -> Option<Database> {
    let database = Database::fresh()?;
    let store = store::open(Some(&database.address()), Path::new("")).await.unwrap();
    let auth = epilogue_collector::Auth::new(std::sync::Arc::clone(&store), None);
    for client in ["a", "b"] {
        let (name, operator) = (ClientId::new(client).unwrap(), Operator::at_the_command_line());
        let key = create_key(store.as_ref(), &operator, name, KeyScope::Ingest).await.unwrap();
        let rights = auth.ingest(Some(key.reveal().as_bytes())).await.unwrap();
        let entries = Kind::ALL.map(|kind| {
            let entity = if kind == Kind::WebhookEvent { "webhook_event" } else { "email" };
            let row = Line {
                provider_name: Some("telegram".to_owned()),
                entity_type: Some(entity.to_owned()),
                entity_id: Some(format!("secret-of-{client}")),
                ..Line::new(Uuid::now_v7(), kind, 1_790_000_000_000, Outcome::Failed)
            };
            let errors = vec![Fingerprint::of("Error", "secret")];
            let lost = Lost {
                instance: format!("secret-of-{client}"),
                records: [("expired".to_owned(), 1)].into(),
            };
            Entry {
                errors,
                lost: Some(lost),
                detail: detail(kind),
                ..Entry::new(row, format!("{{\"secret\": \"of {client}\"}}"))
            }
        });
        store.append(rights, entries.to_vec()).await.unwrap();
    }
    store.close().await;
    Some(database)
}

/// What the kinds have that more is kept of.
fn detail(kind: Kind) -> Option<Detail> {
    match kind {
        Kind::TaskSync => Some(Detail::Sync(vec![Attempt {
            attempted_at: 1_790_000_000_000,
            status: AttemptStatus::Failed,
            http_status: Some(503),
            error: Some("secret".to_owned()),
        }])),
        Kind::WebhookEvent => Some(Detail::Webhook(Webhook::default())),
        Kind::NlpParsing => Some(Detail::Parsing(Parsing::default())),
        _ => None,
    }
}

/// What a statement gives, as text; the code where it is refused.
async fn asked(connection: &mut PgConnection, sql: &str) -> Result<Vec<String>, String> {
    let rows = sqlx::query(sql).fetch_all(connection).await;
    let rows = rows.map_err(|error| {
        let error = error.as_database_error().expect("an answer of the database");
        error.code().unwrap_or_default().into_owned()
    })?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn begin(connection: &mut PgConnection, setting: &str) {
    connection.execute("BEGIN").await.unwrap();
    if !setting.is_empty() {
        connection.execute(format!("SET LOCAL {setting}").as_str()).await.unwrap();
    }
}

async fn end(connection: &mut PgConnection) {
    connection.execute("ROLLBACK").await.unwrap();
}

/// Whose rows a table or view shows.
async fn clients(connection: &mut PgConnection, table: &str, column: &str) -> Vec<String> {
    let sql = format!("SELECT DISTINCT {column} FROM {table} ORDER BY 1");
    asked(connection, &sql).await.unwrap()
}

#[tokio::test]
async fn a_reader_sees_the_clients_that_its_transaction_names() {
    let Some(database) = filled().await else { return };
    let mut reader = database.connect_in("epilogue_reader").await;
    let mut seen = Vec::new();
    for (table, column) in SHOWN {
        begin(&mut reader, "").await;
        assert_eq!(clients(&mut reader, table, column).await, [""; 0], "{table}");
        end(&mut reader).await;
        begin(&mut reader, "epilogue.client = 'a'").await;
        let own = clients(&mut reader, table, column).await;
        assert!(own.is_empty() || own == ["a"], "{table}: {own:?}");
        end(&mut reader).await;
        begin(&mut reader, "epilogue.everyone = 'on'").await;
        let all = clients(&mut reader, table, column).await;
        if all.contains(&"b".to_owned()) {
            seen.push(table.replace("_parts", "_sums").replace("rollup_sums", "rollups"));
        }
        end(&mut reader).await;
        // What was named is forgotten with its transaction.
        assert_eq!(clients(&mut reader, table, column).await, [""; 0], "{table}");
    }
    // What shows nothing to anybody proves nothing. Sums may be folded by now, or not yet.
    for (table, _) in SHOWN.iter().filter(|(table, _)| !table.ends_with("_parts")) {
        assert!(seen.iter().any(|own| own == table), "{table} holds nothing: {seen:?}");
    }
}

#[tokio::test]
async fn a_reader_finds_no_way_around() {
    let Some(database) = filled().await else { return };
    let mut reader = database.connect_in("epilogue_reader").await;
    for (table, column) in SHOWN {
        for setting in [
            "epilogue.client = 'a', b'",
            "epilogue.client = 'a\u{0}'",
            "epilogue.everyone = 'true'",
        ] {
            // A name that is nearly right is another one.
            begin(&mut reader, "").await;
            if reader.execute(format!("SET LOCAL {setting}").as_str()).await.is_ok() {
                assert_eq!(clients(&mut reader, table, column).await, [""; 0], "{table} {setting}");
            }
            end(&mut reader).await;
        }
        begin(&mut reader, "epilogue.client = 'a'").await;
        // Of what this is told of, nothing comes out; it is told of what may be seen alone.
        let spy = format!(
            "CREATE FUNCTION pg_temp.spy(whose text) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql \
             AS $$ BEGIN IF whose <> 'a' THEN RAISE EXCEPTION 'seen: %', whose; END IF; \
             RETURN true; END $$; \
             DO $do$ BEGIN PERFORM FROM {table} WHERE pg_temp.spy({column}); \
             PERFORM 1 / (CASE WHEN {column} = 'a' THEN 1 ELSE 0 END) FROM {table}; END $do$"
        );
        reader.execute(spy.as_str()).await.unwrap_or_else(|error| panic!("{table}: {error}"));
        // Whoever turns the rules off is shown nothing rather than all.
        reader.execute("SET LOCAL row_security = off").await.unwrap();
        let sql = format!("SELECT {column} FROM {table}");
        assert_eq!(asked(&mut reader, &sql).await, Err(DENIED.to_owned()), "{table}");
        end(&mut reader).await;
    }
    for table in HIDDEN {
        let sql = format!("SELECT 'x' FROM {table}");
        assert_eq!(asked(&mut reader, &sql).await, Err(DENIED.to_owned()), "{table}");
    }
    let sql = "SELECT tablename::text FROM pg_stats WHERE schemaname = 'epilogue'";
    assert_eq!(asked(&mut reader, sql).await.unwrap(), [""; 0], "not by its statistics");
}

#[tokio::test]
async fn words_are_found_where_they_may_be_seen() {
    let Some(database) = filled().await else { return };
    // What an index would hold, of everything: the same words of both clients.
    let sql = "INSERT INTO epilogue.record_words (seq, client_id, recorded_at, words) \
         SELECT seq, client_id, recorded_at, ARRAY[7, 8]::bigint[] FROM epilogue.workflow_logs \
         ON CONFLICT DO NOTHING";
    database.connect().await.execute("DELETE FROM epilogue.record_words").await.unwrap();
    database.connect().await.execute(sql).await.unwrap();
    let mut reader = database.connect_in("epilogue_reader").await;
    let found =
        "SELECT count(*)::text FROM found_words(ARRAY[7]::bigint[], 0, 1000000, true, 1000)";
    for (setting, expected) in
        [("", "0"), ("epilogue.client = 'a'", "7"), ("epilogue.client = 'nobody'", "0")]
    {
        begin(&mut reader, setting).await;
        assert_eq!(asked(&mut reader, found).await.unwrap(), [expected], "{setting}");
        end(&mut reader).await;
    }
}

#[tokio::test]
async fn a_reader_changes_nothing() {
    let Some(database) = filled().await else { return };
    let mut reader = database.connect_in("epilogue_reader").await;
    let tables = SHOWN.iter().filter(|(_, column)| *column == "client_id");
    let tables = tables.map(|(table, _)| *table);
    for table in tables.chain(HIDDEN) {
        for sql in [
            format!("INSERT INTO {table} DEFAULT VALUES"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("CREATE POLICY mine ON {table} USING (true)"),
            format!("DROP TABLE {table}"),
        ] {
            begin(&mut reader, "epilogue.everyone = 'on'").await;
            assert_eq!(asked(&mut reader, &sql).await, Err(DENIED.to_owned()), "{sql}");
            end(&mut reader).await;
        }
    }
    for sql in [
        "SET ROLE epilogue_writer",
        "SET ROLE epilogue_owner",
        "CREATE TABLE epilogue.mine ()",
        "SELECT epilogue.make_month('payloads', now())::text",
        "SELECT nextval('epilogue.record_seq')::text",
        "ALTER ROLE epilogue_reader BYPASSRLS",
    ] {
        assert_eq!(asked(&mut reader, sql).await, Err(DENIED.to_owned()), "{sql}");
    }
    let sql = "SELECT relname::text FROM pg_class WHERE relowner = 'epilogue_reader'::regrole \
         UNION ALL SELECT rolname::text FROM pg_roles \
         WHERE rolname LIKE 'epilogue_%er' AND (rolbypassrls OR rolsuper)";
    assert_eq!(asked(&mut reader, sql).await.unwrap(), [""; 0], "it owns nothing");
}

#[tokio::test]
async fn a_writer_reads_no_record() {
    let Some(database) = filled().await else { return };
    let mut writer = database.connect_in("epilogue_writer").await;
    for sql in [
        "SELECT payload::text FROM payloads",
        "SELECT status FROM workflow_logs",
        "SELECT entity_id FROM workflow_logs",
        "SELECT tenant_id FROM action_logs",
        "SELECT 'x' FROM errors",
        "SELECT error FROM sync_attempts",
        "UPDATE workflow_logs SET outcome = 'ok'",
        "UPDATE payloads SET payload = '{}'",
        "DELETE FROM workflow_logs",
        "DELETE FROM payloads",
        "DELETE FROM users",
        "DELETE FROM api_keys",
        "INSERT INTO payloads VALUES (1, 'a', now(), 2, '{}') RETURNING payload::text",
        "SELECT 'x' FROM found_words(ARRAY[7]::bigint[], 0, 1000000, true, 1000)",
        "SET ROLE epilogue_reader",
        "SET ROLE epilogue_owner",
    ] {
        begin(&mut writer, "epilogue.everyone = 'on'").await;
        assert_eq!(asked(&mut writer, sql).await, Err(DENIED.to_owned()), "{sql}");
        end(&mut writer).await;
    }
}

#[tokio::test]
async fn the_owner_of_the_tables_sees_nothing() {
    let Some(database) = filled().await else { return };
    let mut owner = database.connect_in("epilogue_owner").await;
    for (table, column) in SHOWN {
        begin(&mut owner, "epilogue.everyone = 'on'").await;
        assert_eq!(clients(&mut owner, table, column).await, [""; 0], "{table}");
        end(&mut owner).await;
    }
    for table in ["workflow_logs_others", "payloads_others", "api_keys", "users"] {
        assert_eq!(clients(&mut owner, table, "client_id").await, [""; 0], "{table}");
    }
}
