//! A root span becomes the envelope of its run's record.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::mask::Policy;
use crate::record::{Error, Record, Status};

use super::error::kind_or_none;
use super::fields::{FieldValue, Fields, Told};
use super::meaning::Meaning;

/// Every status, and the two that OpenTelemetry has.
const STATUSES: [(&str, Status); 9] = [
    ("SUCCESS", Status::Success),
    ("OK", Status::Success),
    ("FAILED", Status::Failed),
    ("ERROR", Status::Failed),
    ("PARTIAL", Status::Partial),
    ("ESCALATED", Status::Escalated),
    ("TIMEOUT", Status::Timeout),
    ("CANCELLED", Status::Cancelled),
    ("CRASHED", Status::Crashed),
];

/// What a root span tells of its run.
pub(super) struct Root {
    fields: Fields,
    /// Numbers that the run is measured by.
    measures: Vec<(&'static str, f64)>,
}

impl Root {
    /// Which numbers are measures is asked here, before the record is locked.
    pub(super) fn of(mut fields: Fields, policy: &Policy) -> Self {
        let measures = take_measures(&mut fields, policy);
        Self { fields, measures }
    }

    /// How the span says that the run has ended.
    pub(super) fn take_status(&mut self) -> Option<Status> {
        let told = self.fields.take_as(Meaning::Status, status);
        told.or_else(|| self.fields.take_as(Meaning::OtelStatus, status))
    }

    /// Tells the record everything; it is told no value of the host's own.
    pub(super) fn tell(self, mut record: Record) -> Record {
        let Self { mut fields, measures } = self;
        for (name, value) in measures {
            record = record.metric(name, value);
        }
        record = tell_envelope(record, &mut fields);
        record = tell_numbers(record, &mut fields);
        record = tell_trace(record, &mut fields);
        let kind = fields.take_text(Meaning::ErrorType);
        let message = fields.take_text(Meaning::Error);
        if let Some(message) = message.or_else(|| kind.clone()) {
            record = record.error(Error::new(kind_or_none(kind), message));
        }
        if fields.0.is_empty() { record } else { record.state(State(fields.0)) }
    }
}

fn tell_envelope(mut record: Record, fields: &mut Fields) -> Record {
    if let Some(category) = fields.take_text(Meaning::Category) {
        record = record.category(category);
    }
    let reason = fields.take_text(Meaning::StatusReason);
    if let Some(reason) = reason.or_else(|| fields.take_text(Meaning::OtelStatusMessage)) {
        record = record.status_reason(reason);
    }
    for tag in fields.take_as(Meaning::Tags, tags).unwrap_or_default() {
        record = record.tag(tag);
    }
    if let Some(attempt) = fields.take_number(Meaning::Attempt) {
        record = record.attempt(attempt);
    }
    let named = [Meaning::WorkflowName, Meaning::AgentName, Meaning::Name];
    if let Some(name) = named.into_iter().find_map(|meaning| fields.take_text(meaning)) {
        record = record.workflow_name(name);
    }
    if let Some(version) = fields.take_text(Meaning::WorkflowVersion) {
        record = record.workflow_version(version);
    }
    if let Some(environment) = fields.take_text(Meaning::Environment) {
        record = record.environment(environment);
    }
    record
}

/// The numbers that the steps tell as well; what the root tells wins.
fn tell_numbers(mut record: Record, fields: &mut Fields) -> Record {
    let counts = [(Meaning::InputTokens, "input_tokens"), (Meaning::OutputTokens, "output_tokens")];
    for (meaning, name) in counts {
        if let Some(count) = fields.take_count(meaning) {
            record = record.metric(name, count);
        }
    }
    if let Some(cost) = fields.take_as(Meaning::Cost, FieldValue::as_number) {
        record = record.metric("cost", cost);
    }
    if let Some(currency) = fields.take_text(Meaning::Currency) {
        record = record.currency(currency);
    }
    record
}

fn tell_trace(mut record: Record, fields: &mut Fields) -> Record {
    let given = [Meaning::Input, Meaning::EntityInput];
    if let Some(input) = given.into_iter().find_map(|meaning| fields.take(meaning)) {
        record = record.input(input);
    }
    let answers = [Meaning::FinalResponse, Meaning::Output, Meaning::EntityOutput];
    if let Some(answer) = answers.into_iter().find_map(|meaning| fields.take_text(meaning)) {
        record = record.final_response(answer);
    }
    if let Some(confidence) = fields.take_as(Meaning::FinalConfidence, FieldValue::as_number) {
        record = record.final_confidence(confidence);
    }
    record
}

fn status(value: &FieldValue) -> Option<Status> {
    let text = value.as_text()?;
    let known = STATUSES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map(|(_, status)| *status)
}

/// A list as JSON, or as `billing, vip`.
fn tags(value: &FieldValue) -> Option<Vec<String>> {
    let text = value.as_text()?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| {
        let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
        tags.map(ToOwned::to_owned).collect()
    }))
}

/// Numbers without another meaning. An identifier is no measure, nor is a number that masking
/// changes: metrics are not masked.
fn take_measures(fields: &mut Fields, policy: &Policy) -> Vec<(&'static str, f64)> {
    let mut measures = Vec::new();
    fields.0.retain(|told| {
        let number = told.value.as_number().filter(|_| is_measure(told, policy));
        measures.extend(number.map(|number| (told.name, number)));
        number.is_none()
    });
    measures
}

fn is_measure(told: &Told, policy: &Policy) -> bool {
    let last = told.name.rsplit(['.', '_']).next().unwrap_or_default();
    if told.meaning != Meaning::Attribute || last.eq_ignore_ascii_case("id") {
        return false;
    }
    let alone = BTreeMap::from([(told.name, &told.value)]);
    match (policy.mask(&alone), serde_json::to_string(&alone)) {
        (Ok(masked), Ok(plain)) => masked.json() == plain,
        _ => false,
    }
}

/// What a root span tells besides: the state that the run has left.
struct State(Vec<Told>);

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [told] if told.meaning == Meaning::State => told.value.serialize(serializer),
            all => {
                let mut map = serializer.serialize_map(Some(all.len()))?;
                for told in all {
                    map.serialize_entry(told.name, &told.value)?;
                }
                map.end()
            }
        }
    }
}
