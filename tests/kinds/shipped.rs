//! Each kind goes through the client and arrives as the contract wants it, also from a spool.

use epilogue::record::{
    AttemptStatus, Outcome, ParsedEntity, SyncAttempt, SyncDirection, SyncStatus,
};
use epilogue::testing::MockCollector;
use epilogue::{Client, Level, Record};
use serde_json::json;

use super::common::{LONG, builder, client, collector, keeps_the_contract, settle};
use super::snapshots::time;

/// One of each, with a trace.
fn ship_all(client: &Client) {
    client.ship(Record::action("email_send", "sendgrid").metadata("m").failed("no answer"));
    client.ship(Record::audit("update", "customer").changes((), json!({"first_name": "Maria"})));
    client.ship(Record::activity("email", "msg-1").error("Timeout").description("no answer"));
    client.ship(
        Record::task_sync("jira", "OPS-1")
            .sync_direction(SyncDirection::Import)
            .status(SyncStatus::Partial)
            .attempt_made(SyncAttempt::new(AttemptStatus::Failed).response_payload("no")),
    );
    client.ship(
        Record::webhook_event("telegram", "e").chat_id(-100).payload(time(0), "{}").failed("no"),
    );
    client.ship(
        Record::nlp_parsing("Dear Maria").entity(ParsedEntity::new("PERSON", "Maria")).failed("no"),
    );
}

const KINDS: [&str; 6] =
    ["action", "activity", "audit", "nlp_parsing", "task_sync", "webhook_event"];

fn stored(collector: &MockCollector) -> Vec<epilogue::wire::Envelope> {
    let mut records = collector.records();
    records.sort_by(|one, other| one.kind.cmp(&other.kind));
    assert_eq!(records.iter().map(|record| record.kind.as_str()).collect::<Vec<_>>(), KINDS);
    assert!(records.iter().all(|record| record.own().is_some()));
    records
}

#[test]
fn each_kind_arrives_with_its_trace_and_its_own_fields() {
    let collector = collector();
    let client = client(&collector);
    ship_all(&client);
    settle(&client);
    let records = stored(&collector);
    assert!(records.iter().all(|record| record.trace.is_some()));
    assert_eq!(records[0].own().unwrap()["error_message"], "no answer");
    assert_eq!(records[1].status, None);
    assert_eq!(records[2].own().unwrap()["changed_fields"], json!(["first_name"]));
    assert!(!collector.raw_records().concat().contains("Maria"));
    keeps_the_contract(&collector);
}

#[test]
fn what_remains_at_metrics_only_tells_every_statistic() {
    let collector = collector();
    let client = builder(&collector).level(Level::MetricsOnly).build().unwrap();
    ship_all(&client);
    settle(&client);
    let records = stored(&collector);
    assert!(records.iter().all(|record| record.trace.is_none()));
    assert_eq!(records[3].own().unwrap()["entity_counts"], json!({"PERSON": 1}));
    assert_eq!(records[4].own().unwrap()["attempts"][0]["attempt_status"], "Failed");
    keeps_the_contract(&collector);
}

#[test]
fn a_rule_sees_how_each_kind_ended() {
    let collector = collector();
    let client = builder(&collector).full_trace_unless_success().build().unwrap();
    client.ship(Record::action("a", "good").metadata("m").succeeded());
    client.ship(Record::action("a", "bad").metadata("m").timed_out());
    client.ship(Record::activity("a", "good").read().description("d"));
    client.ship(Record::activity("a", "bad").error("Timeout").description("d"));
    settle(&client);
    for record in collector.records() {
        let own = record.own().unwrap();
        let is_good = own.values().any(|value| value == "good");
        assert_eq!(record.trace.is_none(), is_good, "{own:?}");
    }
    let rule = |outcome: &Outcome<'_>| match outcome.kind() {
        "audit" => Level::Off,
        _ => Level::FullTrace,
    };
    let client = builder(&collector).level_rule(rule).build().unwrap();
    client.ship(Record::audit("login", "session"));
    settle(&client);
    assert_eq!(client.stats().skipped(), 1);
    keeps_the_contract(&collector);
}

#[test]
fn each_kind_comes_out_of_a_spool_as_it_went_in() {
    let directory = std::env::temp_dir().join(format!("epilogue-kinds-{}", std::process::id()));
    let collector = collector();
    collector.refuse();
    let away = builder(&collector).spool_dir(&directory).build().unwrap();
    ship_all(&away);
    let _ = away.shutdown_blocking(LONG);
    assert_eq!((away.stats().spooled(), away.stats().lost()), (6, 0), "{}", away.stats());

    collector.come_back().unwrap();
    let back = builder(&collector).spool_dir(&directory).build().unwrap();
    assert_eq!(collector.wait_for(6, LONG), 6);
    let _ = back.shutdown_blocking(LONG);
    let _ = std::fs::remove_dir_all(&directory);
    assert!(stored(&collector).iter().all(|record| record.trace.is_some()));
    keeps_the_contract(&collector);
}

#[test]
fn half_filled_events_arrive() {
    let collector = collector();
    let client = client(&collector);
    client.ship(Record::action("", ""));
    client.ship(Record::audit("", ""));
    client.ship(Record::activity("", ""));
    client.ship(Record::task_sync("", ""));
    client.ship(Record::webhook_event("", ""));
    client.ship(Record::nlp_parsing(""));
    settle(&client);
    assert_eq!((client.stats().delivered(), collector.stored()), (6, 6), "{}", client.stats());
    keeps_the_contract(&collector);
}
