//! How PostgreSQL reads what the API asks for: never by going through a large table.

use std::time::Duration;

use serde_json::Value;
use sqlx::postgres::{PgConnection, PgPool};
use sqlx::query_builder::QueryBuilder;
use sqlx::{Executor, Postgres, Row as _, Transaction};
use tokio::time::sleep;
use uuid::Uuid;

use super::address::Address;
use super::scope::{in_order, reading};
use super::select::{self, List};
use super::statistics::Question;
use super::{PostgresStore, errors, open, read};
use crate::auth::{ClientId, Clients, Scope};
use crate::store::index;
use crate::store::looking::Part;
use crate::store::page::{By, Cursor, Direction, Filter, Key, Sort};
use crate::store::statistics::{Source, pieces};
use crate::store::{
    Asked, Bucket, Dimension, Fingerprint, Grouping, Kind, Outcome, PageRequest, Period, Reports,
    Selection, Store,
};

#[allow(dead_code, reason = "the collector's own tests ask more of it")]
#[path = "../../../tests/collector/database.rs"]
mod database;

use self::database::Database;

const DIRECTIONS: [Direction; 2] = [Direction::Descending, Direction::Ascending];
/// Twenty thousand records of ten clients in two months, as they are stored, with what else is kept
/// of them.
const FILL: &str = "
    INSERT INTO clients SELECT 'c' || i FROM generate_series(0, 9) AS i;
    INSERT INTO workflow_logs (seq, client_id, record_id, kind, executed_at, recorded_at, outcome,
        status, category, environment, workflow_name, workflow_version, ticket_id, provider_name,
        action_type, event_type, event_category, resource_type, resource_id, entity_type, entity_id,
        user_id, execution_time_seconds, confidence, level)
    SELECT nextval('record_seq'), 'c' || i % 10, gen_random_uuid(),
        (ARRAY['workflow', 'action', 'audit'])[1 + i % 3], 1790000000000 + i * 1000,
        now() + (i % 2) * interval '1 month', (ARRAY['ok', 'failed', 'open'])[1 + i % 3],
        'S' || i % 5, 'C' || i % 7, 'production', 'w' || i % 3, 'v' || i % 4, 'T' || i / 5,
        'p' || i % 4, 'a' || i % 6, 'e' || i % 6, 'g' || i % 3, 'r' || i % 4, 'R' || i / 9,
        'n' || i % 4, 'N' || i / 9, 'u' || i % 99, random() * 10, random(), 'METRICS_ONLY'
    FROM generate_series(1, 20000) AS i;
    INSERT INTO payloads SELECT i, 'c' || i % 10, now() + (i % 2) * interval '1 month', 2, '{}'
    FROM generate_series(1, 20000) AS i;
    INSERT INTO errors SELECT 'c' || i % 10, i % 50, 1790000000000 + i * 1000, i
    FROM generate_series(1, 20000) AS i;
    INSERT INTO rollup_groups (client_id, kind, outcome, status, category, environment,
        workflow_version, provider_name, action_type, event_type, currency, hash)
    SELECT 'c' || i % 10, 'workflow', 'ok', 'S' || i / 10, '', '', '', '', '', '', '',
        sha256(i::text::bytea)
    FROM generate_series(1, 2000) AS i;
    INSERT INTO rollups SELECT client_id, span,
        CASE span WHEN 0 THEN 0 ELSE hour * 3600000 - hour * 3600000 % span END, id,
        1, 0, 0, 0, 0, 0, 0, 0, 0, ''
    FROM rollup_groups CROSS JOIN (VALUES (3600000::bigint), (86400000), (0)) AS spans (span)
        CROSS JOIN generate_series(497222::bigint, 497232) AS hour
    ON CONFLICT DO NOTHING;
    INSERT INTO rollup_parts (client_id, bucket, group_id, records, errors, timed, seconds,
        input_tokens, output_tokens, cost, rated, confidence, durations)
    SELECT client_id, 497222 * 3600000::bigint, id, 1, 0, 0, 0, 0, 0, 0, 0, 0, ''
    FROM rollup_groups;
    INSERT INTO attempt_sums SELECT 'c' || i % 10, 3600000, (497222 + i / 10) * 3600000::bigint,
        'production', 's', 'failed', 1
    FROM generate_series(1, 3000) AS i;
    INSERT INTO sync_tickets SELECT 'c' || i % 10, 's', 'T' || i, 1, 1, 1790000000000 + i, 'failed',
        1790000000000 + i, 'production', 500, 'timeout', i
    FROM generate_series(1, 3000) AS i;
    INSERT INTO webhook_events SELECT 'c' || i % 10, 's', 'e' || i, 1790000000000 + i, 1, i,
        1790000000000 + i, 'production', 'Failed', 'h', i % 4, 1
    FROM generate_series(1, 3000) AS i;
    INSERT INTO webhook_sums SELECT 'c' || i % 10, 3600000, (497222 + i / 10) * 3600000::bigint,
        'production', 's', 'Failed', 'h', i % 4, 1, 1, 1
    FROM generate_series(1, 3000) AS i;
    INSERT INTO parsing_sums SELECT 'c' || i % 10, 3600000, (497222 + i / 10) * 3600000::bigint,
        'production', 'v1', 'success', 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    FROM generate_series(1, 3000) AS i;
    INSERT INTO record_words SELECT i, 'c' || i % 10, now() + (i % 2) * interval '1 month',
        ARRAY[i, -(i % 100)]
    FROM generate_series(1, 20000) AS i;";

