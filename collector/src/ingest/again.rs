//! A record that was stored before, made ready to be stored again elsewhere.

use super::{details, errors};
use crate::fields::Fields;
use crate::store::{Entry, Row};

/// The record with what is kept apart from it, taken from it as when it came. What its producer has
/// lost is not: of that the store has more than any record tells. Where the whole of a record is gone,
/// its row tells what it can.
pub(crate) fn entry(row: Row, payload: Option<String>) -> Entry {
    let payload = payload.unwrap_or_default();
    // It was read when it came; what cannot be read now tells nothing more.
    let fields: Fields<'_> = serde_json::from_str(&payload).unwrap_or_default();
    let errors = errors::fingerprints(row.kind, &payload, &fields);
    let detail = details::of(&row, &fields);
    Entry { row, payload, lost: None, errors, detail }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::ingest::masking::Masking;
    use crate::ingest::record::{self, Rules};

    fn came(record: &serde_json::Value) -> Entry {
        let client = ClientId::new("a").unwrap();
        let masking = Masking::default();
        let rules = Rules { client: &client, max_record_bytes: 1 << 20, masking: &masking };
        record::read(&record.to_string(), &rules).unwrap()
    }

    #[test]
    fn a_record_is_again_what_it_was_when_it_came() {
        let of = |kind: &str, status: &str, own: serde_json::Value| {
            json!({
                "schema_version": 1, "record_id": Uuid::now_v7(), "kind": kind, "client_id": "a",
                "executed_at": "2026-01-31T12:00:00Z", "status": status, "level": "FULL_TRACE",
                kind: own, "trace": {"errors": [{"type": "T", "message": {"b": 1, "a": 2}}]},
                "sdk": {"instance": "i", "lost": {"expired": 2}},
            })
        };
        let attempts = json!([{"attempt_timestamp": "2026-01-31T12:00:00Z",
            "attempt_status": "Failed", "error_log": "of maria@example.org"}]);
        for record in [
            of("workflow", "FAILED", json!({})),
            of("action", "success", json!({"action_type": "email_send"})),
            of("task_sync", "Failed", json!({"attempts": attempts})),
            of("webhook_event", "Failed", json!({"event_id": "e", "retry_count": 3})),
            of("nlp_parsing", "Success", json!({"parser_version": "2", "entity_counts": {"A": 1}})),
        ] {
            let first = came(&record);
            let again = entry(first.row.clone(), Some(first.payload.clone()));
            assert_eq!((&again.row, &again.payload), (&first.row, &first.payload));
            assert_eq!((&again.errors, &again.detail), (&first.errors, &first.detail));
            assert!(again.lost.is_none() && first.lost.is_some());
        }
    }

    #[test]
    fn a_record_whose_whole_is_gone_is_its_row() {
        let first = came(&json!({
            "schema_version": 1, "record_id": Uuid::now_v7(), "kind": "action", "client_id": "a",
            "executed_at": "2026-01-31T12:00:00Z", "status": "success", "level": "METRICS_ONLY",
        }));
        let again = entry(first.row.clone(), None);
        assert_eq!((again.row, again.payload.as_str()), (first.row, ""));
    }
}
