//! The record of one act, as an `audit` record of the collector's own.

use epilogue::wire::SCHEMA_VERSION;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::auth::COLLECTOR_CLIENT;
use crate::store::{Entry, Kind, Outcome, Row};
use crate::time;

/// What is told of an act. None of it may hold a secret, or a text that somebody may have typed in
/// the wrong field.
#[derive(Debug)]
pub(crate) struct Told {
    who: String,
    action: &'static str,
    resource_type: &'static str,
    resource_id: String,
    outcome: Outcome,
    facts: Value,
}

impl Told {
    /// Who did what to which thing.
    pub(crate) fn new(
        who: impl Into<String>,
        action: &'static str,
        resource_type: &'static str,
        resource_id: impl Into<String>,
    ) -> Self {
        Self {
            who: who.into(),
            action,
            resource_type,
            resource_id: resource_id.into(),
            outcome: Outcome::Ok,
            facts: json!({}),
        }
    }

    /// What else is told of it.
    pub(crate) fn with(self, facts: Value) -> Self {
        Self { facts, ..self }
    }

    /// That it was tried in vain.
    pub(crate) fn in_vain(self) -> Self {
        Self { outcome: Outcome::Failed, ..self }
    }

    /// The record.
    pub(crate) fn entry(self) -> Entry {
        let Self { who, action, resource_type, resource_id, outcome, facts } = self;
        let (record_id, now) = (Uuid::now_v7(), time::now_millis());
        let status = if outcome == Outcome::Failed { "failure" } else { "success" };
        let audit = json!({
            "user_id": who, "action": action, "resource_type": resource_type,
            "resource_id": resource_id,
        });
        let payload = json!({
            "schema_version": SCHEMA_VERSION, "record_id": record_id, "kind": "audit",
            "client_id": COLLECTOR_CLIENT, "executed_at": time::rfc3339(now), "status": status,
            "level": "FULL_TRACE", "audit": audit, "trace": {"metadata": facts},
        });
        let row = Row {
            status: Some(status.to_owned()),
            action_type: Some(action.to_owned()),
            resource_type: Some(resource_type.to_owned()),
            resource_id: Some(resource_id),
            user_id: Some(who),
            level: "FULL_TRACE".to_owned(),
            ..Row::new(record_id, Kind::Audit, now, outcome)
        };
        Entry::new(row, payload.to_string())
    }
}
