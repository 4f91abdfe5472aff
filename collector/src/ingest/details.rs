//! What the pages of single kinds need of a record beside its row.
//!
//! Nothing here refuses a record: what is not as the contract has it is as good as not there.

use epilogue::wire::MAX_IDENTIFIER_BYTES;

use super::record::is_control;
use crate::boundary;
use crate::fields::Fields;
use crate::store::{Attempt, AttemptStatus, Detail, Kind, Outcome, Parsing, Row, Webhook};
use crate::time;

/// How many attempts of one record are kept apart: the last ones.
const MAX_ATTEMPTS: usize = 100;
/// How many bytes of an attempt's error are kept; the payload has the rest.
const MAX_ERROR_BYTES: usize = 500;
/// Beyond this a number of retries or entities says no more.
const MAX_COUNT: i64 = 1_000_000;

/// What a record of this row has.
pub(super) fn of(row: &Row, fields: &Fields<'_>) -> Option<Detail> {
    if !matches!(row.kind, Kind::TaskSync | Kind::WebhookEvent | Kind::NlpParsing) {
        return None;
    }
    let own = fields.read::<Fields<'_>>(row.kind.as_str()).ok().flatten().unwrap_or_default();
    Some(match row.kind {
        Kind::TaskSync => Detail::Sync(attempts(row, &own)),
        Kind::WebhookEvent => Detail::Webhook(Webhook {
            received_at: moment(&own, "received_at"),
            handler: name(&own, "handler_function"),
            retries: whole(&own, "retry_count").unwrap_or_default(),
        }),
        _ => Detail::Parsing(Parsing {
            version: name(&own, "parser_version"),
            entities: entities(&own),
        }),
    })
}

/// Those that the record lists, or else the one that its status tells of.
fn attempts(row: &Row, own: &Fields<'_>) -> Vec<Attempt> {
    let listed = own.read::<Vec<Fields<'_>>>("attempts").ok().flatten().unwrap_or_default();
    if !listed.is_empty() {
        let last = listed.len().saturating_sub(MAX_ATTEMPTS);
        return listed[last..].iter().filter_map(attempt).collect();
    }
    let status = match row.outcome {
        Outcome::Ok => AttemptStatus::Success,
        Outcome::Failed => AttemptStatus::Failed,
        Outcome::Open => return Vec::new(),
    };
    let error = text(own, "last_sync_message", MAX_ERROR_BYTES);
    vec![Attempt { attempted_at: row.executed_at, status, http_status: None, error }]
}

fn attempt(own: &Fields<'_>) -> Option<Attempt> {
    let status = own.read::<String>("attempt_status").ok().flatten()?;
    Some(Attempt {
        attempted_at: moment(own, "attempt_timestamp")?,
        status: AttemptStatus::named(&status.to_ascii_lowercase())?,
        http_status: whole(own, "http_status_code"),
        error: text(own, "error_log", MAX_ERROR_BYTES),
    })
}

fn entities(own: &Fields<'_>) -> Option<i64> {
    let counts = own.read::<Fields<'_>>("entity_counts").ok().flatten()?;
    let counts = counts.iter().filter_map(|(_, count)| serde_json::from_str(count.get()).ok());
    Some(counts.fold(0, |sum, count: i64| (sum + count.clamp(0, MAX_COUNT)).min(MAX_COUNT)))
}

fn moment(own: &Fields<'_>, name: &'static str) -> Option<i64> {
    own.read::<String>(name).ok().flatten().and_then(|text| time::parse_rfc3339(&text))
}

fn whole(own: &Fields<'_>, name: &'static str) -> Option<i64> {
    own.read::<i64>(name).ok().flatten().map(|number| number.clamp(0, MAX_COUNT))
}

/// A name as the row has names.
fn name(own: &Fields<'_>, name: &'static str) -> Option<String> {
    text(own, name, MAX_IDENTIFIER_BYTES).map(|text| text.replace(is_control, "\u{fffd}"))
}

/// The beginning of a text.
fn text(own: &Fields<'_>, name: &'static str, most: usize) -> Option<String> {
    let mut text = own.read::<String>(name).ok().flatten()?;
    text.truncate(boundary::floor(&text, most));
    Some(text)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn of_kind(kind: Kind, outcome: Outcome, own: &str) -> Detail {
        let record = format!("{{\"{}\": {own}}}", kind.as_str());
        let row = Row::new(Uuid::nil(), kind, 7, outcome);
        of(&row, &serde_json::from_str(&record).unwrap()).unwrap()
    }

    fn attempts_of(outcome: Outcome, own: &str) -> Vec<(i64, AttemptStatus)> {
        let Detail::Sync(attempts) = of_kind(Kind::TaskSync, outcome, own) else { unreachable!() };
        attempts.iter().map(|attempt| (attempt.attempted_at, attempt.status)).collect()
    }

    #[test]
    fn attempts_are_those_that_are_listed() {
        let own = r#"{"attempts": [
            {"attempt_timestamp": "1970-01-01T00:00:01.000Z", "attempt_status": "Timeout"},
            {"attempt_timestamp": "1970-01-01T00:00:02Z", "attempt_status": "Success"},
            {"attempt_timestamp": "yesterday", "attempt_status": "Success"},
            {"attempt_timestamp": "1970-01-01T00:00:03Z", "attempt_status": ["Failed"]}]}"#;
        let expected = [(1_000, AttemptStatus::Timeout), (2_000, AttemptStatus::Success)];
        assert_eq!(attempts_of(Outcome::Failed, own), expected);
    }

    #[test]
    fn a_synchronisation_without_attempts_is_one_where_it_ended() {
        assert_eq!(attempts_of(Outcome::Failed, "{}"), [(7, AttemptStatus::Failed)]);
        assert_eq!(attempts_of(Outcome::Ok, r#"{"attempts": 5}"#), [(7, AttemptStatus::Success)]);
        assert_eq!(attempts_of(Outcome::Open, "{}"), []);
    }

    #[test]
    fn the_last_attempts_are_kept() {
        let one = |second: u32| {
            let at = format!("1970-01-01T00:{:02}:{:02}Z", second / 60, second % 60);
            format!("{{\"attempt_timestamp\":\"{at}\",\"attempt_status\":\"Failed\"}}")
        };
        let all: Vec<_> = (0..150).map(one).collect();
        let kept = attempts_of(Outcome::Failed, &format!("{{\"attempts\":[{}]}}", all.join(",")));
        assert_eq!((kept.len(), kept[0].0), (MAX_ATTEMPTS, 50_000));
    }

    #[test]
    fn what_is_of_another_type_is_left_out() {
        let odd = r#"{"received_at": 5, "handler_function": {"a": 1}, "retry_count": -3}"#;
        let event = of_kind(Kind::WebhookEvent, Outcome::Ok, odd);
        assert_eq!(event, Detail::Webhook(Webhook::default()));
        let odd = r#"{"parser_version": "2\u0007", "entity_counts": {"A": 2, "B": "x", "C": 3}}"#;
        let version = Some("2\u{fffd}".to_owned());
        let parsing = Detail::Parsing(Parsing { version, entities: Some(5) });
        assert_eq!(of_kind(Kind::NlpParsing, Outcome::Ok, odd), parsing);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let own = format!("{{\"handler_function\": \"{}\"}}", "ä".repeat(200));
        let Detail::Webhook(event) = of_kind(Kind::WebhookEvent, Outcome::Ok, &own) else {
            unreachable!()
        };
        assert_eq!(event.handler, Some("ä".repeat(128)));
    }
}
