//! Making and revoking keys.

use serde_json::json;

use super::record::Told;
use crate::auth::{ApiKey, ClientId, KeyScope, NewKey, Operator};
use crate::store::{KeyRecord, Store, StoreError};

/// Makes a key, and leaves a record of it.
///
/// # Errors
/// Where the store cannot be written, the right to it has ended, or the system has no random
/// numbers.
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
/// Where the store cannot be written, or the right to it has ended.
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
        Told::new(who, action, "api_key", key.id.to_string()).with(facts).entry()
    })
}
