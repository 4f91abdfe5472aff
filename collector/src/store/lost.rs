//! What producers have lost before it got here, as they tell it themselves.

use std::collections::BTreeMap;
use std::fmt;

use super::entry::Numbered;
use crate::auth::ClientId;

pub(super) const DAY: i64 = 24 * 3_600_000;
/// After how long a silent process is forgotten. Its figures stay in the sums.
pub(super) const FORGOTTEN: i64 = 90 * DAY;

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

/// A process of a producer, and why it lost records.
pub(super) type Place<'a> = (&'a str, &'a str, &'a str);

/// The largest figure of each place.
pub(super) fn told<'a>(
    records: impl IntoIterator<Item = &'a Numbered>,
) -> BTreeMap<Place<'a>, u64> {
    let mut told = BTreeMap::<_, u64>::new();
    for Numbered { client, entry, .. } in records {
        let Some(lost) = &entry.lost else { continue };
        for (reason, records) in &lost.records {
            let place = (client.as_str(), lost.instance.as_str(), reason.as_str());
            let largest = told.entry(place).or_default();
            *largest = (*largest).max(*records);
        }
    }
    told
}
