//! One line of a list as it is answered.

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::store::Listed;
use crate::time;

/// What a list tells of a record; what the record does not have is left out.
#[derive(Debug, Serialize)]
pub(crate) struct Item {
    record_id: Uuid,
    kind: &'static str,
    client_id: String,
    executed_at: String,
    recorded_at: String,
    outcome: &'static str,
    level: String,
    #[serde(flatten)]
    own: Own,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<Box<RawValue>>,
}

/// A field that is left out where the record does not have it.
macro_rules! own {
    ($($name:ident: $type:ty),* $(,)?) => {
        #[derive(Debug, Serialize)]
        struct Own {
            $(#[serde(skip_serializing_if = "Option::is_none")] $name: Option<$type>,)*
        }

        impl From<Listed> for Item {
            fn from(listed: Listed) -> Self {
                let Listed { client, row } = listed;
                Self {
                    record_id: row.record_id,
                    kind: row.kind.as_str(),
                    client_id: client.as_str().to_owned(),
                    executed_at: time::rfc3339(row.executed_at),
                    recorded_at: time::rfc3339(row.recorded_at()),
                    outcome: row.outcome.as_str(),
                    level: row.level,
                    own: Own { $($name: row.$name),* },
                    metrics: row.metrics.and_then(|json| RawValue::from_string(json).ok()),
                }
            }
        }
    };
}

own! {
    status: String,
    status_reason: String,
    category: String,
    environment: String,
    workflow_name: String,
    workflow_version: String,
    ticket_id: String,
    attempt: i64,
    execution_time_seconds: f64,
    confidence: f64,
    input_tokens: i64,
    output_tokens: i64,
    cost: f64,
    currency: String,
    error_count: i64,
    provider_name: String,
    action_type: String,
    event_type: String,
    event_category: String,
    resource_type: String,
    resource_id: String,
    entity_type: String,
    entity_id: String,
    user_id: String,
}