/// A store with records, and what reads it.
struct Filled {
    address: Address,
    readers: PgPool,
    /// The tables that hold many rows. What is empty is read anyhow.
    large: Vec<String>,
    _database: Database,
}

/// `None` where there is no server for it.
async fn filled() -> Option<Filled> {
    let database = Database::fresh()?;
    let address = open::address(&database.address()).unwrap();
    open::migrate(&address).await.unwrap();
    let mut writer = open::writer(&address).await.unwrap();
    writer.execute(FILL).await.unwrap();
    writer.execute("RESET ROLE").await.unwrap();
    writer.execute("VACUUM ANALYZE").await.unwrap();
    let sql = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples >= 1000 \
         AND relnamespace = 'epilogue'::regnamespace";
    let large: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut writer).await.unwrap();
    assert!(large.len() >= 15, "two months of records, and sums of each sort: {large:?}");
    Some(Filled { readers: open::readers(&address), address, large, _database: database })
}

/// The steps of a statement, as PostgreSQL takes them for whatever values: what is done, with which
/// table, by what.
async fn plan(
    reading: &mut Transaction<'_, Postgres>,
    mut sql: QueryBuilder<'_, Postgres>,
) -> Vec<Value> {
    sql.build().fetch_all(&mut **reading).await.unwrap();
    let asked = "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements \
         WHERE statement = $1";
    let prepared: (String, i32) =
        sqlx::query_as(asked).bind(sql.sql()).fetch_one(&mut **reading).await.unwrap();
    explained(reading, prepared).await
}

/// The same of one that a connection keeps: its name, and how many values it takes.
async fn explained(reading: &mut PgConnection, (name, values): (String, i32)) -> Vec<Value> {
    let values = vec!["NULL"; usize::try_from(values).unwrap()];
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let explained = format!("EXPLAIN (FORMAT JSON) EXECUTE {name}{values}");
    let told = sqlx::raw_sql(&explained).fetch_one(&mut *reading).await.unwrap();
    let told: Value =
        serde_json::from_str(&told.try_get_unchecked::<String, _>(0).unwrap()).unwrap();
    let (mut steps, mut open) = (Vec::new(), vec![told[0]["Plan"].clone()]);
    while let Some(step) = open.pop() {
        open.extend(step["Plans"].as_array().into_iter().flatten().cloned());
        steps.push(step);
    }
    steps
}

