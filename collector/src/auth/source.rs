//! Where the authentication gets the keys from.

use std::fmt::Debug;
use std::pin::Pin;

use super::key::StoredKey;
use super::rights::Gate;
use crate::failure::StoreError;

/// What somebody is busy with.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Keeps keys, which may change at any time, also by another process.
///
/// # Errors
/// Every call fails where the keys cannot be read just now.
pub trait KeySource: Debug + Send + Sync + 'static {
    /// A number that changes whenever a key does.
    fn key_generation<'a>(&'a self, gate: &'a Gate) -> BoxFuture<'a, Result<i64, StoreError>>;

    /// The keys that are not revoked.
    fn active_keys<'a>(
        &'a self,
        gate: &'a Gate,
    ) -> BoxFuture<'a, Result<Vec<StoredKey>, StoreError>>;
}
