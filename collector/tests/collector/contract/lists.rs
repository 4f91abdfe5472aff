//! What every store promises of lists: that each filter holds, that each order is kept over all
//! pages, and that nobody sees another's.

use epilogue_collector::store::{
    By, Direction, Entry, Filter, Kind, Listed, Outcome, PageRequest, Row, Sort,
};
use epilogue_collector::{COLLECTOR_CLIENT, ClientId, KeyScope, Scope, revoke_key};
use epilogue_collector::{Operator, store::StoreError};
use uuid::Uuid;

use super::{Shared, number, reader, writer};

/// A record that differs from its neighbours in everything, where it has it.
fn varied(at: usize) -> Entry {
    let text = |name: &str, every: usize| (at % every != 0).then(|| format!("{name}{}", at % 3));
    let number = |every: usize| (at % every != 0).then(|| (at % 7) as f64 / 8.0);
    let outcome = [Outcome::Ok, Outcome::Failed, Outcome::Open][at % 3];
    let executed_at = 1_000 + i64::try_from(at / 3).unwrap();
    let row = Row {
        status: text("status", 5),
        category: text("category", 4),
        environment: text("environment", 9),
        workflow_name: text("workflow", 5),
        workflow_version: text("version", 6),
        ticket_id: text("ticket", 4),
        provider_name: text("provider", 7),
        action_type: text("action", 8),
        event_type: text("event", 5),
        event_category: text("group", 7),
        resource_type: text("type", 4),
        resource_id: text("resource", 4),
        entity_type: text("type", 6),
        entity_id: text("entity", 6),
        user_id: text("user", 5),
        execution_time_seconds: number(4),
        confidence: number(5),
        level: "METRICS_ONLY".to_owned(),
        ..Row::new(Uuid::now_v7(), Kind::ALL[at % 7], executed_at, outcome)
    };
    let payload = format!("{{\"record_id\":\"{}\"}}", row.record_id);
    Entry::new(row, payload)
}

/// Two clients' records, and who may see which of them.
struct Shelf {
    store: Shared,
    /// In the order of their storing.
    rows: Vec<(ClientId, Row)>,
    readers: Vec<(Scope, Vec<ClientId>)>,
}

impl Shelf {
    async fn filled(store: Shared) -> Self {
        let [a, b] = ["a", "b"].map(|name| ClientId::new(name).unwrap());
        let mut rows = Vec::new();
        for (client, count) in [(&a, 60), (&b, 25)] {
            let entries: Vec<_> = (0..count).map(varied).collect();
            rows.extend(entries.iter().map(|entry| (client.clone(), entry.row.clone())));
            store.append(writer(&store, client.as_str()).await, entries).await.unwrap();
        }
        let own = reader(&store, "a", KeyScope::Read).await;
        let all = reader(&store, "p", KeyScope::Provider).await;
        let narrowed = all.narrowed(&b).unwrap();
        let readers = vec![(own, vec![a.clone()]), (all, vec![a, b.clone()]), (narrowed, vec![b])];
        Self { store, rows, readers }
    }

    /// What a list has to be.
    fn expected(&self, whose: &[ClientId], holds: &dyn Fn(&Row) -> bool, sort: Sort) -> Vec<Uuid> {
        let mut rows: Vec<_> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, (client, row))| whose.contains(client) && holds(row))
            .filter_map(|(seq, (_, row))| Some((key(row, sort.by)?, seq, row.record_id)))
            .collect();
        rows.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        if sort.direction == Direction::Descending {
            rows.reverse();
        }
        rows.into_iter().map(|(.., id)| id).collect()
    }

    /// The pages of a list, joined; the collector's own records are of no concern.
    async fn listed(&self, scope: &Scope, filter: &Filter, sort: Sort, limit: usize) -> Vec<Uuid> {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let request = PageRequest { sort, after, limit };
            let page = self.store.list(scope, filter, &request).await.unwrap();
            assert!(page.items.len() <= limit);
            let own = page.items.iter().filter(|item| item.client.as_str() != COLLECTOR_CLIENT);
            ids.extend(own.map(|item| item.row.record_id));
            after = page.next;
            if after.is_none() {
                return ids;
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "small times are exact")]
fn key(row: &Row, by: By) -> Option<f64> {
    match by {
        By::Time | By::Stored => Some(row.executed_at as f64),
        By::Duration => row.execution_time_seconds,
        By::Confidence => row.confidence,
    }
}

