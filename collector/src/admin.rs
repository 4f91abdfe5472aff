//! Administrative acts: each is done and recorded in one transaction.

use serde_json::{Value, json};

use epilogue::wire::SCHEMA_VERSION;
use uuid::Uuid;

use crate::auth::{ApiKey, COLLECTOR_CLIENT, ClientId, Clients, KeyScope, NewKey, Operator, Scope};
use crate::store::{Entry, Kind, Outcome, Row, Store, StoreError};
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
    let facts = json!({"client": client.as_str(), "scope": scope.as_str()});
    let new = NewKey { hash: key.hash(), client, scope };
    let record = entry(operator.name(), "create", "api_key", None, &facts);
    store.create_key(operator, new, record).await?;
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
    let record =
        entry(operator.name(), "revoke", "api_key", Some(id.to_string()), &json!({"key": id}));
    store.revoke_key(operator, id, record).await
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
    store.tell(scope, entry(&who, "export", "export", Some(client.to_owned()), facts)).await
}

/// The record of one act.
fn entry(
    who: &str,
    action: &str,
    resource_type: &str,
    resource_id: Option<String>,
    metadata: &Value,
) -> Entry {
    let (record_id, now) = (Uuid::now_v7(), time::now_millis());
    let mut audit = json!({
        "user_id": who, "action": action, "resource_type": resource_type,
    });
    if let Some(id) = &resource_id {
        audit["resource_id"] = id.as_str().into();
    }
    let payload = json!({
        "schema_version": SCHEMA_VERSION, "record_id": record_id, "kind": "audit",
        "client_id": COLLECTOR_CLIENT, "executed_at": time::rfc3339(now), "status": "success",
        "level": "FULL_TRACE", "audit": audit, "trace": {"metadata": metadata},
    });
    let row = Row {
        status: Some("success".to_owned()),
        action_type: Some(action.to_owned()),
        resource_type: Some(resource_type.to_owned()),
        resource_id,
        user_id: Some(who.to_owned()),
        level: "FULL_TRACE".to_owned(),
        ..Row::new(record_id, Kind::Audit, now, Outcome::Ok)
    };
    Entry::new(row, payload.to_string())
}
