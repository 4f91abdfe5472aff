//! Statistics tell what the records say, for any period, grouping and caller.

use std::collections::BTreeMap;

use epilogue_collector::store::{
    Bucket, Dimension, Entry, Figures, Filter, Grouping, Kind, Outcome, PageRequest, Period, Row,
    Selection, Sketch, Stored,
};
use epilogue_collector::{KeyScope, Scope};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use uuid::Uuid;

use super::{Shared, entry, reader, writer};
use crate::home::{Home, store_of};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A Sunday at noon, so that days, weeks and months begin near it.
const NOON: i64 = 1_769_947_200_000;

type Names = Vec<String>;

/// A name that a record may have, or have not.
fn a_name(names: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(names).prop_map(str::to_owned))
}

/// Moments near each other, some of them on a bound, and those of absurd clocks.
fn a_moment() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (-3 * DAY..3 * DAY).prop_map(|offset| NOON + offset),
        4 => (-50_i64..50).prop_map(|hours| NOON + hours * HOUR),
        1 => Just(0),
        1 => Just(253_402_300_799_999),
    ]
}

prop_compose! {
    fn named()(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        outcome in prop::sample::select(vec![Outcome::Ok, Outcome::Failed, Outcome::Open]),
        executed_at in a_moment(),
        status in a_name(&["SUCCESS", "FAILED"]),
        category in a_name(&["", "BILLING", "with, comma", "it's"]),
        environment in a_name(&["production", "staging"]),
        workflow_version in a_name(&["1", "2"]),
        provider_name in a_name(&["ses", "jira"]),
        action_type in a_name(&["create", "update"]),
        event_type in a_name(&["read", "error"]),
    ) -> Row {
        Row {
            status, category, environment, workflow_version, provider_name, action_type, event_type,
            level: "METRICS_ONLY".to_owned(),
            ..Row::new(Uuid::now_v7(), kind, executed_at, outcome)
        }
    }
}

prop_compose! {
    fn a_row()(
        row in named(),
        execution_time_seconds in prop::option::of(0.0_f64..100.0),
        confidence in prop::option::of(0.0_f64..1.0),
        input_tokens in prop::option::of(0_i64..10_000),
        output_tokens in prop::option::of(0_i64..10_000),
        cost in prop::option::of(0.01_f64..2.0),
        currency in a_name(&["USD", "EUR"]),
        error_count in prop::option::of(0_i64..5),
    ) -> Row {
        Row {
            execution_time_seconds, confidence, input_tokens, output_tokens, cost, currency,
            error_count, ..row
        }
    }
}

prop_compose! {
    fn a_question()(
        since in prop::option::of(a_moment()),
        until in prop::option::of(a_moment()),
        by in prop::sample::subsequence(Dimension::ALL.to_vec(), 0..5).prop_shuffle(),
        condition in prop::option::of(prop::sample::select(vec![
            (Dimension::Kind, "action"),
            (Dimension::Category, "BILLING"),
            (Dimension::Category, ""),
            (Dimension::Outcome, "failed"),
            (Dimension::Client, "b-0"),
        ])),
        limit in prop::sample::select(vec![1, 3, 1_000]),
    ) -> (Selection, Grouping) {
        let conditions = condition.map(|(dimension, value)| (dimension, value.to_owned()));
        let period = Period { since, until };
        (
            Selection { period, conditions: conditions.into_iter().collect() },
            Grouping { by, limit },
        )
    }
}

/// What a record has in a dimension.
fn value(client: &str, row: &Row, dimension: Dimension) -> String {
    let name = match dimension {
        Dimension::Kind => return row.kind.as_str().to_owned(),
        Dimension::Client => return client.to_owned(),
        Dimension::Outcome => return row.outcome.as_str().to_owned(),
        Dimension::Status => &row.status,
        Dimension::Category => &row.category,
        Dimension::Environment => &row.environment,
        Dimension::WorkflowVersion => &row.workflow_version,
        Dimension::ProviderName => &row.provider_name,
        Dimension::ActionType => &row.action_type,
        Dimension::EventType => &row.event_type,
    };
    name.clone().unwrap_or_default()
}

