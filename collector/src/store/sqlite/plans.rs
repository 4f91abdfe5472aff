//! How SQLite reads lists: by an index, and without sorting but where that is meant.

use sqlx::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqlitePool};
use uuid::Uuid;

use super::select::{self, List, Origin};
use super::{errors, open, read, words};
use crate::auth::{ClientId, Clients, Scope};
use crate::store::looking::Part;
use crate::store::page::{By, Cursor, Direction, Filter, Key, Sort};
use crate::store::{Fingerprint, Kind, Outcome, index};

const DIRECTIONS: [Direction; 2] = [Direction::Descending, Direction::Ascending];

/// The steps of a statement, as SQLite tells them.
async fn plan(readers: &SqlitePool, sql: QueryBuilder<'_, Sqlite>) -> String {
    let explained = format!("EXPLAIN QUERY PLAN {}", sql.sql());
    let steps: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(&explained).fetch_all(readers).await.unwrap();
    steps.into_iter().map(|(.., step)| step + "\n").collect()
}

/// Every filter by itself, with the column that its index begins with, where it has one.
fn filters() -> Vec<(Option<&'static str>, Filter)> {
    let none = Filter::default;
    let text = || Some("x".to_owned());
    vec![
        (None, none()),
        (Some("kind"), Filter { kind: Some(Kind::Audit), ..none() }),
        (Some("by_failure"), Filter { outcome: Some(Outcome::Failed), ..none() }),
        (None, Filter { outcome: Some(Outcome::Open), ..none() }),
        (Some("status"), Filter { status: text(), ..none() }),
        (Some("category"), Filter { category: text(), ..none() }),
        (Some("environment"), Filter { environment: text(), ..none() }),
        (None, Filter { workflow_name: text(), ..none() }),
        (Some("workflow_version"), Filter { workflow_version: text(), ..none() }),
        (Some("ticket_id"), Filter { ticket_id: text(), ..none() }),
        (Some("provider_name"), Filter { provider_name: text(), ..none() }),
        (Some("action_type"), Filter { action_type: text(), ..none() }),
        (Some("event_type"), Filter { event_type: text(), ..none() }),
        (None, Filter { event_category: text(), ..none() }),
        (None, Filter { resource_type: text(), ..none() }),
        (
            Some("resource_type=? AND resource_id"),
            Filter { resource_type: text(), resource_id: text(), ..none() },
        ),
        (None, Filter { entity_type: text(), ..none() }),
        (
            Some("entity_type=? AND entity_id"),
            Filter { entity_type: text(), entity_id: text(), ..none() },
        ),
        (Some("user_id"), Filter { user_id: text(), ..none() }),
        (None, Filter { since: Some(1), ..none() }),
        (None, Filter { since: Some(1), until: Some(9), ..none() }),
        (None, Filter { min_duration: Some(0.5), ..none() }),
        (None, Filter { min_confidence: Some(0.5), max_confidence: Some(0.6), ..none() }),
    ]
}

fn place(sort: Sort) -> Cursor {
    let key = match sort.by {
        By::Time => Key::Time(5),
        By::Duration => Key::Duration(0.55),
        By::Confidence => Key::Confidence(0.55),
        By::Stored => Key::Stored,
    };
    Cursor { direction: sort.direction, key, seq: 5 }
}

/// Every statement of a list that is read in its own order.
fn statements<'a>(list: &List<'a>) -> Vec<QueryBuilder<'a, Sqlite>> {
    let mut statements = Vec::new();
    for after in [None, Some(place(list.sort))] {
        for through in [None, Some(place(list.sort))] {
            statements.push(list.rows(Part { after, through, limit: 51 }));
        }
        statements.push(list.ahead(after, 1_000));
    }
    statements
}

