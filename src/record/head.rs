//! The envelope of a record, as far as it never changes again: everything before its level.

mod own;

use std::collections::HashSet;

use serde::Serialize;

use crate::clock;
use crate::mask::{
    self, Cut, Entity, Identities, Known, Masker, Policy, Report, Root, Unserializable, Way,
    write_string,
};
use crate::wire;

use super::Record;
use super::cuts::Cuts;
use super::limit::{self, MAX_LINE_BYTES, fitted, unlike};
use super::metrics;
use super::reasons;

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
    let nobody = Identities::default();
    let mut head = Writer::new(policy, identities, &nobody);
    head.names_are_known = names_are_known;
    head.number("schema_version", wire::SCHEMA_VERSION);
    head.number("record_id", record.id);
    head.number("kind", record.kind);
    head.client_id(record.client_id.as_deref());
    head.constant("environment", record.environment.as_deref());
    head.constant("workflow_name", record.workflow_name.as_deref());
    head.constant("workflow_version", record.workflow_version.as_deref());
    head.ticket_id(record.ticket_id.as_deref());
    head.optional("attempt", record.attempt);
    head.number("executed_at", clock::rfc3339(started_at(record)));
    head.optional("execution_time_seconds", record.took.map(|took| took.as_secs_f64()));
    head.optional("status", record.ending().status);
    head.reason(record.status_reason.as_deref());
    head.category(record.category.as_deref());
    head.tags(&record.tags);
    head.constant("currency", record.currency.as_deref());
    head.metrics(record);
    head.own(record, &nobody);
    head.finish()
}

/// Learns what the texts of the head tell: one that is JSON may name people.
pub(super) fn collect(
    record: &Record,
    policy: &Policy,
    known: &mut Known,
) -> Result<(), Unserializable> {
    if let Some(text) = &record.status_reason {
        mask::collect(policy, text, Root::STATUS_REASON, known)?;
    }
    for (index, tag) in record.tags.iter().enumerate() {
        mask::collect(policy, tag, tag_root(&tag_ways(index)), known)?;
    }
    own::collect(record, policy, known)
}

fn tag_ways(index: usize) -> [Way<'static>; 2] {
    [Way::Field("tags"), Way::Element(index)]
}

fn tag_root<'a>(ways: &'a [Way<'a>]) -> Root<'a> {
    Root::new(ways, "tags")
}

fn started_at(record: &Record) -> std::time::SystemTime {
    record.started_at.unwrap_or_else(|| {
        record.created_at.checked_sub(record.took.unwrap_or_default()).unwrap_or(record.created_at)
    })
}

struct Writer<'a> {
    policy: &'a Policy,
    identities: &'a Identities,
    names_are_known: bool,
    masker: Masker<'a>,
    /// Knows no names: for what is the same in every record of a client, whoever is in it.
    form_alone: Masker<'a>,
    /// What was masked in texts.
    in_texts: Report,
    json: Vec<u8>,
    cuts: Cuts,
}

impl<'a> Writer<'a> {
    fn new(policy: &'a Policy, identities: &'a Identities, nobody: &'a Identities) -> Self {
        Self {
            policy,
            identities,
            names_are_known: true,
            in_texts: Report::default(),
            masker: Masker::new(policy, identities),
            form_alone: Masker::new(policy, nobody),
            json: Vec::with_capacity(512),
            cuts: Cuts::default(),
        }
    }

