//! What every store promises; a new one adds a line at the end and passes all of it.

mod errors;
mod lists;
mod logins;
mod people;
mod reports;
mod statistics;
mod transfers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use epilogue_collector::store::{
    self, By, Direction, Entry, Filter, Kind, Outcome, PageRequest, Row, Sort, Store, StoreError,
    Stored,
};
use epilogue_collector::{
    Auth, COLLECTOR_CLIENT, ClientId, Holder, Ingest, KeyScope, Operator, Scope, create_first_keys,
    create_key, revoke_key,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::Database;

use self::errors::{a_line_is_told_within_the_scope, an_error_is_told_by_how_often_it_was_seen};
use self::lists::{
    each_filter_holds_in_each_order, filters_hold_together, the_rare_is_found_among_the_many,
    what_a_reader_does_is_told_of_while_its_key_stands, whole_records_are_given_within_the_scope,
};
use self::logins::{
    a_login_holds_for_the_account_that_was_looked_at, what_comes_too_late_uses_nothing_up,
    what_is_not_done_forgets_no_failure,
};
use self::people::{
    a_name_is_given_once, a_reset_lets_in_whoever_has_to_wait, a_second_factor_is_good_once,
    a_session_is_over_at_its_time, attempts_are_counted_by_name, uses_of_keys_add_up,
    what_a_session_gives_ends_with_it,
};
use self::reports::{
    absurd_details_do_no_harm, an_attempt_counts_once_whoever_tells_of_it,
    an_event_is_as_its_newest_record_tells, parsed_texts_are_summed_up,
};
use self::statistics::{
    a_series_is_that_of_the_records, absurd_numbers_do_no_harm,
    statistics_are_those_of_the_records, statistics_stay_in_the_scope,
    values_are_those_that_the_scope_has,
};

use self::transfers::{
    a_stretch_is_taken_once_and_in_its_order, what_belongs_to_people_is_given_and_taken,
};

type Shared = Arc<dyn Store>;

async fn key(store: &Shared, client: &str, scope: KeyScope) -> String {
    let client = ClientId::new(client).unwrap();
    let operator = Operator::at_the_command_line();
    create_key(store.as_ref(), &operator, client, scope).await.unwrap().reveal().to_owned()
}

async fn writer(store: &Shared, client: &str) -> Ingest {
    let key = key(store, client, KeyScope::Ingest).await;
    Auth::new(Arc::clone(store), None).ingest(Some(key.as_bytes())).await.unwrap()
}

async fn reader(store: &Shared, client: &str, scope: KeyScope) -> Scope {
    let key = key(store, client, scope).await;
    Auth::new(Arc::clone(store), None).read(Some(key.as_bytes())).await.unwrap()
}

/// The number of the key that gave this right.
fn number(scope: &Scope) -> i64 {
    match scope.holder() {
        Holder::Key(key) => *key,
        Holder::Session { .. } => panic!("a session has no key"),
    }
}

fn entry(executed_at: i64) -> Entry {
    let row = Row {
        status: Some("SUCCESS".to_owned()),
        level: "METRICS_ONLY".to_owned(),
        execution_time_seconds: Some(1.5),
        ..Row::new(Uuid::now_v7(), Kind::Workflow, executed_at, Outcome::Ok)
    };
    let payload = format!("{{\"record_id\":\"{}\"}}", row.record_id);
    Entry::new(row, payload)
}

/// What a record says: stores may write it in their own way.
fn value(payload: &str) -> Value {
    serde_json::from_str(payload).unwrap()
}

/// All ids that a scope sees, in pages of this size.
async fn ids(store: &Shared, scope: &Scope, limit: usize) -> Vec<Uuid> {
    let filter = Filter { kind: Some(Kind::Workflow), ..Filter::default() };
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .list(scope, &filter, &PageRequest { after, limit, ..PageRequest::default() })
            .await
            .unwrap();
        ids.extend(page.items.iter().map(|item| item.row.record_id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

async fn a_record_is_new_once(store: Shared) {
    let rights = writer(&store, "a").await;
    let (one, other) = (entry(1), entry(2));
    let stored = store.append(rights.clone(), vec![one.clone(), other, one.clone()]).await;
    assert_eq!(stored.unwrap(), [Stored::New, Stored::New, Stored::Duplicate]);
    let mut changed = one.clone();
    "{}".clone_into(&mut changed.payload);
    let again = store.append(rights, vec![changed, entry(3)]).await;
    assert_eq!(again.unwrap(), [Stored::Duplicate, Stored::New]);
    let scope = reader(&store, "a", KeyScope::Read).await;
    let whole = store.record(&scope, one.row.record_id).await.unwrap();
    assert_eq!(value(&whole.unwrap()), value(&one.payload));
}

async fn clients_may_use_one_id(store: Shared) {
    let shared = entry(1);
    for client in ["a", "b"] {
        let own = Entry { payload: format!("{{\"of\":\"{client}\"}}"), ..shared.clone() };
        let stored = store.append(writer(&store, client).await, vec![own]).await;
        assert_eq!(stored.unwrap(), [Stored::New]);
    }
    for (client, scope, shown) in
        [("a", KeyScope::Read, "a"), ("b", KeyScope::Read, "b"), ("p", KeyScope::Provider, "b")]
    {
        let scope = reader(&store, client, scope).await;
        let whole = store.record(&scope, shared.row.record_id).await.unwrap();
        assert_eq!(value(&whole.unwrap()), json!({"of": shown}), "for {client}");
    }
    let all = reader(&store, "p", KeyScope::Provider).await;
    assert_eq!(ids(&store, &all, 10).await, [shared.row.record_id; 2]);
}

async fn keys_are_told_in_the_order_of_their_making(store: Shared) {
    let operator = Operator::at_the_command_line();
    let revoked = writer(&store, "a").await.key();
    let kept = number(&reader(&store, "b", KeyScope::Provider).await);
    revoke_key(store.as_ref(), &operator, revoked).await.unwrap();
    let keys = store.keys(&operator).await.unwrap();
    let told: Vec<_> = keys
        .iter()
        .map(|key| (key.id, key.client.as_str(), key.scope, key.revoked_at.is_some()))
        .collect();
    assert_eq!(
        told,
        [(revoked, "a", KeyScope::Ingest, true), (kept, "b", KeyScope::Provider, false)]
    );
}

async fn the_first_keys_are_made_once(store: Shared) {
    let (operator, client) = (Operator::server(), ClientId::new("a").unwrap());
    let make = async || {
        let scopes = [KeyScope::Ingest, KeyScope::Read];
        create_first_keys(store.as_ref(), &operator, &client, scopes).await.unwrap()
    };
    let (one, other, third) = tokio::join!(make(), make(), make());
    let mut all: Vec<_> = [one, other, third].into_iter().flatten().collect();
    let [ingest, read] = all.pop().expect("somebody makes them");
    assert!(all.is_empty(), "and nobody else");
    assert_eq!(store.keys(&operator).await.unwrap().len(), 2);
    let auth = Auth::new(Arc::clone(&store), None);
    let rights = auth.ingest(Some(ingest.reveal().as_bytes())).await.unwrap();
    assert!(auth.read(Some(read.reveal().as_bytes())).await.is_ok());
    revoke_key(store.as_ref(), &operator, rights.key()).await.unwrap();
    assert!(make().await.is_none(), "a key that was revoked was there all the same");
    let all = reader(&store, COLLECTOR_CLIENT, KeyScope::Read).await;
    let filter = Filter { action_type: Some("create".to_owned()), ..Filter::default() };
    let page = PageRequest { limit: 10, ..PageRequest::default() };
    assert_eq!(store.list(&all, &filter, &page).await.unwrap().items.len(), 3);
}

/// Words are indexed a moment after the commit.
async fn words_are_found_by_when_they_were_stored(store: Shared) {
    let mut stored = Vec::new();
    for (at, client) in [(9, "a"), (5, "b"), (7, "a"), (1, "b")] {
        let mut own = entry(at);
        own.payload = format!("{{\"text\":\"Grüße number{at}\",\"order\":4711}}");
        stored.push((client, own.row.record_id));
        store.append(writer(&store, client).await, vec![own]).await.unwrap();
    }
    for (client, scope, words) in [
        (None, KeyScope::Provider, "4711"),
        (Some("a"), KeyScope::Read, "grüße 4711"),
        (Some("b"), KeyScope::Read, "GRÜßE"),
    ] {
        let scope = reader(&store, client.unwrap_or("p"), scope).await;
        let own = stored.iter().filter(|(whose, _)| client.is_none_or(|client| client == *whose));
        let mut expected: Vec<_> = own.map(|(_, id)| *id).collect();
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = Sort { by: By::Stored, direction };
            let filter = Filter { words: Some(words.to_owned()), ..Filter::default() };
            let found = async {
                while found(&store, &scope, &filter, sort).await != expected {
                    tokio::task::yield_now().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), found).await.expect(words);
            expected.reverse();
        }
        let none = Filter { words: Some("number5 number9".to_owned()), ..Filter::default() };
        assert!(found(&store, &scope, &none, Sort::default()).await.is_empty());
    }
}

/// The ids of a list, in pages of one.
async fn found(store: &Shared, scope: &Scope, filter: &Filter, sort: Sort) -> Vec<Uuid> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let page = store.list(scope, filter, &PageRequest { sort, after, limit: 1 }).await.unwrap();
        ids.extend(page.items.iter().map(|item| item.row.record_id));
        after = page.next;
        if after.is_none() {
            return ids;
        }
    }
}

async fn a_scope_sees_its_own(store: Shared) {
    let (mine, theirs) = (entry(1), entry(2));
    store.append(writer(&store, "a").await, vec![mine.clone()]).await.unwrap();
    store.append(writer(&store, "b").await, vec![theirs.clone()]).await.unwrap();
    let own = reader(&store, "a", KeyScope::Read).await;
    let all = reader(&store, "p", KeyScope::Provider).await;
    assert_eq!(ids(&store, &own, 10).await, [mine.row.record_id]);
    assert_eq!(ids(&store, &all, 10).await, [theirs.row.record_id, mine.row.record_id]);
    assert_eq!(store.record(&own, theirs.row.record_id).await.unwrap(), None);
    assert!(store.record(&all, theirs.row.record_id).await.unwrap().is_some());
}

async fn pages_join_to_the_whole(store: Shared) {
    // Several of each moment, and two clients: neither may lose a record between two pages.
    let mut stored = Vec::new();
    for client in ["a", "b"] {
        let entries: Vec<_> = (0..20).map(|at| entry(at / 4)).collect();
        stored.extend(entries.iter().map(|entry| (entry.row.executed_at, entry.row.record_id)));
        store.append(writer(&store, client).await, entries).await.unwrap();
    }
    // Of one moment they stand as they were stored: backwards, as all the list does.
    stored.sort_by_key(|(at, _)| *at);
    let newest_first: Vec<_> = stored.into_iter().rev().map(|(_, id)| id).collect();
    for limit in [1, 3, 7, 40] {
        let all = reader(&store, "p", KeyScope::Provider).await;
        let seen = ids(&store, &all, limit).await;
        assert_eq!(seen, newest_first, "in pages of {limit}");
    }
}

async fn a_revoked_key_stores_nothing(store: Shared) {
    let rights = writer(&store, "a").await;
    let operator = Operator::at_the_command_line();
    assert!(revoke_key(store.as_ref(), &operator, rights.key()).await.unwrap());
    assert!(!revoke_key(store.as_ref(), &operator, rights.key()).await.unwrap());
    let refused = store.append(rights, vec![entry(1)]).await;
    assert_eq!(refused, Err(StoreError::Revoked));
    let other = writer(&store, "a").await;
    assert_eq!(store.append(other, vec![entry(1)]).await.unwrap(), [Stored::New]);
}

async fn acts_are_recorded(store: Shared) {
    let rights = writer(&store, "a").await;
    let operator = Operator::at_the_command_line();
    revoke_key(store.as_ref(), &operator, rights.key()).await.unwrap();
    let scope = reader(&store, COLLECTOR_CLIENT, KeyScope::Read).await;
    let filter = Filter { kind: Some(Kind::Audit), ..Filter::default() };
    let page = PageRequest { limit: 10, ..PageRequest::default() };
    let page = store.list(&scope, &filter, &page).await.unwrap();
    let acts: Vec<_> = page.items.iter().map(|item| item.row.action_type.as_deref()).collect();
    // The newest is the making of the key that reads here.
    assert_eq!(acts, [Some("create"), Some("revoke"), Some("create")]);
}

async fn many_at_once_are_all_stored(store: Shared) {
    let rights = writer(&store, "a").await;
    let appending: Vec<_> = (0..50)
        .map(|at| {
            let (store, rights) = (Arc::clone(&store), rights.clone());
            tokio::spawn(async move { store.append(rights, vec![entry(at); 2]).await })
        })
        .collect();
    for one in appending {
        assert_eq!(one.await.unwrap().unwrap(), [Stored::New, Stored::Duplicate]);
    }
    let scope = reader(&store, "a", KeyScope::Read).await;
    assert_eq!(ids(&store, &scope, 100).await.len(), 50);
}

async fn a_closed_store_takes_nothing(store: Shared) {
    let rights = writer(&store, "a").await;
    store.close().await;
    assert_eq!(store.append(rights, vec![entry(1)]).await, Err(StoreError::Closed));
}

/// A test of each promise, for stores that this opens anew each time, where it can.
macro_rules! keeps_its_promises {
    ($name:ident, $open:expr, $($promise:ident),* $(,)?) => {
        mod $name {
            $(
                #[tokio::test]
                async fn $promise() {
                    if let Some((store, _place)) = $open.await {
                        super::$promise(store).await;
                    }
                }
            )*
        }
    };
    ($name:ident, $open:expr) => {
        keeps_its_promises!(
            $name,
            $open,
            a_record_is_new_once,
            clients_may_use_one_id,
            keys_are_told_in_the_order_of_their_making,
            the_first_keys_are_made_once,
            words_are_found_by_when_they_were_stored,
            a_scope_sees_its_own,
            pages_join_to_the_whole,
            a_revoked_key_stores_nothing,
            acts_are_recorded,
            many_at_once_are_all_stored,
            a_closed_store_takes_nothing,
            each_filter_holds_in_each_order,
            filters_hold_together,
            the_rare_is_found_among_the_many,
            whole_records_are_given_within_the_scope,
            what_a_reader_does_is_told_of_while_its_key_stands,
            a_line_is_told_within_the_scope,
            an_error_is_told_by_how_often_it_was_seen,
            statistics_are_those_of_the_records,
            a_series_is_that_of_the_records,
            statistics_stay_in_the_scope,
            values_are_those_that_the_scope_has,
            absurd_numbers_do_no_harm,
            a_name_is_given_once,
            what_a_session_gives_ends_with_it,
            a_session_is_over_at_its_time,
            a_second_factor_is_good_once,
            attempts_are_counted_by_name,
            a_reset_lets_in_whoever_has_to_wait,
            a_login_holds_for_the_account_that_was_looked_at,
            what_comes_too_late_uses_nothing_up,
            what_is_not_done_forgets_no_failure,
            uses_of_keys_add_up,
            an_attempt_counts_once_whoever_tells_of_it,
            an_event_is_as_its_newest_record_tells,
            parsed_texts_are_summed_up,
            absurd_details_do_no_harm,
            a_stretch_is_taken_once_and_in_its_order,
            what_belongs_to_people_is_given_and_taken,
        );
    };
}

/// A store in a directory that goes with the test.
async fn in_a_directory() -> Option<(Shared, tempfile::TempDir)> {
    let place = tempfile::tempdir().unwrap();
    Some((store::open(None, place.path()).await.unwrap(), place))
}

/// A store in a database that goes with the test, where there is a server for it.
async fn in_a_database() -> Option<(Shared, Database)> {
    let place = Database::fresh()?;
    let store = store::open(Some(&place.address()), Path::new("")).await.unwrap();
    Some((store, place))
}

keeps_its_promises!(sqlite, super::in_a_directory());
keeps_its_promises!(postgres, super::in_a_database());