fn sorts() -> impl Iterator<Item = Sort> {
    [By::Time, By::Duration, By::Confidence].into_iter().flat_map(|by| {
        [Direction::Descending, Direction::Ascending].map(|direction| Sort { by, direction })
    })
}

/// A filter, and whether a row passes it.
type Case = (Filter, Box<dyn Fn(&Row) -> bool>);

macro_rules! texts {
    ($($field:ident = $text:literal),* $(,)?) => {
        vec![$((
            Filter { $field: Some($text.to_owned()), ..Filter::default() },
            Box::new(|row: &Row| row.$field.as_deref() == Some($text)) as Box<dyn Fn(&Row) -> bool>,
        )),*]
    };
}

fn cases() -> Vec<Case> {
    let none = Filter::default;
    let mut cases: Vec<Case> = texts! {
        status = "status1", category = "category2", environment = "environment1",
        workflow_name = "workflow1", workflow_version = "version2", ticket_id = "ticket1",
        provider_name = "provider1", action_type = "action2", event_type = "event1",
        event_category = "group2",
        resource_type = "type1", resource_id = "resource1", entity_type = "type2",
        entity_id = "entity2", user_id = "user1",
    };
    cases.push((none(), Box::new(|_| true)));
    for kind in Kind::ALL {
        cases.push((Filter { kind: Some(kind), ..none() }, Box::new(move |row| row.kind == kind)));
    }
    for outcome in [Outcome::Ok, Outcome::Failed, Outcome::Open] {
        cases.push((
            Filter { outcome: Some(outcome), ..none() },
            Box::new(move |row| row.outcome == outcome),
        ));
    }
    cases.push((
        Filter { since: Some(1_005), until: Some(1_009), ..none() },
        Box::new(|row| (1_005..1_009).contains(&row.executed_at)),
    ));
    cases.push((
        Filter { min_duration: Some(0.25), max_duration: Some(0.5), ..none() },
        Box::new(|row| row.execution_time_seconds.is_some_and(|it| (0.25..=0.5).contains(&it))),
    ));
    cases.push((
        Filter { min_confidence: Some(0.5), max_confidence: Some(0.625), ..none() },
        Box::new(|row| row.confidence.is_some_and(|it| (0.5..=0.625).contains(&it))),
    ));
    cases
}

pub(super) async fn each_filter_holds_in_each_order(store: Shared) {
    let shelf = Shelf::filled(store).await;
    for (filter, holds) in cases() {
        for sort in sorts() {
            for (scope, whose) in &shelf.readers {
                let listed = shelf.listed(scope, &filter, sort, 4).await;
                // The collector's own records have none of the texts, but kinds, outcomes, times.
                let expected = shelf.expected(whose, &*holds, sort);
                assert_eq!(listed, expected, "{filter:?} {sort:?} {whose:?}");
            }
        }
    }
}

pub(super) async fn filters_hold_together(store: Shared) {
    let shelf = Shelf::filled(store).await;
    let whole = PageRequest { limit: 1_000, ..PageRequest::default() };
    let (scope, _) = &shelf.readers[0];
    let rows: Vec<_> = shelf.store.list(scope, &Filter::default(), &whole).await.unwrap().items;
    for Listed { row, .. } in rows {
        // All that a record has finds the record, and nothing that differs from it in any way.
        let filter = Filter {
            kind: Some(row.kind),
            outcome: Some(row.outcome),
            status: row.status.clone(),
            category: row.category.clone(),
            environment: row.environment.clone(),
            workflow_name: row.workflow_name.clone(),
            workflow_version: row.workflow_version.clone(),
            ticket_id: row.ticket_id.clone(),
            provider_name: row.provider_name.clone(),
            action_type: row.action_type.clone(),
            event_type: row.event_type.clone(),
            event_category: row.event_category.clone(),
            resource_type: row.resource_type.clone(),
            resource_id: row.resource_id.clone(),
            entity_type: row.entity_type.clone(),
            entity_id: row.entity_id.clone(),
            user_id: row.user_id.clone(),
            since: Some(row.executed_at),
            until: Some(row.executed_at + 1),
            min_duration: row.execution_time_seconds,
            max_duration: row.execution_time_seconds,
            min_confidence: row.confidence,
            max_confidence: row.confidence,
            words: None,
        };
        for sort in sorts() {
            let expected = key(&row, sort.by).map(|_| row.record_id);
            let listed = shelf.listed(scope, &filter, sort, 4).await;
            assert_eq!(listed, Vec::from_iter(expected), "{filter:?} {sort:?}");
        }
    }
}

