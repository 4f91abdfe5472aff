//! From the text of one record to what is stored of it: checked, masked, and taken apart.

use std::borrow::Cow;

use epilogue::wire::{MAX_IDENTIFIER_BYTES, MAX_METRICS, MAX_TAGS, SCHEMA_VERSION};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;
use serde_json::error::Category;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::auth::ClientId;
use crate::store::{Entry, Kind, Row};
use crate::time;

use super::accounts::ACCOUNTS;
use super::masking::Masking;
use super::refusal::Refusal;
use super::{characters, depth, details, errors, kinds, lost, outcome};
use crate::boundary;
use crate::fields::{Fields, Name, WrongType};

/// How deep the masking surely looks; what lies deeper is cut by it.
const MAX_DEPTH: usize = 120;

/// How many bytes of the reason a row has; the SDK's own are no longer.
const MAX_REASON_BYTES: usize = 1_024;

/// How deep a producer's account of its own work may be nested: what the contract has is not deeper.
const ACCOUNT_DEPTH: usize = 8;

/// What a record is measured by.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    pub(super) client: &'a ClientId,
    pub(super) max_record_bytes: usize,
    pub(super) masking: &'a Masking,
}

/// Reads one record.
///
/// # Errors
/// Where it is too large, is not valid, or is another client's.
pub(super) fn read(text: &str, rules: &Rules<'_>) -> Result<Entry, Refusal> {
    if text.len() > rules.max_record_bytes {
        return Err(Refusal::record_too_large());
    }
    let text = characters::replaced(text);
    let fields = parse(&text)?;
    check_names(&fields)?;
    check_accounts(&fields)?;
    let client: Option<Name<'_>> = read_text(&fields, "client_id")?;
    if client.is_none_or(|name| name.0 != rules.client.as_str()) {
        return Err(Refusal::foreign_client());
    }
    let is_deep = depth::is_beyond(&text, MAX_DEPTH);
    let Some(payload) = rules.masking.masked(&text, &fields, is_deep)? else {
        let (row, lost) = (row(&fields)?, lost::told(&fields));
        let errors = errors::fingerprints(row.kind, &text, &fields);
        let detail = details::of(&row, &fields);
        return Ok(Entry { row, payload: text.into_owned(), lost, errors, detail });
    };
    // What is stored apart from the record is taken from what was masked as well.
    let masked = parse(&payload)?;
    let (row, lost) = (row(&masked)?, lost::told(&masked));
    let errors = errors::fingerprints(row.kind, &payload, &masked);
    let detail = details::of(&row, &masked);
    Ok(Entry { row, payload, lost, errors, detail })
}

/// The parser's own message quotes what it found, so it is not passed on.
fn parse(text: &str) -> Result<Fields<'_>, Refusal> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => Refusal::invalid("the record is not an object"),
        _ => Refusal::malformed("the record is not JSON"),
    })
}

fn check_names(fields: &Fields<'_>) -> Result<(), Refusal> {
    let required = ["schema_version", "record_id", "kind", "client_id", "executed_at", "level"];
    if let Some(missing) = required.into_iter().find(|name| fields.get(name).is_none()) {
        return Err(Refusal::invalid(format!("the field {missing} is missing")));
    }
    if fields.holds_a_name_twice() {
        return Err(Refusal::invalid("a field stands twice"));
    }
    if fields.iter().any(|(_, value)| value.get() == "null") {
        return Err(Refusal::invalid("a value is null, it must be left out"));
    }
    if fields.read::<u32>("schema_version")? != Some(SCHEMA_VERSION) {
        return Err(Refusal::unknown_version());
    }
    Ok(())
}

fn check_accounts(fields: &Fields<'_>) -> Result<(), Refusal> {
    let is_deep = |name: &&str| {
        fields.get(name).is_some_and(|value| depth::is_beyond(value.get(), ACCOUNT_DEPTH))
    };
    if let Some(deep) = ACCOUNTS.into_iter().find(is_deep) {
        return Err(Refusal::invalid(format!("{deep} is nested too deeply")));
    }
    identifier(fields, "degraded").map(drop)
}

fn row(fields: &Fields<'_>) -> Result<Row, Refusal> {
    let kind: Option<Name<'_>> = read_text(fields, "kind")?;
    let kind = kind.and_then(|name| Kind::named(&name.0)).ok_or_else(Refusal::unknown_kind)?;
    let status = identifier(fields, "status")?;
    let mut row = Row {
        status_reason: fields.read("status_reason")?.map(one_line),
        category: identifier(fields, "category")?,
        environment: identifier(fields, "environment")?,
        workflow_name: identifier(fields, "workflow_name")?,
        workflow_version: identifier(fields, "workflow_version")?,
        ticket_id: identifier(fields, "ticket_id")?,
        attempt: fields.read("attempt")?,
        execution_time_seconds: fields.read("execution_time_seconds")?,
        currency: identifier(fields, "currency")?,
        level: level(fields)?,
        ..Row::new(record_id(fields)?, kind, executed_at(fields)?, crate::store::Outcome::Open)
    };
    metrics(&mut row, fields)?;
    tags(fields)?;
    kinds::fill(&mut row, fields)?;
    row.outcome = outcome::outcome(kind, status.as_deref(), row.event_type.as_deref())
        .ok_or_else(|| Refusal::invalid("the status is missing, or not one of the kind's"))?;
    row.status = status;
    Ok(row)
}

