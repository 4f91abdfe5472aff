//! Records of the kinds that have pages of their own.

use std::time::{Duration, SystemTime};

use epilogue_collector::KeyScope;
use serde_json::{Value, json};

use crate::server::{Server, record_with};

/// A moment so many minutes ago, as records tell it.
pub(crate) fn ago(minutes: u64) -> String {
    let moment = SystemTime::now() - Duration::from_secs(60 * minutes);
    humantime::format_rfc3339_millis(moment).to_string()
}

/// A record of a kind, which happened five minutes ago; its own fields lie under the kind's name,
/// and beside them what else it has.
pub(crate) fn of_kind(kind: &str, status: &str, own: &Value, more: &Value) -> Value {
    let mut fields = json!({
        "kind": kind, "status": status, kind: own, "executed_at": ago(5), "metrics": null,
        "execution_time_seconds": null, "category": null, "environment": "production",
        "level": "FULL_TRACE",
    });
    if status.is_empty() {
        fields["status"] = Value::Null;
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        fields[name] = value.clone();
    }
    record_with("a", &fields)
}

/// Stores all of these as records of this client.
pub(crate) async fn store(server: &Server, client: &str, mut records: Vec<Value>) {
    let key = server.key(client, KeyScope::Ingest).await;
    for record in &mut records {
        record["client_id"] = client.into();
    }
    let count = records.len();
    let (_, answer) = server.post(&key, Value::from(records).to_string()).await;
    assert_eq!(answer["accepted"], count, "{answer}");
}
