//! Reports on single kinds tell what the records say, whatever comes twice, late, or of others.

use std::collections::BTreeMap;

use epilogue_collector::KeyScope;
use epilogue_collector::store::{
    Asked, Attempt, AttemptStatus, Attempts, Bucket, Detail, Entry, Events, Kind, Outcome, Parsing,
    Parsings, Row, Stored, Webhook,
};
use uuid::{Builder, Uuid};

use super::{Shared, reader, writer};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A midnight.
const BEGIN: i64 = 20_000 * DAY;

fn row(kind: Kind, executed_at: i64, status: &str, recorded_at: i64) -> Row {
    let outcome = match status {
        "Success" | "Completed" => Outcome::Ok,
        "Failed" => Outcome::Failed,
        _ => Outcome::Open,
    };
    let random = Uuid::now_v7().into_bytes()[6..].try_into().unwrap();
    let id = Builder::from_unix_timestamp_millis(recorded_at.unsigned_abs(), &random).into_uuid();
    Row {
        status: Some(status.to_owned()),
        level: "METRICS_ONLY".to_owned(),
        ..Row::new(id, kind, executed_at, outcome)
    }
}

fn told(row: Row, detail: Detail) -> Entry {
    Entry { detail: Some(detail), ..Entry::new(row, "{}".to_owned()) }
}

fn asked(since: i64, until: i64, bucket: Bucket) -> Asked {
    Asked { since, until, bucket, environment: None, source: None }
}

async fn store_all(store: &Shared, client: &str, entries: Vec<Entry>) {
    let count = entries.len();
    let stored = store.append(writer(store, client).await, entries).await.unwrap();
    assert_eq!(stored, vec![Stored::New; count]);
}

fn sync(ticket: &str, source: &str, attempts: &[(i64, AttemptStatus)]) -> Entry {
    let last = attempts.last().map_or(BEGIN, |(at, _)| *at);
    let row = Row {
        provider_name: Some(source.to_owned()),
        entity_type: Some("external_ticket".to_owned()),
        entity_id: Some(ticket.to_owned()),
        ..row(Kind::TaskSync, last, "Partial", last)
    };
    let attempt = |(attempted_at, status): &(i64, AttemptStatus)| Attempt {
        attempted_at: *attempted_at,
        status: *status,
        http_status: Some(503),
        error: Some(format!("at {attempted_at}")),
    };
    told(row, Detail::Sync(attempts.iter().map(attempt).collect()))
}

pub(super) async fn an_attempt_counts_once_whoever_tells_of_it(store: Shared) {
    use AttemptStatus::{Failed, Success, Timeout};
    let first = [(BEGIN + 1, Failed), (BEGIN + DAY, Timeout)];
    let twice = [first[0], first[1], (BEGIN + DAY, Timeout), (BEGIN + DAY + 5, Success)];
    store_all(&store, "a", vec![sync("T-1", "jira", &first), sync("T-2", "erp", &[twice[3]])])
        .await;
    store_all(&store, "a", vec![sync("T-1", "jira", &twice)]).await;
    store_all(&store, "b", vec![sync("T-1", "jira", &[(BEGIN + 1, Failed)])]).await;
    let scope = reader(&store, "a", KeyScope::Read).await;
    let period = asked(BEGIN, BEGIN + 2 * DAY, Bucket::Day);
    let report = store.sync_report(&scope, &period).await.unwrap();
    let of = |success, failed, timeout| Attempts { success, failed, timeout };
    assert_eq!(report.over_time, [(BEGIN, of(0, 1, 0)), (BEGIN + DAY, of(2, 0, 2))]);
    let sources = [("jira".to_owned(), of(1, 1, 2)), ("erp".to_owned(), of(1, 0, 0))];
    assert_eq!(report.sources, sources);
    let [failing] = &report.failing[..] else { panic!("{:?}", report.failing) };
    assert_eq!((failing.attempts, failing.failures, failing.status), (4, 3, Success));
    let last = (failing.failed_at, failing.error.as_deref());
    assert_eq!(last, (BEGIN + DAY, Some(&*format!("at {}", BEGIN + DAY))));
    let hour = asked(BEGIN + DAY, BEGIN + DAY + 1, Bucket::Hour);
    let own = Asked { source: Some("erp".to_owned()), ..hour };
    let report = store.sync_report(&scope, &own).await.unwrap();
    assert_eq!((report.over_time, report.failing), (vec![(BEGIN + DAY, of(1, 0, 0))], Vec::new()));
    let all = reader(&store, "p", KeyScope::Provider).await;
    let report = store.sync_report(&all, &period).await.unwrap();
    let clients: Vec<_> = report.failing.iter().map(|it| it.client.as_str()).collect();
    assert_eq!(clients, ["a", "b"], "the newest failure first");
}

