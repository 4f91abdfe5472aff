//! What is wrong with a record is said by field and never by content, and what there is is sent all
//! the same.

use epilogue::record::{
    ActionStatus, AttemptStatus, AuditStatus, EventCategory, KindError, ParsedEntity,
    ParsingStatus, SyncAttempt, SyncDirection, SyncStatus, WebhookStatus,
};
use epilogue::{Level, Record};

use super::sealed::sealed;

/// The field that an event is refused for.
fn field<T>(built: Result<T, KindError>) -> &'static str {
    built.err().map_or("", |error| error.field())
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(field(Record::action("", "hubspot").build()), "action.action_type");
    assert_eq!(field(Record::action("crm_create", " ").build()), "action.provider_name");
    assert_eq!(field(Record::audit("", "customer").build()), "audit.action");
    assert_eq!(field(Record::audit("update", "").build()), "audit.resource_type");
    assert_eq!(field(Record::activity("", "1").read().build()), "activity.entity_type");
    assert_eq!(field(Record::activity("email", "").read().build()), "activity.entity_id");
    assert_eq!(field(Record::activity("email", "1").build()), "activity.event_type");
    let sync = |system: &'static str, id: &str| Record::task_sync(system, id);
    assert_eq!(field(sync("", "1").build()), "task_sync.source_system");
    assert_eq!(field(sync("jira", "").build()), "task_sync.external_ticket_id");
    assert_eq!(field(sync("jira", "1").build()), "task_sync.sync_direction");
    assert_eq!(field(Record::webhook_event("", "1").build()), "webhook_event.source");
    assert_eq!(field(Record::webhook_event("telegram", "").build()), "webhook_event.event_id");
    assert_eq!(field(Record::nlp_parsing("").build()), "nlp_parsing.source_text");
}

#[test]
fn a_position_or_a_confidence_that_cannot_be_is_named() {
    let parsing = |entity| Record::nlp_parsing("text").entity(entity).build();
    let entity = || ParsedEntity::new("PERSON", "Maria");
    let (start, end) = (9, 4);
    let error = parsing(entity().at(start..end)).unwrap_err();
    let field_of_end = "nlp_parsing.parsed_entities.end_position";
    assert_eq!(error, KindError::EndsBeforeStart { field: field_of_end });
    assert_eq!(
        field(parsing(ParsedEntity::new("", "x"))),
        "nlp_parsing.parsed_entities.entity_type"
    );
    for wrong in [-0.1, 1.01, f64::NAN, f64::INFINITY] {
        let of_entity = parsing(entity().confidence(wrong));
        assert_eq!(field(of_entity), "nlp_parsing.parsed_entities.confidence", "{wrong}");
        let of_all = Record::nlp_parsing("text").confidence_score(wrong).build();
        assert_eq!(field(of_all), "nlp_parsing.confidence_score", "{wrong}");
        let of_fact = Record::activity("email", "1").classified("SPAM", wrong).build();
        assert_eq!(field(of_fact), "activity.facts.confidence", "{wrong}");
    }
    assert!(parsing(entity().at(4..4).confidence(1.0)).is_ok());
}

#[test]
fn words_of_closed_sets_are_read_and_others_are_refused_without_being_told() {
    fn reads<T: std::str::FromStr<Err = KindError> + PartialEq + std::fmt::Debug>(
        all: &[T],
        name: impl Fn(&T) -> &'static str,
    ) {
        for one in all {
            assert_eq!(name(one).to_ascii_uppercase().parse::<T>().as_ref(), Ok(one));
        }
        let error = "hunter2".parse::<T>().unwrap_err();
        let told = error.to_string();
        assert!(told.contains(name(&all[0])) && told.contains(error.field()), "{told}");
        assert!(!told.contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{told}");
    }
    reads(ActionStatus::ALL, |one| one.as_str());
    reads(AuditStatus::ALL, |one| one.as_str());
    reads(EventCategory::ALL, |one| one.as_str());
    reads(SyncStatus::ALL, |one| one.as_str());
    reads(SyncDirection::ALL, |one| one.as_str());
    reads(AttemptStatus::ALL, |one| one.as_str());
    reads(WebhookStatus::ALL, |one| one.as_str());
    reads(ParsingStatus::ALL, |one| one.as_str());
}

#[test]
fn what_is_half_filled_is_a_record_of_what_there_is() {
    let full = Level::FullTrace;
    let action = sealed(Record::action("", ""), full);
    assert_eq!(
        (action.text("action"), action.text("status")),
        (String::new(), r#""success""#.into())
    );
    let parsing = sealed(Record::nlp_parsing(""), full);
    assert_eq!((parsing.text("nlp_parsing").as_str(), parsing.text("trace").as_str()), ("", "{}"));
    let sync = sealed(Record::task_sync("jira", ""), full);
    assert_eq!(sync.text("task_sync"), r#"{"source_system":"jira"}"#);
    assert_eq!(sync.text("status"), r#""Pending""#);
    let activity = sealed(Record::activity("email", "msg-1"), full);
    assert_eq!(activity.text("activity"), r#"{"entity_type":"email","entity_id":"msg-1"}"#);
}

#[test]
fn a_number_that_is_none_is_left_out_and_told() {
    let activity =
        Record::activity("email", "1").classified("SPAM", f64::NAN).fact("x", f64::INFINITY);
    let activity = sealed(activity, Level::MetricsOnly);
    assert_eq!(activity.json()["activity"]["facts"], serde_json::json!({"classification": "SPAM"}));
    assert_eq!(activity.cuts(), ["activity.facts.confidence", "activity.facts.x"]);
    let parsing = sealed(Record::nlp_parsing("x").confidence_score(f64::NAN), Level::MetricsOnly);
    assert_eq!(parsing.cuts(), ["nlp_parsing.confidence_score"]);
}

#[test]
fn success_is_what_each_kind_calls_so() {
    let successes = [
        Record::action("a", "b").succeeded().build(),
        Record::audit("a", "b").build(),
        Record::activity("a", "b").read().build(),
        Record::task_sync("a", "b")
            .sync_direction(SyncDirection::Import)
            .status(SyncStatus::Success)
            .build(),
        Record::webhook_event("a", "b").completed().build(),
        Record::nlp_parsing("a").build(),
    ];
    assert!(successes.into_iter().all(|record| record.unwrap().outcome().is_success()));
    let others = [
        Record::action("a", "b").failed("no").build(),
        Record::action("a", "b").timed_out().build(),
        Record::action("a", "b").retried("no").build(),
        Record::action("a", "b").error_message("no").build(),
        Record::audit("a", "b").failed("no").build(),
        Record::activity("a", "b").error("Timeout").build(),
        Record::activity("a", "b").event("error").build(),
        Record::webhook_event("a", "b").failed("no").build(),
        Record::nlp_parsing("a").failed("no").build(),
        Record::task_sync("a", "b")
            .sync_direction(SyncDirection::Import)
            .attempt_made(SyncAttempt::new(AttemptStatus::Timeout))
            .build(),
    ];
    for record in others {
        let record = record.unwrap();
        assert!(!record.outcome().is_success(), "{:?}", record.outcome().status());
    }
}