#[tokio::test]
async fn every_list_of_a_client_is_read_by_an_index_in_its_order() {
    let (readers, _place) = opened().await;
    let scope = Scope::of_tests(Clients::One(ClientId::collector()));
    for (column, filter) in filters() {
        for (by, column) in [
            (By::Time, column.unwrap_or("by_time")),
            (By::Duration, "by_duration"),
            (By::Confidence, "by_confidence"),
        ] {
            for sort in DIRECTIONS.map(|direction| Sort { by, direction }) {
                let origin = Origin::Index(index::in_order(&filter, sort));
                let list = List { scope: &scope, filter: &filter, sort, origin };
                for sql in statements(&list) {
                    let plan = plan(&readers, sql).await;
                    assert!(plan.contains(column), "{filter:?} {sort:?}: {plan}");
                    assert!(plan.contains("(client_id=?"), "{filter:?} {sort:?}: {plan}");
                    assert!(!plan.contains("SCAN"), "{filter:?} {sort:?}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{filter:?} {sort:?}: {plan}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_page_begins_at_its_place() {
    let (readers, _place) = opened().await;
    let scope = Scope::of_tests(Clients::One(ClientId::collector()));
    for (_, filter) in filters() {
        for by in [By::Time, By::Duration, By::Confidence] {
            for sort in DIRECTIONS.map(|direction| Sort { by, direction }) {
                let origin = Origin::Index(index::in_order(&filter, sort));
                let list = List { scope: &scope, filter: &filter, sort, origin };
                let part = Part { after: Some(place(sort)), through: None, limit: 51 };
                let plan = plan(&readers, list.rows(part)).await;
                // With the number: else all records of one moment would be gone through.
                assert!(plan.contains(",rowid)"), "{filter:?} {sort:?}: {plan}");
            }
        }
    }
}

/// Of everybody's records the first ones of each client are sorted, then the page, and nothing else
/// is.
#[tokio::test]
async fn lists_of_everybody_merge_those_of_each() {
    let (readers, _place) = opened().await;
    let scope = Scope::of_tests(Clients::All);
    for (_, filter) in filters() {
        for by in [By::Time, By::Duration, By::Confidence] {
            let sort = Sort { by, direction: Direction::Descending };
            let origin = Origin::Index(index::in_order(&filter, sort));
            let list = List { scope: &scope, filter: &filter, sort, origin };
            for sql in statements(&list) {
                let plan = plan(&readers, sql).await;
                assert!(plan.contains("SEARCH log USING"), "{filter:?}: {plan}");
                assert_eq!(plan.matches("TEMP B-TREE").count(), 2, "{filter:?}: {plan}");
                assert!(plan.contains("SEARCH whole USING INTEGER PRIMARY KEY"), "{plan}");
                assert!(plan.trim_end().ends_with("TEMP B-TREE FOR ORDER BY"), "{plan}");
            }
        }
    }
}

#[tokio::test]
async fn words_are_read_in_the_order_of_storing() {
    let (readers, _place) = opened().await;
    for clients in [Clients::All, Clients::One(ClientId::collector())] {
        let scope = Scope::of_tests(clients);
        for (_, filter) in filters() {
            for direction in DIRECTIONS {
                let origin = Origin::Words(words::expression(&scope, &filter, "x"));
                let sort = Sort { by: By::Stored, direction };
                let list = List { scope: &scope, filter: &filter, sort, origin };
                for sql in statements(&list) {
                    let plan = plan(&readers, sql).await;
                    assert!(plan.contains("VIRTUAL TABLE INDEX"), "{filter:?}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
                }
            }
        }
    }
}

/// What leaves few records is sorted, and counted before by its index alone.
#[tokio::test]
async fn few_records_are_counted_by_an_index_alone() {
    let (readers, _place) = opened().await;
    let scope = Scope::of_tests(Clients::One(ClientId::collector()));
    let sort = Sort { by: By::Duration, direction: Direction::Descending };
    for (_, filter) in filters() {
        for index in index::candidates(&filter, sort) {
            let origin = Origin::Index(index);
            let list = List { scope: &scope, filter: &filter, sort, origin };
            let counted = plan(&readers, select::count(&scope, &filter, index, 2_001)).await;
            let expected = format!("USING COVERING INDEX {}", index.name);
            assert!(counted.contains(&expected), "{filter:?}: {counted}");
            if !list.is_in_order() {
                let part = Part { limit: 51, ..Part::default() };
                let sorted = plan(&readers, list.rows(part)).await;
                assert!(sorted.contains(index.name), "{filter:?}: {sorted}");
                assert!(sorted.contains("USE TEMP B-TREE FOR ORDER BY"), "{filter:?}: {sorted}");
            }
        }
    }
}

/// Whatever the scope, only the rows that are named are touched.
#[tokio::test]
async fn whole_records_are_read_by_their_names() {
    let (readers, _place) = opened().await;
    for clients in [Clients::All, Clients::One(ClientId::collector())] {
        let scope = Scope::of_tests(clients);
        let by_id = plan(&readers, read::one(&scope, Uuid::nil())).await;
        assert!(by_id.contains("by_record (client_id=? AND record_id=?)"), "{by_id}");
        let line = plan(&readers, read::one_line(&scope, Uuid::nil())).await;
        assert!(line.contains("by_record (client_id=? AND record_id=?)"), "{line}");
        let by_seq = plan(&readers, read::some("payload", &scope, &[1, 2])).await;
        assert!(by_seq.contains("workflow_logs USING INTEGER PRIMARY KEY"), "{by_seq}");
        for plan in [by_id, by_seq] {
            assert!(plan.contains("payloads USING INTEGER PRIMARY KEY"), "{plan}");
            assert!(!plan.contains("SCAN workflow_logs"), "{plan}");
        }
    }
}

#[tokio::test]
async fn errors_are_found_by_their_index() {
    let (readers, _place) = opened().await;
    let error = Fingerprint::of("a", "b");
    let place = Some(place(Sort::default()));
    for clients in [Clients::All, Clients::One(ClientId::collector())] {
        let is_one = matches!(clients, Clients::One(_));
        let scope = Scope::of_tests(clients);
        let sighting = plan(&readers, errors::sighting(&scope, error)).await;
        let records = plan(&readers, errors::records(&scope, error, place, 9)).await;
        // What is sorted in the end are the rows of a page.
        assert!(!is_one || !sighting.contains("TEMP B-TREE"), "{sighting}");
        for plan in [sighting, records] {
            let by_index = "errors USING PRIMARY KEY (client_id=? AND fingerprint=?";
            assert!(plan.contains(by_index), "{plan}");
            assert!(!plan.contains("SCAN errors") && !plan.contains("SCAN log"), "{plan}");
        }
    }
}

async fn opened() -> (SqlitePool, tempfile::TempDir) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("x.db");
    for connection in [open::writer(&path).await, open::indexer(&path).await] {
        drop(connection.unwrap());
    }
    (open::readers(&path, true).await.unwrap(), place)
}
