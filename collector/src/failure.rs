//! What can go wrong in a store.

/// Why a store did not do what it was asked for. Nothing of it was done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store cannot be reached or written just now: the disk is full, a lock is held, too many
    /// ask. Trying again later may help.
    #[error("the store is not available: {0}")]
    Unavailable(&'static str),
    /// More is waiting to be written than the store holds in memory. Trying again later helps.
    #[error("the store has too much to write")]
    Overloaded,
    /// The key that gave the right was revoked, or the session has ended. Final.
    #[error("the right to it has ended")]
    Revoked,
    /// The store is closed or closing. Another server may do it.
    #[error("the store is closed")]
    Closed,
    /// What is stored cannot be read, is of a version that this program does not know, or does not
    /// fit what was asked. Final.
    #[error("the store cannot be used: {0}")]
    Damaged(&'static str),
}