    fn finish(self) -> Head {
        let report = self.masker.report().merged(&self.form_alone.report()).merged(&self.in_texts);
        Head { json: self.json, report, cuts: self.cuts }
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

    /// What the collector knows the client by: masked, it would be another's.
    fn client_id(&mut self, id: Option<&str>) {
        let id = id.filter(|id| !id.trim().is_empty()).unwrap_or("unknown");
        let kept = self.cut("client_id", id, id.len(), wire::MAX_IDENTIFIER_BYTES);
        self.name("client_id");
        self.string(&kept);
    }

    /// A text of the client's own, in which a customer's name is chance.
    fn constant(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let masked = self.form_alone.identifier(text);
        self.masked(name, text, masked.as_deref());
    }

    fn identifier(&mut self, name: &str, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let masked = self.masker.identifier(text);
        self.masked(name, text, masked.as_deref());
    }

    /// Where names are not known, a ticket that may hold one is told apart by its hash alone.
    fn ticket_id(&mut self, id: Option<&str>) {
        match id {
            Some(id) if self.may_name_people(id) => {
                self.in_texts.add(Entity::Id);
                let hash = self.policy.hashed(Entity::Id, id);
                self.name("ticket_id");
                self.string(&hash);
            }
            _ => self.identifier("ticket_id", id),
        }
    }

    fn category(&mut self, category: Option<&str>) {
        match category {
            Some(text) if self.may_name_people(text) => self.left_out("category", text.len()),
            _ => self.identifier("category", category),
        }
    }

    /// An identifier is one word; several may be a name that nobody can know.
    fn may_name_people(&self, text: &str) -> bool {
        !self.names_are_known && text.trim().contains(char::is_whitespace)
    }

    /// The text masked as a value of the trace would be: as JSON where it is JSON.
    fn text(&mut self, text: &str, root: Root<'_>) -> Option<String> {
        let walk = if self.identities.is_empty() { mask::draft } else { mask::collect };
        let seen = walk(self.policy, text, root, &mut Known::default()).ok()?;
        let written = mask::write(self.policy, self.identities, text, seen, root).ok()?;
        self.in_texts = self.in_texts.merged(&written.report);
        serde_json::from_slice(&written.json).ok()
    }

    fn masked(&mut self, name: &str, text: &str, masked: Option<&str>) {
        let masked = masked.unwrap_or(text);
        let kept = self.cut(name, masked, text.len(), wire::MAX_IDENTIFIER_BYTES);
        self.name(name);
        self.string(&kept);
    }

    fn reason(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            return;
        };
        let line = limit::line(text);
        let may_be_told = self.names_are_known || reasons::is_own(text);
        let masked = if may_be_told { self.text(&line, Root::STATUS_REASON) } else { None };
        let Some(masked) = masked else {
            self.left_out("status_reason", text.len());
            return;
        };
        let kept = self.cut("status_reason", &masked, text.len(), MAX_LINE_BYTES);
        self.name("status_reason");
        self.string(&kept);
    }

    fn tags(&mut self, tags: &[String]) {
        if tags.is_empty() {
            return;
        }
        let bytes = tags.iter().map(String::len).sum();
        if !self.names_are_known {
            self.left_out("tags", bytes);
            return;
        }
        if tags.len() > wire::MAX_TAGS {
            self.left_out("tags", bytes);
        }
        let kept: Vec<String> = tags
            .iter()
            .take(wire::MAX_TAGS)
            .enumerate()
            .filter_map(|(index, tag)| {
                let masked = self.text(tag, tag_root(&tag_ways(index)))?;
                Some(self.cut("tags", &masked, tag.len(), wire::MAX_IDENTIFIER_BYTES))
            })
            .collect();
        self.number("tags", kept);
    }

    fn metrics(&mut self, record: &Record) {
        let all = record.metrics.len();
        let kept: Vec<_> = record
            .metrics
            .iter()
            .filter(|(name, value)| value.is_finite() && !self.may_name_people(name))
            .take(wire::MAX_METRICS)
            .collect();
        self.cuts.dropped_metrics = (all - kept.len()) as u64;
        if kept.is_empty() {
            return;
        }
        self.name("metrics");
        let mut written = HashSet::new();
        for (index, (name, value)) in kept.into_iter().enumerate() {
            self.json.push(if index == 0 { b'{' } else { b',' });
            let name = unlike(&written, self.metric_name(name));
            self.string(&name);
            written.insert(name);
            self.json.push(b':');
            let _ = serde_json::to_writer(&mut self.json, &value);
        }
        self.json.push(b'}');
    }

    /// A name that the SDK counts under stays as it is, whoever is called like it.
    fn metric_name(&mut self, name: &str) -> String {
        if metrics::COUNTED.contains(&name) {
            return name.to_owned();
        }
        let masked = self.masker.key(name);
        let masked = masked.as_deref().unwrap_or(name);
        self.cut("metrics", masked, name.len(), wire::MAX_IDENTIFIER_BYTES)
    }

    fn cut(&mut self, path: &str, text: &str, original_bytes: usize, max: usize) -> String {
        let (kept, is_cut) = fitted(text, max);
        if is_cut {
            self.left_out(path, original_bytes);
        }
        kept
    }