/// One state of an event: which, when it was made, its status, handler and retries.
type State = (usize, i64, &'static str, &'static str, i64);

fn event((number, made, status, handler, retries): State) -> Entry {
    let row = Row {
        provider_name: Some("telegram".to_owned()),
        entity_type: Some("webhook_event".to_owned()),
        entity_id: Some(format!("e-{number}")),
        environment: Some(if number % 2 == 0 { "production" } else { "staging" }.to_owned()),
        execution_time_seconds: Some(0.25 * made as f64),
        ..row(Kind::WebhookEvent, BEGIN + made, status, BEGIN + made)
    };
    let received_at = i64::try_from(number).unwrap() * HOUR;
    let webhook = Webhook {
        received_at: Some(BEGIN + received_at),
        handler: (!handler.is_empty()).then(|| handler.to_owned()),
        retries,
    };
    told(row, Detail::Webhook(webhook))
}

pub(super) async fn an_event_is_as_its_newest_record_tells(store: Shared) {
    let states: [State; 7] = [
        (0, 1, "Pending", "", 0),
        (1, 2, "Processing", "on_message", 0),
        (1, 9, "Failed", "on_message", 12),
        (0, 8, "Completed", "on_message", 2),
        // Late.
        (0, 4, "Processing", "on_photo", 1),
        (25, 5, "Pending", "", 0),
        (1, 3, "Pending", "", 0),
    ];
    for some in states.chunks(3) {
        store_all(&store, "a", some.iter().copied().map(event).collect()).await;
    }
    store_all(&store, "b", vec![event((0, 1, "Failed", "theirs", 3))]).await;
    let scope = reader(&store, "a", KeyScope::Read).await;
    let period = asked(BEGIN, BEGIN + 2 * DAY, Bucket::Hour);
    let report = store.webhook_report(&scope, &period).await.unwrap();
    let none = Events { timed: 1, ..Events::default() };
    let completed = Events { completed: 1, seconds: 2.0, ..none };
    let failed = Events { failed: 1, seconds: 2.25, ..none };
    let pending = Events { pending: 1, seconds: 1.25, ..none };
    let over_time = [(BEGIN, completed), (BEGIN + HOUR, failed), (BEGIN + 25 * HOUR, pending)];
    assert_eq!(report.over_time, over_time);
    let of_message = Events { completed: 1, failed: 1, timed: 2, seconds: 4.25, ..none };
    let handlers = [("on_message".to_owned(), of_message), (String::new(), pending)];
    assert_eq!(report.handlers, handlers);
    assert_eq!(report.retries, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    let retried = report.most_retried.iter().map(|it| (it.event_id.as_str(), it.retries));
    assert_eq!(retried.collect::<Vec<_>>(), [("e-1", 12), ("e-0", 2)]);
    let staging = Asked { environment: Some("staging".to_owned()), bucket: Bucket::Day, ..period };
    let report = store.webhook_report(&scope, &staging).await.unwrap();
    let days = [(BEGIN, failed), (BEGIN + DAY, pending)];
    assert_eq!(report.over_time, days);
    let all = reader(&store, "p", KeyScope::Provider).await;
    let report = store.webhook_report(&all, &asked(BEGIN, BEGIN + 1, Bucket::Hour)).await.unwrap();
    assert_eq!(report.over_time[0].1.all(), 2);
}

/// A text whose figures follow from its number.
fn parsed(number: usize) -> Entry {
    let status = ["Success", "Failed", "Partial"][number % 7 % 3];
    let made = BEGIN + i64::try_from(number).unwrap() * 17 * 60_000;
    let row = Row {
        confidence: (number % 5 != 0).then_some(number as f64 / 100.0),
        execution_time_seconds: (number % 4 != 0).then_some(number as f64),
        ..row(Kind::NlpParsing, made, status, made)
    };
    let version = (number % 3 != 0).then(|| format!("{}", number % 3));
    let entities = (number % 2 == 0).then_some(i64::try_from(number).unwrap());
    told(row, Detail::Parsing(Parsing { version, entities }))
}

/// What a text comes to by itself.
fn figures(entry: &Entry) -> Parsings {
    let Some(Detail::Parsing(parsing)) = &entry.detail else { unreachable!() };
    let row = &entry.row;
    Parsings {
        ok: u64::from(row.outcome == Outcome::Ok),
        failed: u64::from(row.outcome == Outcome::Failed),
        open: u64::from(row.outcome == Outcome::Open),
        timed: u64::from(row.execution_time_seconds.is_some()),
        seconds: row.execution_time_seconds.unwrap_or_default(),
        least: row.execution_time_seconds,
        most: row.execution_time_seconds,
        rated: u64::from(row.confidence.is_some()),
        confidence: row.confidence.unwrap_or_default(),
        counted: u64::from(parsing.entities.is_some()),
        entities: parsing.entities.unwrap_or_default().unsigned_abs(),
    }
}

/// The same figures; sums of fractions depend on the order in which they were added.
fn is_near(one: &Parsings, other: &Parsings) -> bool {
    let confidence = one.confidence;
    (one.confidence - other.confidence).abs() < 1e-9 && *one == Parsings { confidence, ..*other }
}

pub(super) async fn parsed_texts_are_summed_up(store: Shared) {
    let entries: Vec<_> = (0..100).map(parsed).collect();
    store_all(&store, "a", entries.clone()).await;
    store_all(&store, "b", vec![parsed(50)]).await;
    let scope = reader(&store, "a", KeyScope::Read).await;
    for (since, until, bucket, grain) in [
        (BEGIN, BEGIN + 2 * DAY, Bucket::Hour, HOUR),
        (BEGIN + 3 * HOUR, BEGIN + 27 * HOUR, Bucket::Day, DAY),
        (BEGIN + 3 * HOUR + 7, BEGIN + 26 * HOUR + 1, Bucket::Day, DAY),
    ] {
        let report = store.parsing_report(&scope, &asked(since, until, bucket)).await.unwrap();
        let last = (until + HOUR - 1) / HOUR * HOUR;
        let whole = (since - since % HOUR)..last;
        let (mut over_time, mut versions) = (BTreeMap::new(), BTreeMap::new());
        let mut confidence = [0; 10];
        for entry in entries.iter().filter(|entry| whole.contains(&entry.row.executed_at)) {
            let own = figures(entry);
            let begin = entry.row.executed_at - entry.row.executed_at % grain;
            over_time.entry(begin).or_insert_with(Parsings::default).merge(&own);
            let Some(Detail::Parsing(parsing)) = &entry.detail else { unreachable!() };
            let version = parsing.version.clone().unwrap_or_default();
            versions.entry(version).or_insert_with(Parsings::default).merge(&own);
            if let Some(sure) = entry.row.confidence {
                let tenth = (0..9).take_while(|tenth| sure * 10.0 >= f64::from(tenth + 1)).count();
                confidence[tenth] += 1;
            }
        }
        assert_eq!(report.confidence, confidence);
        let mut days = BTreeMap::new();
        for (moment, own) in &report.over_time {
            // The ends of a period are told by their hours.
            let begin = moment - moment % grain;
            days.entry(begin).or_insert_with(Parsings::default).merge(own);
        }
        for (expected, given) in [
            (over_time, days),
            (over_versions(&versions), over_versions(&report.versions.into_iter().collect())),
        ] {
            assert_eq!(expected.len(), given.len());
            for (expected, given) in expected.iter().zip(&given) {
                assert!(expected.0 == given.0 && is_near(expected.1, given.1), "{given:?}");
            }
        }
    }
}

/// By number, so that they compare as moments do.
fn over_versions(versions: &BTreeMap<String, Parsings>) -> BTreeMap<i64, Parsings> {
    versions.iter().map(|(name, own)| (name.parse().unwrap_or(-1), *own)).collect()
}

pub(super) async fn absurd_details_do_no_harm(store: Shared) {
    let absurd = |mut entry: Entry, moment| {
        entry.row.executed_at = moment;
        entry.row.execution_time_seconds = Some(f64::MAX);
        entry.row.confidence = Some(f64::MIN);
        entry
    };
    let mut entries = Vec::new();
    for moment in [i64::MIN, 0, i64::MAX] {
        entries.push(absurd(parsed(1), moment));
        entries.push(sync("T", "x", &[(moment, AttemptStatus::Timeout)]));
        let mut event = absurd(event((1, 2, "Failed", "x", i64::MAX)), moment);
        event.detail = Some(Detail::Webhook(Webhook { retries: i64::MAX, ..Webhook::default() }));
        event.row.entity_id = Some(format!("{moment}"));
        entries.push(event);
    }
    store_all(&store, "a", entries).await;
    let scope = reader(&store, "a", KeyScope::Read).await;
    let ever = asked(0, 253_402_300_800_000, Bucket::Day);
    let parsings = store.parsing_report(&scope, &ever).await.unwrap();
    let all = parsings.over_time.iter().map(|(_, own)| own.all()).sum::<u64>();
    assert_eq!((all, parsings.over_time[0].1.timed, parsings.confidence), (3, 0, [0; 10]));
    let webhooks = store.webhook_report(&scope, &ever).await.unwrap();
    assert_eq!((webhooks.retries[10], webhooks.most_retried.len()), (3, 3));
    let syncs = store.sync_report(&scope, &ever).await.unwrap();
    assert_eq!(syncs.failing[0].failures, 2, "the first two are one moment");
}