fn record_id(fields: &Fields<'_>) -> Result<Uuid, Refusal> {
    let text: Option<Name<'_>> = read_text(fields, "record_id")?;
    let id = text.and_then(|text| Uuid::try_parse(&text.0).ok());
    id.filter(|id| time::of_uuid_v7(*id).is_some())
        .ok_or_else(|| Refusal::invalid("the record_id is not a UUIDv7"))
}

fn executed_at(fields: &Fields<'_>) -> Result<i64, Refusal> {
    let text: Option<Name<'_>> = read_text(fields, "executed_at")?;
    text.and_then(|text| time::parse_rfc3339(&text.0))
        .ok_or_else(|| Refusal::invalid("executed_at is not RFC 3339 in UTC"))
}

fn level(fields: &Fields<'_>) -> Result<String, Refusal> {
    identifier(fields, "level")?
        .filter(|level| matches!(level.as_str(), "METRICS_ONLY" | "FULL_TRACE"))
        .ok_or_else(|| Refusal::invalid("the level is neither METRICS_ONLY nor FULL_TRACE"))
}

fn metrics(row: &mut Row, fields: &Fields<'_>) -> Result<(), Refusal> {
    let Some(metrics) = Metrics::read(fields)? else {
        return Ok(());
    };
    row.confidence = metrics.number("overall_confidence");
    row.input_tokens = metrics.count("input_tokens");
    row.output_tokens = metrics.count("output_tokens");
    row.cost = metrics.number("cost");
    row.error_count = metrics.count("error_count");
    // Written anew: a number's own text may be of any length.
    let written = serde_json::to_string(&metrics);
    row.metrics = Some(written.map_err(|_| Refusal::invalid("the metrics cannot be written"))?);
    Ok(())
}

/// Numbers by name.
struct Metrics<'a>(Vec<(Cow<'a, str>, Number)>);

impl Serialize for Metrics<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, number)| (name, number)))
    }
}

impl<'a> Metrics<'a> {
    fn read(fields: &Fields<'a>) -> Result<Option<Self>, Refusal> {
        let Some(own) = fields.read::<Fields<'a>>("metrics")? else {
            return Ok(None);
        };
        let mut metrics = Vec::new();
        for (name, value) in own.into_iter() {
            let number = serde_json::from_str(value.get()).map_err(|_| WrongType("metrics"))?;
            metrics.push((name, number));
        }
        if metrics.len() > MAX_METRICS {
            return Err(Refusal::invalid("there are too many metrics"));
        }
        if metrics.iter().any(|(name, _)| name.len() > MAX_IDENTIFIER_BYTES) {
            return Err(Refusal::invalid("a metric's name is longer than 256 bytes"));
        }
        Ok(Some(Self(metrics)))
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(own, _)| own == name).and_then(|(_, number)| number.as_f64())
    }

    fn count(&self, name: &str) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "a count beyond 2^63 is the largest")]
        self.number(name).map(|number| number as i64)
    }
}

fn tags(fields: &Fields<'_>) -> Result<(), Refusal> {
    let tags: Option<Vec<Name<'_>>> = fields.read("tags")?;
    match tags {
        Some(tags) if tags.len() > MAX_TAGS => Err(Refusal::invalid("there are too many tags")),
        _ => Ok(()),
    }
}

fn read_text<'a>(fields: &Fields<'a>, name: &'static str) -> Result<Option<Name<'a>>, WrongType> {
    fields.read(name)
}

/// A name as the row has it. Rows are joined and shown by names, so control characters stand in none;
/// they are replaced rather than refused, since a refused record is lost. The payload keeps them.
pub(super) fn identifier(
    fields: &Fields<'_>,
    name: &'static str,
) -> Result<Option<String>, Refusal> {
    match fields.read::<Option<String>>(name)?.flatten() {
        Some(text) if text.len() > MAX_IDENTIFIER_BYTES => {
            Err(Refusal::invalid(format!("{name} is longer than 256 bytes")))
        }
        Some(text) if text.contains(is_control) => Ok(Some(text.replace(is_control, "\u{fffd}"))),
        text => Ok(text),
    }
}

pub(super) fn is_control(character: char) -> bool {
    character.is_ascii_control()
}

/// The beginning of a text that is meant to be one line.
fn one_line(mut text: String) -> String {
    text.truncate(boundary::floor(&text, MAX_REASON_BYTES));
    text
}

/// The id of a record that is refused. Only a UUID is given, never what else stands there.
pub(super) fn readable_id(text: &str) -> Option<String> {
    let fields: Fields<'_> = serde_json::from_str(text).ok()?;
    let id: &RawValue = fields.get("record_id")?;
    let id: Cow<'_, str> = serde_json::from_str(id.get()).ok()?;
    Uuid::try_parse(&id).is_ok().then(|| id.into_owned())
}
