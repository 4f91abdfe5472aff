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
    let key = random()?;
    let new = NewKey { hash: key.hash(), client, scope };
    store.create_key(operator, new, act(operator, "create")).await?;
    Ok(key)
}

/// Makes the first keys of a store, one of each of these scopes for this client, and leaves a record of
/// each. `None` where there are keys already, or others make the first ones at the same moment.
///
/// # Errors
/// As [`create_key`].
pub async fn create_first_keys<const N: usize>(
    store: &dyn Store,
    operator: &Operator,
    client: &ClientId,
    scopes: [KeyScope; N],
) -> Result<Option<[ApiKey; N]>, StoreError> {
    let (mut keys, mut new) = (Vec::with_capacity(N), Vec::with_capacity(N));
    for scope in scopes {
        let key = random()?;
        new.push((
            NewKey { hash: key.hash(), client: client.clone(), scope },
            act(operator, "create"),
        ));
        keys.push(key);
    }
    let are_first = store.create_first_keys(operator, new).await?;
    Ok(if are_first { keys.try_into().ok() } else { None })
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

fn random() -> Result<ApiKey, StoreError> {
    ApiKey::random().map_err(|_| StoreError::Unavailable("no random numbers"))
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
