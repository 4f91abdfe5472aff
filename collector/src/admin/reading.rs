//! What is told of those who read: exports, and whole traces that a person looks at.

use serde_json::{Value, json};
use uuid::Uuid;

use super::record::Told;
use crate::auth::{ClientId, Clients, Scope};
use crate::store::{Store, StoreError};

/// Leaves a record of an export, before the first of it is given: whose records, all clients' where
/// no client is named, and what is told of it.
///
/// # Errors
/// Where the store cannot be written, or the right to it has ended.
pub(crate) async fn tell_export(
    store: &dyn Store,
    scope: &Scope,
    client: Option<&str>,
    facts: Value,
) -> Result<(), StoreError> {
    let client = match (client, scope.clients()) {
        (Some(client), _) => client,
        (None, Clients::One(own)) => own.as_str(),
        (None, Clients::All) => "*",
    };
    let told = Told::new(scope.holder().to_string(), "export", "export", client).with(facts);
    store.tell(scope, told.entry()).await
}

/// Leaves a record of a whole trace that is looked at: which, and whose.
///
/// # Errors
/// As [`tell_export`].
pub(crate) async fn tell_view(
    store: &dyn Store,
    scope: &Scope,
    record_id: Uuid,
    client: &ClientId,
) -> Result<(), StoreError> {
    let facts = json!({"client": client.as_str()});
    let told = Told::new(scope.holder().to_string(), "view", "record", record_id.to_string());
    store.tell(scope, told.with(facts).entry()).await
}
