//! Why stores were not copied or compared.

use uuid::Uuid;

use crate::failure::StoreError;

/// What a user is told to do where a target fails in the middle.
const GO_ON: &str = "what was copied stays, and the same command goes on behind it";

/// Why a copy came to no end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The store that is copied cannot be read.
    #[error("the source: {0}")]
    Source(StoreError),
    /// The store that is to be copied to cannot be opened.
    #[error("the target: {0}")]
    NoTarget(StoreError),
    /// The store that is copied to fails. Trying again goes on behind what was copied.
    #[error("the target: {0}; {GO_ON}")]
    Target(StoreError),
    /// Both are the same. Final.
    #[error("the source and the target are the same store, or one is a copy of the other's file")]
    Same,
    /// The target has what is not from this source. Final.
    #[error(
        "the target holds records, keys or users that are not from this source: give the copy a new, \
         empty database, on which no server has been started yet"
    )]
    Occupied,
    /// There is nothing to compare. Final.
    #[error("no copy of this source was begun in the target")]
    NotBegun,
    /// Somebody else copies the same source to the same target. Trying again later helps.
    #[error("another copy of this source to this target is under way")]
    Busy,
    /// The target does not take a record. Final; the rest of its stretch is not copied either.
    #[error("the target refuses the record {record_id}: {error}; {GO_ON}")]
    Refused {
        /// The record's id.
        record_id: Uuid,
        /// What the target says.
        error: StoreError,
    },
    /// A record in one of the stores is not JSON. Final.
    #[error("the record {0} cannot be read")]
    Unreadable(Uuid),
}
