//! What lines take from whole records: small parts, as they stand there.

use std::cell::Cell;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::fields::Fields;
use crate::store::Kind;

/// The parts of one record.
#[derive(Debug, Default)]
pub(crate) struct Whole<'a> {
    own: Fields<'a>,
    trace: Fields<'a>,
    object: Option<&'a RawValue>,
    taken: Cell<usize>,
}

impl<'a> Whole<'a> {
    /// Takes a record apart; nothing of one that cannot be read.
    pub(super) fn of(kind: Kind, payload: &'a str) -> Self {
        let fields: Fields<'a> = serde_json::from_str(payload).unwrap_or_default();
        Self {
            own: fields.read(kind.as_str()).ok().flatten().unwrap_or_default(),
            trace: fields.read("trace").ok().flatten().unwrap_or_default(),
            object: fields.get(kind.as_str()),
            taken: Cell::default(),
        }
    }

    /// How many bytes were taken from it so far.
    pub(super) fn taken(&self) -> usize {
        self.taken.get()
    }

    fn take(&self, part: Option<&RawValue>) -> Option<Box<RawValue>> {
        let part = part?;
        self.taken.set(self.taken.get() + part.get().len());
        Some(part.to_owned())
    }

    /// The object under the kind's own name.
    pub(crate) fn object(&self) -> Option<Box<RawValue>> {
        self.take(self.object)
    }

    /// A field under the kind's own name.
    pub(crate) fn own(&self, name: &str) -> Option<Box<RawValue>> {
        self.take(self.own.get(name))
    }

    /// A field of the trace.
    pub(crate) fn trace(&self, name: &str) -> Option<Box<RawValue>> {
        self.take(self.trace.get(name))
    }
}

/// The object under the name of the record's kind, as the record has it.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Own {
    /// Of an action.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    action: Option<Box<RawValue>>,
    /// Of an audit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    audit: Option<Box<RawValue>>,
    /// Of an activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    activity: Option<Box<RawValue>>,
    /// Of a synchronisation of tasks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    task_sync: Option<Box<RawValue>>,
    /// Of a webhook's event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    webhook_event: Option<Box<RawValue>>,
    /// Of a text that was parsed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    nlp_parsing: Option<Box<RawValue>>,
}

impl Own {
    /// That of this record.
    pub(super) fn of(kind: Kind, whole: &Whole<'_>) -> Self {
        let mut own = Self::default();
        let field = match kind {
            Kind::Workflow => return own,
            Kind::Action => &mut own.action,
            Kind::Audit => &mut own.audit,
            Kind::Activity => &mut own.activity,
            Kind::TaskSync => &mut own.task_sync,
            Kind::WebhookEvent => &mut own.webhook_event,
            Kind::NlpParsing => &mut own.nlp_parsing,
        };
        *field = whole.object();
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_as_they_are() {
        let record = r#"{"audit": {"changed_fields": ["a" ]},
            "trace": {"changes": {"before": 1.0}, "steps": []}}"#;
        let whole = Whole::of(Kind::Audit, record);
        assert_eq!(whole.object().unwrap().get(), r#"{"changed_fields": ["a" ]}"#);
        assert_eq!(whole.own("changed_fields").unwrap().get(), r#"["a" ]"#);
        assert_eq!(whole.trace("changes").unwrap().get(), r#"{"before": 1.0}"#);
        assert!(whole.trace("metadata").is_none());
        assert_eq!(whole.taken(), 26 + 6 + 15);
    }

    #[test]
    fn of_what_is_broken_there_is_nothing() {
        for record in ["", "{", "[]", r#"{"audit": 5, "trace": "x"}"#] {
            let whole = Whole::of(Kind::Audit, record);
            assert!(whole.own("x").is_none() && whole.trace("x").is_none(), "{record}");
        }
    }
}