fn count(steps: &[Value], name: &str) -> usize {
    steps.iter().filter(|step| step["Node Type"].as_str().unwrap().contains(name)).count()
}

/// No large table is gone through, and no index of one.
fn assert_no_scan(large: &[String], steps: &[Value], about: &str) {
    for step in steps {
        let (name, table) = (step["Node Type"].as_str(), step["Relation Name"].as_str());
        if !table.is_some_and(|table| large.iter().any(|own| own == table)) {
            continue;
        }
        // A bitmap has its condition in the step below, and says it again.
        let conditions = [&step["Index Cond"], &step["Recheck Cond"]];
        let mut names = conditions.iter().filter_map(|it| it.as_str());
        // What every index of a large table begins with.
        let asks = names.any(|it| ["client_id", "seq", "(id"].iter().any(|own| it.contains(own)));
        assert!(asks, "{about} goes through {table:?} by {name:?}: {step:#?}");
    }
}

fn scopes() -> [Scope; 2] {
    [Clients::One(ClientId::new("c1").unwrap()), Clients::All].map(Scope::of_tests)
}

/// Every filter by itself, as there are some of each in the store.
fn filters() -> Vec<Filter> {
    let none = Filter::default;
    let text = |text: &str| Some(text.to_owned());
    vec![
        none(),
        Filter { kind: Some(Kind::Audit), ..none() },
        Filter { outcome: Some(Outcome::Failed), ..none() },
        Filter { outcome: Some(Outcome::Open), ..none() },
        Filter { status: text("S1"), ..none() },
        Filter { category: text("C1"), ..none() },
        Filter { environment: text("production"), ..none() },
        Filter { workflow_name: text("w1"), ..none() },
        Filter { workflow_version: text("v1"), ..none() },
        Filter { ticket_id: text("T77"), ..none() },
        Filter { provider_name: text("p1"), ..none() },
        Filter { action_type: text("a1"), ..none() },
        Filter { event_type: text("e1"), ..none() },
        Filter { event_category: text("g1"), ..none() },
        Filter { resource_type: text("r1"), ..none() },
        Filter { resource_type: text("r1"), resource_id: text("R7"), ..none() },
        Filter { entity_type: text("n1"), ..none() },
        Filter { entity_type: text("n1"), entity_id: text("N7"), ..none() },
        Filter { user_id: text("u1"), ..none() },
        Filter { since: Some(1_790_000_100_000), until: Some(1_790_000_200_000), ..none() },
        Filter { min_duration: Some(9.5), ..none() },
        Filter { min_confidence: Some(0.5), max_confidence: Some(0.6), ..none() },
    ]
}

fn place(sort: Sort) -> Cursor {
    let key = match sort.by {
        By::Time => Key::Time(1_790_000_100_000),
        By::Duration => Key::Duration(0.55),
        By::Confidence => Key::Confidence(0.55),
        By::Stored => Key::Stored,
    };
    Cursor { direction: sort.direction, key, seq: 500 }
}

fn sorts() -> impl Iterator<Item = Sort> {
    let orders = [By::Time, By::Duration, By::Confidence].into_iter();
    orders.flat_map(|by| DIRECTIONS.map(|direction| Sort { by, direction }))
}