/// What few records hold is found among many, whatever the order.
pub(super) async fn the_rare_is_found_among_the_many(store: Shared) {
    let rights = writer(&store, "a").await;
    let mut expected = Vec::new();
    for group in 0..3_i32 {
        let entries: Vec<_> = (0..2_000_i32)
            .map(|at| {
                // All of one moment: their numbers alone tell them apart.
                let row = Row {
                    execution_time_seconds: Some(f64::from(at % 50)),
                    workflow_name: (at % 700 == 3).then(|| "rare".to_owned()),
                    ..Row::new(Uuid::now_v7(), Kind::Workflow, 5, Outcome::Ok)
                };
                if row.workflow_name.is_some() {
                    expected.push((row.execution_time_seconds, group, at, row.record_id));
                }
                Entry::new(row, "{}".to_owned())
            })
            .collect();
        store.append(rights.clone(), entries).await.unwrap();
    }
    let scope = reader(&store, "a", KeyScope::Read).await;
    let shelf = Shelf { store, rows: Vec::new(), readers: Vec::new() };
    let rare = Filter { workflow_name: Some("rare".to_owned()), ..Filter::default() };
    let by_time = shelf.listed(&scope, &rare, Sort::default(), 2).await;
    assert!(by_time.iter().rev().eq(expected.iter().map(|(.., id)| id)), "in pages of 2");
    expected.sort_by(|one, other| one.0.partial_cmp(&other.0).unwrap());
    let sort = Sort { by: By::Duration, direction: Direction::Ascending };
    let by_duration = shelf.listed(&scope, &rare, sort, 2).await;
    assert!(by_duration.iter().eq(expected.iter().map(|(.., id)| id)), "by duration");
}

pub(super) async fn whole_records_are_given_within_the_scope(store: Shared) {
    let shelf = Shelf::filled(store).await;
    let (all, _) = &shelf.readers[1];
    let whole = PageRequest { limit: 1_000, ..PageRequest::default() };
    let items = shelf.store.list(all, &Filter::default(), &whole).await.unwrap().items;
    let mut seqs: Vec<_> = items.iter().map(|item| item.seq).collect();
    seqs.push(i64::MAX);
    for (scope, whose) in &shelf.readers {
        let mut given = shelf.store.payloads(scope, &seqs).await.unwrap();
        given.retain(|(_, payload)| !payload.contains(COLLECTOR_CLIENT));
        assert_eq!(given.len(), shelf.expected(whose, &|_| true, Sort::default()).len());
        for (seq, payload) in given {
            let item = items.iter().find(|item| item.seq == seq).unwrap();
            assert!(whose.contains(&item.client));
            assert!(payload.contains(&item.row.record_id.to_string()), "{payload}");
        }
    }
}

pub(super) async fn what_a_reader_does_is_told_of_while_its_key_stands(store: Shared) {
    let scope = reader(&store, "a", KeyScope::Read).await;
    let told = |at| {
        let row = Row::new(Uuid::now_v7(), Kind::Audit, at, Outcome::Ok);
        Entry::new(Row { action_type: Some("look".to_owned()), ..row }, "{}".to_owned())
    };
    store.tell(&scope, told(1)).await.unwrap();
    let operator = Operator::at_the_command_line();
    assert!(revoke_key(store.as_ref(), &operator, number(&scope)).await.unwrap());
    assert_eq!(store.tell(&scope, told(2)).await, Err(StoreError::Revoked));
    let looks = Filter { action_type: Some("look".to_owned()), ..Filter::default() };
    let shelf = Shelf { store, rows: Vec::new(), readers: Vec::new() };
    let request = PageRequest { limit: 9, ..PageRequest::default() };
    let collector = reader(&shelf.store, COLLECTOR_CLIENT, KeyScope::Read).await;
    let page = shelf.store.list(&collector, &looks, &request).await.unwrap();
    assert_eq!(page.items.iter().map(|item| item.row.executed_at).collect::<Vec<_>>(), [1]);
    let own = reader(&shelf.store, "a", KeyScope::Read).await;
    assert!(shelf.listed(&own, &looks, Sort::default(), 9).await.is_empty());
}