    fn left_out(&mut self, path: &str, original_bytes: usize) {
        self.cuts.fields.push(Cut { path: path.to_owned(), original_bytes: Some(original_bytes) });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::level::Level;

    fn sealed(record: Record) -> wire::Envelope {
        let json = record.seal(&Policy::default(), Level::MetricsOnly).render();
        serde_json::from_str(&json).expect("a valid envelope")
    }

    #[test]
    fn what_the_client_says_of_itself_is_no_name_of_the_records() {
        let record = Record::workflow("acme 7")
            .client_id("acme")
            .environment("acme-staging")
            .workflow_name("write to maria@example.com")
            .category("ACME")
            .state(json!({"client": {"name": "Acme"}}));
        let envelope = sealed(record);
        assert_eq!(envelope.client_id, "acme");
        assert_eq!(envelope.environment.as_deref(), Some("acme-staging"));
        assert!(envelope.workflow_name.is_some_and(|name| name.starts_with("[EMAIL:")));
        assert!(envelope.ticket_id.is_some_and(|id| id.starts_with("[NAME:")));
        assert!(envelope.category.is_some_and(|category| category.starts_with("[NAME:")));
        assert_eq!(envelope.masking.expect("told").counts["EMAIL"], 1);
    }

    #[test]
    fn a_text_that_is_json_is_masked_as_json_and_tells_its_names() {
        let record = Record::workflow("1")
            .status_reason(r#"{"home_address":"Elm Row 5","first_name":"Maria"}"#)
            .tag(r#"{"password":"hunter2hunter2"}"#)
            .tag("of maria")
            .state("maria");
        let json = record.seal(&Policy::default(), Level::FullTrace).render();
        let envelope: wire::Envelope = serde_json::from_str(&json).expect("a valid envelope");
        for told in ["Elm Row", "hunter2", "aria"] {
            assert!(!json.contains(told), "{json}");
        }
        assert_eq!(envelope.tags[1], "of [NAME]");
        assert_eq!(envelope.trace.expect("full")["state"], "[NAME]");
    }

    #[test]
    fn where_names_are_not_known_nothing_that_may_hold_one_is_told() {
        let record = || {
            Record::workflow("call of Maria Lindqvist")
                .category("Maria Lindqvist")
                .metric("calls of maria", 1)
                .metric("calls", 2)
        };
        let policy = Policy::default();
        let seal = |record| super::super::seal::Sealing::new(record, &policy);
        let json = seal(record())
            .seal(Level::FullTrace, super::super::Walk::Skip(super::super::Degraded::Pressure))
            .render();
        let envelope: wire::Envelope = serde_json::from_str(&json).expect("a valid envelope");
        assert!(!json.to_lowercase().contains("maria"), "{json}");
        assert!(envelope.ticket_id.is_some_and(|id| id.starts_with("[ID:")));
        assert_eq!(envelope.metrics.len(), 1);
        let truncation = envelope.truncation.expect("something was left out");
        assert_eq!(truncation.dropped_metrics, 1);
        assert_eq!(truncation.fields[0].path, "category");
        let json = seal(record()).seal(Level::FullTrace, super::super::Walk::Full).render();
        assert!(json.contains(r#""ticket_id":"call of Maria Lindqvist""#), "{json}");
    }

    #[test]
    fn an_empty_client_id_is_unknown() {
        assert_eq!(sealed(Record::workflow("1").client_id(" ")).client_id, "unknown");
    }

    #[test]
    fn no_placeholder_is_split_and_the_original_is_what_is_told() {
        let tag = format!("{} maria@example.com", "x".repeat(250));
        let envelope = sealed(Record::workflow("1").tag(tag.clone()));
        assert_eq!(envelope.tags, [format!("{} ", "x".repeat(250))]);
        let cut = &envelope.truncation.expect("something was cut").fields[0];
        assert_eq!(cut.original_bytes, Some(tag.len() as u64));
    }

    #[test]
    fn two_metrics_never_share_a_name() {
        let long = "x".repeat(wire::MAX_IDENTIFIER_BYTES);
        let record = Record::workflow("1")
            .identity("Maria")
            .identity("Nils")
            .identity("Step_Count")
            .metric("calls of maria", 1)
            .metric("calls of nils", 2)
            .metric("step_count", 3)
            .metric(format!("{long}a"), 4)
            .metric(format!("{long}b"), 5);
        let metrics = sealed(record).metrics;
        assert_eq!(metrics.len(), 5);
        assert!((metrics["calls of [NAME]#2"] - 2.0).abs() < f64::EPSILON);
        assert!(metrics.contains_key("step_count"));
        assert!(metrics.keys().all(|name| name.len() <= wire::MAX_IDENTIFIER_BYTES));
    }
}
