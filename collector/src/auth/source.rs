//! Where the authentication gets keys and sessions from.

use std::fmt::Debug;
use std::pin::Pin;

use super::key::{KeyHash, StoredKey};
use super::rights::Gate;
use super::session::StoredSession;
use super::uses::KeyUse;
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

    /// Adds to how often keys were used.
    fn note_uses<'a>(
        &'a self,
        gate: &'a Gate,
        uses: Vec<KeyUse>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;
}

/// Keeps sessions, which may end at any time, also by another process.
///
/// # Errors
/// Every call fails where the sessions cannot be read just now.
pub trait SessionSource: Debug + Send + Sync + 'static {
    /// The session with this token, where it stands at this time.
    fn session<'a>(
        &'a self,
        gate: &'a Gate,
        token: &'a KeyHash,
        now: i64,
    ) -> BoxFuture<'a, Result<Option<StoredSession>, StoreError>>;

    /// Whether the session of this number stands at this time.
    fn session_stands<'a>(
        &'a self,
        gate: &'a Gate,
        session: i64,
        now: i64,
    ) -> BoxFuture<'a, Result<bool, StoreError>>;
}
