//! The record of what is done to a key.

use std::fmt;

use super::entry::Entry;
use crate::auth::StoredKey;

/// Makes the record of what is done to a key, once the store knows the key: its number is that of
/// the transaction which makes it.
pub struct KeyRecord(Box<dyn FnOnce(&StoredKey) -> Entry + Send>);

impl KeyRecord {
    /// The record that this makes.
    pub fn new(tell: impl FnOnce(&StoredKey) -> Entry + Send + 'static) -> Self {
        Self(Box::new(tell))
    }

    /// The record for this key.
    pub fn of(self, key: &StoredKey) -> Entry {
        (self.0)(key)
    }
}

impl fmt::Debug for KeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRecord").finish_non_exhaustive()
    }
}
