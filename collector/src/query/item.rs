//! One line of a list as it is answered.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::Listed;
use crate::time;

use super::cell::Cell;

/// A line of a list: some fields that every record has, and others that are left out where the
/// record does not have them.
macro_rules! item {
    ($($(#[$doc:meta])* $name:ident: $type:ty),* $(,)?) => {
        /// What a list tells of a record; what the record does not have is left out.
        #[derive(Debug, Serialize, ToSchema)]
        pub(crate) struct Item {
            /// The record's own id, a `UUIDv7`.
            record_id: Uuid,
            /// What it is about.
            #[schema(schema_with = crate::schema::kind)]
            kind: &'static str,
            /// Whose it is.
            client_id: String,
            /// When it happened (RFC 3339, UTC).
            #[schema(format = DateTime)]
            executed_at: String,
            /// When the record was made (RFC 3339, UTC), as its id tells.
            #[schema(format = DateTime)]
            recorded_at: String,
            /// What became of it, whatever the kind calls that.
            #[schema(schema_with = crate::schema::outcome)]
            outcome: &'static str,
            /// What the record holds.
            #[schema(schema_with = crate::schema::level)]
            level: String,
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                $name: Option<$type>,
            )*
            /// Numbers by name.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(value_type = Option<std::collections::HashMap<String, f64>>, nullable = false)]
            metrics: Option<Box<RawValue>>,
        }

        impl From<Listed> for Item {
            fn from(listed: Listed) -> Self {
                let Listed { client, row, .. } = listed;
                Self {
                    record_id: row.record_id,
                    kind: row.kind.as_str(),
                    client_id: client.as_str().to_owned(),
                    executed_at: time::rfc3339(row.executed_at),
                    recorded_at: time::rfc3339(row.recorded_at()),
                    outcome: row.outcome.as_str(),
                    level: row.level,
                    $($name: row.$name,)*
                    metrics: row.metrics.and_then(|json| RawValue::from_string(json).ok()),
                }
            }
        }

        impl Item {
            /// The names of its fields, in the order of [`cells`](Self::cells).
            pub(super) const COLUMNS: &'static [&'static str] = &[
                "record_id", "kind", "client_id", "executed_at", "recorded_at", "outcome", "level",
                $(stringify!($name),)*
                "metrics",
            ];

            /// Its fields as cells of a table, empty where the record does not have one.
            pub(super) fn cells(&self) -> impl Iterator<Item = Cow<'_, str>> {
                let id = self.record_id.hyphenated().to_string();
                let every = [
                    Cow::Owned(id),
                    self.kind.into(),
                    self.client_id.cell(),
                    self.executed_at.cell(),
                    self.recorded_at.cell(),
                    self.outcome.into(),
                    self.level.cell(),
                ];
                let own = [$(self.$name.as_ref().map(Cell::cell).unwrap_or_default(),)*];
                let metrics = self.metrics.as_ref().map(|json| json.get()).unwrap_or_default();
                every.into_iter().chain(own).chain([metrics.into()])
            }
        }
    };
}

item! {
    /// The kind's own word for the outcome.
    status: String,
    /// Why, in one line.
    status_reason: String,
    /// What it was about.
    category: String,
    /// Such as `production`.
    environment: String,
    /// Which workflow ran.
    workflow_name: String,
    /// In which version.
    workflow_version: String,
    /// The ticket.
    ticket_id: String,
    /// 1 for the first run of the ticket.
    attempt: i64,
    /// How long it took.
    execution_time_seconds: f64,
    /// How sure it was, from 0 to 1.
    confidence: f64,
    /// Tokens that models read.
    input_tokens: i64,
    /// Tokens that models wrote.
    output_tokens: i64,
    /// What it cost.
    cost: f64,
    /// In which currency (ISO 4217).
    currency: String,
    /// How many errors it met.
    error_count: i64,
    /// Which provider was called, or which system an event came from.
    provider_name: String,
    /// What was done.
    action_type: String,
    /// What happened.
    event_type: String,
    /// To which group that belongs.
    event_category: String,
    /// What kind of thing was changed.
    resource_type: String,
    /// Which one.
    resource_id: String,
    /// What kind of thing it happened to.
    entity_type: String,
    /// Which one.
    entity_id: String,
    /// Who did it.
    user_id: String,
}