/// Figures as one would count them by hand.
fn count<'a>(rows: impl Iterator<Item = &'a Row>) -> Figures {
    let mut figures = Figures::default();
    for row in rows {
        match row.outcome {
            Outcome::Ok => figures.ok += 1,
            Outcome::Failed => figures.failed += 1,
            Outcome::Open => figures.open += 1,
        }
        figures.errors += row.error_count.unwrap_or(0);
        figures.input_tokens += row.input_tokens.unwrap_or(0);
        figures.output_tokens += row.output_tokens.unwrap_or(0);
        if let Some(seconds) = row.execution_time_seconds {
            figures.timed += 1;
            figures.seconds += seconds;
            figures.durations.add(seconds);
        }
        if let Some(confidence) = row.confidence {
            figures.rated += 1;
            figures.confidence += confidence;
        }
        if let Some(cost) = row.cost {
            *figures.costs.entry(row.currency.clone().unwrap_or_default()).or_default() += cost;
        }
    }
    figures
}

/// Equal but for what the order in which a sum is added up makes of it.
fn assert_same(told: &Figures, counted: &Figures, about: &str) {
    let sums = |figures: &Figures| {
        let costs = figures.costs.iter().map(|(currency, cost)| (currency.clone(), *cost));
        let other = [("seconds", figures.seconds), ("confidence", figures.confidence)];
        costs.chain(other.map(|(name, sum)| (name.to_owned(), sum))).collect::<Vec<_>>()
    };
    let (one, other) = (sums(told), sums(counted));
    let are_near = one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .all(|(one, other)| one.0 == other.0 && (one.1 - other.1).abs() < 1e-6);
    assert!(are_near, "{one:?} instead of {other:?}: {about}");
    let exact = |figures: &Figures| Figures {
        seconds: 0.0,
        confidence: 0.0,
        costs: BTreeMap::new(),
        ..figures.clone()
    };
    assert_eq!(exact(told), exact(counted), "{about}");
}

