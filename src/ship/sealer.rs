//! From a handed-over value to a payload, by one client's settings.

use std::fmt;
use std::sync::Arc;

use crate::level::Level;
use crate::mask::Policy;
use crate::record::{Outcome, Payload, Producer, Unsealed, Walk};

/// Decides by a run's outcome how much of it may be sent.
pub(crate) type LevelRule = Arc<dyn Fn(&Outcome<'_>) -> Level + Send + Sync>;

/// What sealing takes besides the record.
pub(crate) struct Sealer {
    pub(crate) policy: Policy,
    pub(crate) producer: Producer,
    pub(crate) max_record_bytes: usize,
    pub(crate) rule: Option<LevelRule>,
}

impl Sealer {
    /// Seals at what the rule allows, `most` at most.
    pub(crate) fn seal(&self, unsealed: Unsealed, most: Level, walk: Walk) -> Payload {
        unsealed.seal(&self.policy, &self.producer, self.max_record_bytes, walk, |outcome| {
            let allowed = self.rule.as_ref().map_or(Level::FullTrace, |rule| rule(outcome));
            allowed.min(most)
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer")
            .field("policy", &self.policy)
            .field("producer", &self.producer)
            .finish_non_exhaustive()
    }
}
