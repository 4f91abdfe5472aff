//! What producers have lost before it got here, as they tell it themselves.

use std::collections::BTreeMap;
use std::fmt;

use crate::auth::ClientId;

/// What one process of a producer has lost since it started, as one of its records tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Lost {
    /// The random id of the process.
    pub instance: String,
    /// How many records, by reason.
    pub records: BTreeMap<String, u64>,
}

/// Neither is a secret, but both come from a record.
impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lost").field("reasons", &self.records.len()).finish_non_exhaustive()
    }
}

/// What all processes of producers have lost for one reason. It never becomes less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostTotal {
    /// Whose processes; all clients' together where the right does not name them.
    pub client: Option<ClientId>,
    /// Why.
    pub reason: String,
    /// How many records.
    pub records: u64,
}