/// The records that are chosen, by group, the largest first.
fn grouped<'a>(
    records: &'a [(String, Row)],
    selection: &Selection,
    by: &[Dimension],
) -> Vec<(Names, Vec<&'a Row>)> {
    let Period { since, until } = selection.period;
    let mut groups: BTreeMap<Names, Vec<&Row>> = BTreeMap::new();
    for (client, row) in records {
        let is_then = since.is_none_or(|since| row.executed_at >= since)
            && until.is_none_or(|until| row.executed_at < until);
        let is_meant = selection
            .conditions
            .iter()
            .all(|(dimension, name)| value(client, row, *dimension) == *name);
        if is_then && is_meant {
            let names = by.iter().map(|dimension| value(client, row, *dimension)).collect();
            groups.entry(names).or_default().push(row);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
    groups
}

/// Random records of two clients in a store, and who may see which of them: each its own, and a
/// provider those of all clients.
async fn filled(store: &Shared, case: usize, chance: &mut TestRunner) -> Vec<Seen> {
    let rows = prop::collection::vec(a_row(), 1..60);
    let mut seen = Vec::new();
    for client in [format!("a-{case}"), format!("b-{case}")] {
        let rights = writer(store, &client).await;
        let rows = rows.new_tree(chance).unwrap().current();
        let entries: Vec<_> =
            rows.iter().map(|row| Entry::new(row.clone(), "{}".to_owned())).collect();
        // Twice, and in transactions of several sizes: nothing is counted twice.
        for chunk in entries.chunks(7).chain([&entries[..]]) {
            store.append(rights.clone(), chunk.to_vec()).await.unwrap();
        }
        let records: Vec<_> = rows.into_iter().map(|row| (client.clone(), row)).collect();
        seen.push(Seen { scope: reader(store, &client, KeyScope::Read).await, records });
    }
    let scope = reader(store, "p", KeyScope::Provider).await;
    seen.push(Seen { records: everything(store, &scope).await, scope });
    seen
}

/// All records that a scope sees, those of the collector itself as well.
async fn everything(store: &Shared, scope: &Scope) -> Vec<(String, Row)> {
    let (mut records, mut after) = (Vec::new(), None);
    loop {
        let request = PageRequest { after, limit: 500, ..PageRequest::default() };
        let page = store.list(scope, &Filter::default(), &request).await.unwrap();
        let items = page.items.into_iter();
        records.extend(items.map(|item| (item.client.as_str().to_owned(), item.row)));
        after = page.next;
        if after.is_none() {
            return records;
        }
    }
}

struct Seen {
    scope: Scope,
    records: Vec<(String, Row)>,
}

pub(super) async fn statistics_are_those_of_the_records(store: Shared) {
    let mut chance = TestRunner::deterministic();
    for case in 0..12 {
        let seen = filled(&store, case, &mut chance).await;
        for Seen { scope, records } in &seen {
            for _ in 0..15 {
                let (selection, grouping) = a_question().new_tree(&mut chance).unwrap().current();
                let about = format!("{selection:?} by {grouping:?}");
                let told = store.statistics(scope, &selection, &grouping).await.unwrap();
                let all = grouped(records, &selection, &[]);
                assert_same(&told.total, &count(all.iter().flat_map(|it| it.1.clone())), &about);
                let groups = if grouping.by.is_empty() {
                    Vec::new()
                } else {
                    grouped(records, &selection, &grouping.by)
                };
                assert_eq!(told.left_out, groups.len() - told.groups.len(), "{about}");
                assert_eq!(told.groups.len(), groups.len().min(grouping.limit), "{about}");
                for (group, (names, rows)) in told.groups.iter().zip(groups) {
                    assert_eq!(group.names, names, "{about}");
                    assert_same(&group.figures, &count(rows.into_iter()), &about);
                }
            }
        }
    }
}

pub(super) async fn a_series_is_that_of_the_records(store: Shared) {
    let mut chance = TestRunner::deterministic();
    let seen = filled(&store, 0, &mut chance).await;
    for Seen { scope, records } in &seen {
        let lengths = [HOUR / 2, 5 * HOUR, 3 * DAY, 40 * DAY, 400 * DAY].into_iter().cycle();
        let buckets = Bucket::ALL.into_iter().cycle();
        for ((at, length), bucket) in (0..28).zip(lengths).zip(buckets) {
            let (mut selection, grouping) = a_question().new_tree(&mut chance).unwrap().current();
            let since = NOON - DAY + at * 1_234_567;
            let until = since + length;
            selection.period = Period { since: Some(since), until: Some(until) };
            let starts = bucket.starts(since, until).unwrap();
            let told = store.series(scope, &selection, &grouping, bucket, &starts).await.unwrap();
            let about = format!("{bucket:?} {selection:?} by {grouping:?}");
            assert_eq!(told.total.len(), starts.len());
            for (place, start) in starts.iter().enumerate() {
                let end = starts.get(place + 1).copied().unwrap_or(until);
                let mut own = selection.clone();
                own.period = Period { since: Some(since.max(*start)), until: Some(end) };
                let all = grouped(records, &own, &[]);
                let all = count(all.iter().flat_map(|it| it.1.clone()));
                assert_same(&told.total[place], &all, &about);
                let groups: BTreeMap<_, _> =
                    grouped(records, &own, &grouping.by).into_iter().collect();
                for line in &told.lines {
                    let rows = groups.get(&line.names).into_iter().flatten().copied();
                    assert_same(&line.points[place], &count(rows), &about);
                }
            }
            if !grouping.by.is_empty() {
                let groups = grouped(records, &selection, &grouping.by).len();
                assert_eq!(told.lines.len() + told.left_out, groups, "{about}");
            }
        }
    }
}

pub(super) async fn statistics_stay_in_the_scope(store: Shared) {
    for (client, records) in [("a", 2), ("b", 3)] {
        let entries = (0..records).map(entry).collect();
        store.append(writer(&store, client).await, entries).await.unwrap();
    }
    let own = reader(&store, "a", KeyScope::Read).await;
    let all = reader(&store, "p", KeyScope::Provider).await;
    let by_client = Grouping { by: vec![Dimension::Client], limit: 10 };
    // The collector's own records tell of the making of the keys.
    let workflows = (Dimension::Kind, "workflow".to_owned());
    for (scope, client, expected) in [
        (&own, None, &[("a", 2)][..]),
        (&own, Some("a"), &[("a", 2)]),
        (&own, Some("b"), &[]),
        (&all, None, &[("b", 3), ("a", 2)]),
        (&all, Some("b"), &[("b", 3)]),
    ] {
        let client_is = client.map(|client| (Dimension::Client, client.to_owned()));
        let conditions = client_is.into_iter().chain([workflows.clone()]).collect();
        for since in [None, Some(1), Some(0)] {
            let period = Period { since, until: None };
            let selection = Selection { period, conditions: Vec::clone(&conditions) };
            let told = store.statistics(scope, &selection, &by_client).await.unwrap();
            let told: Vec<_> =
                told.groups.iter().map(|it| (&*it.names[0], it.figures.records())).collect();
            let expected = expected.iter().map(|(name, all)| (*name, all - since.unwrap_or(0)));
            let expected: Vec<_> = expected.map(|(name, all)| (name, all.unsigned_abs())).collect();
            assert_eq!(told, expected, "{scope:?} {client:?} {since:?}");
        }
    }
}

pub(super) async fn values_are_those_that_the_scope_has(store: Shared) {
    for (client, category) in [("a", Some("RETURNS")), ("a", None), ("b", Some("BILLING"))] {
        let mut own = entry(1);
        own.row.category = category.map(str::to_owned);
        store.append(writer(&store, client).await, vec![own]).await.unwrap();
    }
    let own = reader(&store, "a", KeyScope::Read).await;
    let all = reader(&store, "p", KeyScope::Provider).await;
    for (scope, kind, dimension, limit, expected) in [
        (&own, Kind::Workflow, Dimension::Category, 9, &["RETURNS"][..]),
        (&own, Kind::Workflow, Dimension::Client, 9, &["a"]),
        (&own, Kind::Action, Dimension::Category, 9, &[]),
        (&all, Kind::Workflow, Dimension::Category, 9, &["BILLING", "RETURNS"]),
        (&all, Kind::Workflow, Dimension::Client, 9, &["a", "b"]),
        (&all, Kind::Workflow, Dimension::Client, 1, &["a"]),
    ] {
        let values = store.values(scope, kind, dimension, limit).await.unwrap();
        assert_eq!(values, expected, "{scope:?} {kind:?} {dimension:?}");
    }
}

pub(super) async fn absurd_numbers_do_no_harm(store: Shared) {
    let rights = writer(&store, "a").await;
    for sign in [1.0, -1.0, 1.0] {
        let absurd = |_| {
            let mut entry = entry(5);
            entry.row.cost = Some(sign * f64::MAX);
            entry.row.execution_time_seconds = Some(sign * f64::MAX);
            entry.row.confidence = Some(sign * f64::MAX);
            entry.row.input_tokens = Some(i64::MAX);
            entry.row.currency = Some("USD".to_owned());
            entry
        };
        let stored = store.append(rights.clone(), (0..3).map(absurd).collect()).await;
        assert_eq!(stored.unwrap(), [Stored::New; 3]);
    }
    let scope = reader(&store, "a", KeyScope::Read).await;
    for since in [None, Some(1)] {
        let period = Period { since, until: None };
        let selection = Selection { period, conditions: Vec::new() };
        let told = store.statistics(&scope, &selection, &Grouping::default()).await.unwrap().total;
        assert_eq!((told.records(), told.timed, told.input_tokens), (9, 9, i64::MAX));
        assert!(told.average_seconds().is_some_and(f64::is_finite), "{told:?}");
        assert!(told.costs.values().all(|cost| cost.is_finite()), "{told:?}");
    }
}

/// Two processes over the same records are two stores.
#[tokio::test]
async fn two_stores_of_the_same_records_keep_right_sums() {
    let place = Home::new();
    let address = store_of(place.path());
    let open = || epilogue_collector::store::open(address.as_deref(), place.path());
    let stores = [open().await.unwrap(), open().await.unwrap()];
    let rights = writer(&stores[0], "a").await;
    for round in 0..10 {
        let same = entry(round * HOUR / 3);
        let appending = stores.iter().map(|store| {
            let entries = vec![entry(round * HOUR / 3), same.clone()];
            store.append(rights.clone(), entries)
        });
        for stored in futures_util::future::join_all(appending).await {
            stored.unwrap();
        }
    }
    let mut durations = Sketch::default();
    (0..30).for_each(|_| durations.add(1.5));
    for store in &stores {
        let scope = reader(store, "a", KeyScope::Read).await;
        for since in [None, Some(0)] {
            let period = Period { since, until: None };
            let selection = Selection { period, conditions: Vec::new() };
            let told = store.statistics(&scope, &selection, &Grouping::default()).await.unwrap();
            assert_eq!((told.total.ok, &told.total.durations), (30, &durations), "{since:?}");
        }
    }
}
