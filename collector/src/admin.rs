//! Administrative acts: each is done and recorded in one transaction.

use serde_json::{Value, json};

use epilogue::wire::SCHEMA_VERSION;
use uuid::Uuid;

use crate::auth::{ApiKey, COLLECTOR_CLIENT, ClientId, Clients, KeyScope, NewKey, Operator, Scope};
use crate::store::{Entry, KeyRecord, Kind, Outcome, Row, Store, StoreError};
use crate::time;

/// Makes a key, and leaves a record of it.
///
/// # Errors
/// Where the store cannot be written, or the system has no random numbers.
pub async fn create_key(
    store: &dyn Store,
    operator: &Operator,
    client: ClientId,
    scope: KeyScope,
) -> Result<ApiKey, StoreError> {
    let key = ApiKey::random().map_err(|_| StoreError::Unavailable("no random numbers"))?;
    let new = NewKey { hash: key.hash(), client, scope };
    store.create_key(operator, new, act(operator, "create")).await?;
    Ok(key)
}

/// Revokes a key, and leaves a record of it. `false` where there was none to revoke.
///
/// # Errors
/// Where the store cannot be written.
pub async fn revoke_key(
    store: &dyn Store,
    operator: &Operator,
    id: i64,
) -> Result<bool, StoreError> {
    store.revoke_key(operator, id, act(operator, "revoke")).await
}

/// The record of what is done to a key: who did what, and which client's key it is, for what.
fn act(operator: &Operator, action: &'static str) -> KeyRecord {
    let who = operator.name().to_owned();
    KeyRecord::new(move |key| {
        let (client, scope) = (key.client.as_str(), key.scope.as_str());
        let facts = json!({"key": key.id, "client": client, "scope": scope});
        entry(&who, action, "api_key", key.id.to_string(), &facts)
    })
}

/// Leaves a record of an export, before the first of it is given: whose records, all clients' where
/// no client is named, and what is told of it.
///
/// # Errors
/// Where the store cannot be written, or the key was revoked.
pub(crate) async fn tell_export(
    store: &dyn Store,
    scope: &Scope,
    client: Option<&str>,
    facts: &Value,
) -> Result<(), StoreError> {
    let client = match (client, scope.clients()) {
        (Some(client), _) => client,
        (None, Clients::One(own)) => own.as_str(),
        (None, Clients::All) => "*",
    };
    let who = format!("key:{}", scope.key());
    store.tell(scope, entry(&who, "export", "export", client.to_owned(), facts)).await
}

/// The record of one act.
fn entry(
    who: &str,
    action: &str,
    resource_type: &str,
    resource_id: String,
    metadata: &Value,
) -> Entry {
    let (record_id, now) = (Uuid::now_v7(), time::now_millis());
    let audit = json!({
        "user_id": who, "action": action, "resource_type": resource_type,
        "resource_id": resource_id,
    });
    let payload = json!({
        "schema_version": SCHEMA_VERSION, "record_id": record_id, "kind": "audit",
        "client_id": COLLECTOR_CLIENT, "executed_at": time::rfc3339(now), "status": "success",
        "level": "FULL_TRACE", "audit": audit, "trace": {"metadata": metadata},
    });
    let row = Row {
        status: Some("success".to_owned()),
        action_type: Some(action.to_owned()),
        resource_type: Some(resource_type.to_owned()),
        resource_id: Some(resource_id),
        user_id: Some(who.to_owned()),
        level: "FULL_TRACE".to_owned(),
        ..Row::new(record_id, Kind::Audit, now, Outcome::Ok)
    };
    Entry::new(row, payload.to_string())
}
