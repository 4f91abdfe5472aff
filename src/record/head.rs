//! The envelope of a record, as far as it never changes again: everything before its level.

use serde::Serialize;

use crate::clock;
use crate::mask::{Cut, Identities, Masker, Policy, Report, write_string};
use crate::wire;

use super::Record;
use super::cuts::Cuts;

/// The longest `status_reason` and tag, in bytes.
const MAX_TEXT_BYTES: usize = 1_024;

/// Masked JSON of the envelope's first fields, without the closing brace.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) json: Vec<u8>,
    pub(super) report: Report,
    pub(super) cuts: Cuts,
}

/// Writes the head. Texts are left out where the names in the record are not known.
pub(super) fn write(
    record: &Record,
    policy: &Policy,
    identities: &Identities,
    names_are_known: bool,
) -> Head {
    let mut head = Writer::new(policy, identities);
    head.number("schema_version", wire::SCHEMA_VERSION);
    head.number("record_id", record.id);
    head.number("kind", record.kind);
    head.identifier("client_id", Some(record.client_id.as_deref().unwrap_or("unknown")));
    head.identifier("environment", record.environment.as_deref());
    head.identifier("workflow_name", record.workflow_name.as_deref());
    head.identifier("workflow_version", record.workflow_version.as_deref());
    head.identifier("ticket_id", record.ticket_id.as_deref());
    head.optional("attempt", record.attempt);
    head.number("executed_at", clock::rfc3339(started_at(record)));
    head.optional("execution_time_seconds", record.took.map(|took| took.as_secs_f64()));
    head.number("status", record.ending().status);
    head.reason(record.status_reason.as_deref(), names_are_known);
    head.identifier("category", record.category.as_deref());
    head.tags(&record.tags, names_are_known);
    head.identifier("currency", record.currency.as_deref());
    head.metrics(record);
    head.finish()
}

fn started_at(record: &Record) -> std::time::SystemTime {
    record.started_at.unwrap_or_else(|| {
        record.created_at.checked_sub(record.took.unwrap_or_default()).unwrap_or(record.created_at)
    })
}

struct Writer<'a> {
    masker: Masker<'a>,
    json: Vec<u8>,
    cuts: Cuts,
}

impl<'a> Writer<'a> {
    fn new(policy: &'a Policy, identities: &'a Identities) -> Self {
        Self {
            masker: Masker::new(policy, identities),
            json: Vec::with_capacity(512),
            cuts: Cuts::default(),
        }
    }

    fn finish(self) -> Head {
        Head { json: self.json, report: self.masker.report(), cuts: self.cuts }
    }

    fn name(&mut self, name: &str) {
        self.json.push(if self.json.is_empty() { b'{' } else { b',' });
        self.string(name);
        self.json.push(b':');
    }

    fn string(&mut self, text: &str) {
        write_string(text, &mut self.json);
    }

    /// A value of the SDK's own, which holds nothing personal.
    fn number(&mut self, name: &str, value: impl Serialize) {
        self.name(name);
        // Writing to memory cannot fail, and numbers and short texts always serialize.
        let _ = serde_json::to_writer(&mut self.json, &value);
    }

    fn optional(&mut self, name: &str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.number(name, value);
        }
    }

    fn identifier(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let masked = self.masker.identifier(text);
        let kept = self.cut(name, masked.as_deref().unwrap_or(text), wire::MAX_IDENTIFIER_BYTES);
        self.name(name);
        self.string(&kept);
    }

    fn reason(&mut self, text: Option<&str>, names_are_known: bool) {
        let Some(text) = text else {
            return;
        };
        if !names_are_known {
            self.left_out("status_reason", text.len());
            return;
        }
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let masked = self.masker.text(&line).unwrap_or(line);
        let kept = self.cut("status_reason", &masked, MAX_TEXT_BYTES);
        self.name("status_reason");
        self.string(&kept);
    }

    fn tags(&mut self, tags: &[String], names_are_known: bool) {
        if tags.is_empty() {
            return;
        }
        let bytes = tags.iter().map(String::len).sum();
        if !names_are_known {
            self.left_out("tags", bytes);
            return;
        }
        if tags.len() > wire::MAX_TAGS {
            self.left_out("tags", bytes);
        }
        let kept: Vec<String> = tags
            .iter()
            .take(wire::MAX_TAGS)
            .map(|tag| {
                let masked = self.masker.text(tag);
                self.cut("tags", masked.as_ref().unwrap_or(tag), wire::MAX_IDENTIFIER_BYTES)
            })
            .collect();
        self.number("tags", kept);
    }

    fn metrics(&mut self, record: &Record) {
        let is_kept = |value: f64| value.is_finite();
        let all = record.metrics.iter().count();
        let kept: Vec<_> = record
            .metrics
            .iter()
            .filter(|(_, value)| is_kept(*value))
            .take(wire::MAX_METRICS)
            .collect();
        self.cuts.dropped_metrics = (all - kept.len()) as u64;
        if kept.is_empty() {
            return;
        }
        self.name("metrics");
        for (index, (name, value)) in kept.into_iter().enumerate() {
            self.json.push(if index == 0 { b'{' } else { b',' });
            let masked = self.masker.text(name);
            let name =
                self.cut("metrics", masked.as_deref().unwrap_or(name), wire::MAX_IDENTIFIER_BYTES);
            self.string(&name);
            self.json.push(b':');
            let _ = serde_json::to_writer(&mut self.json, &value);
        }
        self.json.push(b'}');
    }

    /// The text, no longer than `max` bytes and with no NUL, which would grow when it is written.
    fn cut(&mut self, path: &str, text: &str, max: usize) -> String {
        let text = text.replace('\0', "\u{fffd}");
        if text.len() <= max {
            return text;
        }
        self.left_out(path, text.len());
        let mut end = max;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text[..end].to_owned()
    }

    fn left_out(&mut self, path: &str, original_bytes: usize) {
        self.cuts.fields.push(Cut { path: path.to_owned(), original_bytes: Some(original_bytes) });
    }
}