#[tokio::test]
async fn lists_are_read_by_an_index_in_their_order() {
    let Some(Filled { readers, large, _database, .. }) = filled().await else { return };
    for scope in scopes() {
        let mut reading = reading(&readers, &scope).await.unwrap();
        in_order(&mut reading).await.unwrap();
        // Of everybody's records the first ones of each client are sorted, and nothing else is.
        let sorted = usize::from(*scope.clients() == Clients::All);
        for filter in filters() {
            for sort in sorts() {
                let index = index::in_order(&filter, sort);
                let list = List { scope: &scope, filter: &filter, sort, index };
                let mut statements = Vec::new();
                for after in [None, Some(place(sort))] {
                    for through in [None, Some(place(sort))] {
                        statements.push(list.rows(Part { after, through, limit: 51 }));
                    }
                    statements.push(list.ahead(after, 1_000));
                }
                for sql in statements {
                    let about = format!("{filter:?} {sort:?}: {}", sql.sql());
                    let steps = plan(&mut reading, sql).await;
                    assert_no_scan(&large, &steps, &about);
                    assert_eq!(count(&steps, "Sort"), sorted, "{about}: {steps:#?}");
                    assert_eq!(count(&steps, "Bitmap"), 0, "{about}: {steps:#?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_leaves_few_records_is_read_by_its_index() {
    let Some(Filled { readers, large, _database, .. }) = filled().await else { return };
    for scope in scopes() {
        let mut reading = reading(&readers, &scope).await.unwrap();
        let sort = Sort { by: By::Duration, direction: Direction::Descending };
        for filter in filters() {
            for index in index::candidates(&filter, sort) {
                let about = format!("{filter:?} by {}", index.name);
                let counted = select::count(&scope, &filter, index, 2_001);
                assert_no_scan(&large, &plan(&mut reading, counted).await, &about);
                let list = List { scope: &scope, filter: &filter, sort, index };
                let part = Part { limit: 51, ..Part::default() };
                assert_no_scan(&large, &plan(&mut reading, list.rows(part)).await, &about);
            }
        }
    }
}

#[tokio::test]
async fn whole_records_and_errors_are_read_by_their_names() {
    let Some(Filled { readers, large, _database, .. }) = filled().await else { return };
    for scope in scopes() {
        let mut reading = reading(&readers, &scope).await.unwrap();
        let id = Uuid::now_v7();
        let words = Filter { since: Some(5), words: Some("x".to_owned()), ..Filter::default() };
        let stored = Sort { by: By::Stored, ..Sort::default() };
        for sql in [
            read::one(&scope, id),
            read::one_line(&scope, id),
            read::some("payload::text", &[1, 2, 3]),
            select::found(&scope, &words, stored, vec![1, 2, 3], 51),
        ] {
            let about = sql.sql().to_owned();
            assert_no_scan(&large, &plan(&mut reading, sql).await, &about);
        }
        in_order(&mut reading).await.unwrap();
        let error = Fingerprint::from_number(7);
        for sql in [
            errors::sighting(&scope, error),
            errors::records(&scope, error, Some(place(Sort::default())), 51),
        ] {
            let about = sql.sql().to_owned();
            assert_no_scan(&large, &plan(&mut reading, sql).await, &about);
        }
    }
}

#[tokio::test]
async fn statistics_go_through_no_record() {
    let Some(Filled { readers, large, _database, .. }) = filled().await else { return };
    let hour = 3_600_000;
    let begin = 1_790_000_000_000 - 1_790_000_000_000 % hour;
    for scope in scopes() {
        let mut reading = reading(&readers, &scope).await.unwrap();
        for (since, until) in [
            (None, None),
            (Some(begin + 5), Some(begin + 100 * hour + 7)),
            (Some(begin + 5), Some(begin + 9)),
        ] {
            for by in [vec![], vec![Dimension::Client, Dimension::Status]] {
                let selection = Selection {
                    period: Period { since, until },
                    conditions: vec![(Dimension::Status, "S1".to_owned())],
                };
                let grouping = Grouping { by, limit: 50 };
                for (over_time, coarsest) in [(false, Source::Everything), (true, Source::Hours)] {
                    let question = Question {
                        scope: &scope,
                        selection: &selection,
                        grouping: &grouping,
                        over_time,
                    };
                    let sql = question.sql(&pieces(selection.period, coarsest)).unwrap();
                    let about = format!("{selection:?} {grouping:?}: {}", sql.sql());
                    assert_no_scan(&large, &plan(&mut reading, sql).await, &about);
                }
            }
        }
    }
}

/// Asks what the store's calls ask of large tables.
async fn ask_everything(store: &PostgresStore, scope: &Scope) {
    let id = Uuid::now_v7();
    let asked = Asked {
        since: 1_790_000_000_000,
        until: 1_790_700_000_000,
        bucket: Bucket::Hour,
        environment: None,
        source: None,
    };
    let words = Filter { words: Some("refund".to_owned()), ..Filter::default() };
    for filter in [Filter::default(), words] {
        store.list(scope, &filter, &PageRequest::default()).await.unwrap();
    }
    store.record(scope, id).await.unwrap();
    store.line(scope, id).await.unwrap();
    store.sizes(scope, &[1, 2]).await.unwrap();
    store.payloads(scope, &[1, 2]).await.unwrap();
    store.sightings(scope, &[Fingerprint::from_number(7)]).await.unwrap();
    store.with_error(scope, Fingerprint::from_number(7), None, 50).await.unwrap();
    let period = Period { since: Some(asked.since), until: Some(asked.until) };
    for selection in [Selection::default(), Selection { period, ..Selection::default() }] {
        let by = Grouping { by: vec![Dimension::Status], limit: 50 };
        store.statistics(scope, &selection, &by).await.unwrap();
        let (bucket, starts) = (Bucket::Hour, [asked.since]);
        store.series(scope, &selection, &by, bucket, &starts).await.unwrap();
    }
    store.values(scope, Kind::Workflow, Dimension::Status, 50).await.unwrap();
    store.sync_report(scope, &asked).await.unwrap();
    store.webhook_report(scope, &asked).await.unwrap();
    store.parsing_report(scope, &asked).await.unwrap();
}

#[tokio::test]
async fn nothing_that_the_store_asks_goes_through_a_large_table() {
    let Some(Filled { readers, address, large, _database }) = filled().await else { return };
    readers.close().await;
    let store = PostgresStore::opened(&address, 1).0;
    let mut seen = 0;
    for scope in scopes() {
        ask_everything(&store, &scope).await;
        let mut all = Vec::new();
        for _ in 0..store.readers.size() {
            all.push(store.readers.acquire().await.unwrap());
        }
        for reading in &mut all {
            let sql = "SELECT statement, name, cardinality(parameter_types) \
                 FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%'";
            let kept: Vec<(String, String, i32)> =
                sqlx::query_as(sql).fetch_all(&mut **reading).await.unwrap();
            for (statement, name, values) in kept {
                let steps = explained(reading, (name, values)).await;
                assert_no_scan(&large, &steps, &statement);
                seen += 1;
            }
        }
    }
    assert!(seen >= 30, "{seen} statements");
    store.close().await;
}

#[tokio::test]
async fn words_are_found_by_their_index() {
    let Some(Filled { address, _database, .. }) = filled().await else { return };
    let mut owner = open::connect(&address).await.unwrap();
    for scope in scopes() {
        let before = reads_of_words(&mut owner).await;
        let readers = open::readers(&address);
        let mut reading = reading(&readers, &scope).await.unwrap();
        let sql = "SELECT count(*) FROM found_words(ARRAY[500::bigint, 0], 0, 20000, true, 50)";
        let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *reading).await.unwrap();
        assert_eq!(found, i64::from(*scope.clients() == Clients::All));
        reading.commit().await.unwrap();
        // PostgreSQL tells what a connection has done when that ends.
        readers.close().await;
        let mut after = reads_of_words(&mut owner).await;
        for _ in 0..1_000 {
            if after.1 > before.1 {
                break;
            }
            sleep(Duration::from_millis(10)).await;
            after = reads_of_words(&mut owner).await;
        }
        assert!(after.1 > before.1, "the index was not used");
        assert_eq!(after.0, before.0, "a table was gone through");
    }
}

/// How often the tables of words were gone through, and how often their index was looked into.
async fn reads_of_words(owner: &mut PgConnection) -> (i64, i64) {
    let sql = "SELECT (SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables \
         WHERE relname LIKE 'record_words%'), (SELECT sum(idx_scan)::bigint \
         FROM pg_stat_user_indexes WHERE indexrelname LIKE 'record_words%words_idx')";
    sqlx::query_as(sql).fetch_one(owner).await.unwrap()
}
