//! What was cut from a record, before it is listed.

use crate::mask::Cut;

/// What was cut.
#[derive(Clone, Debug, Default)]
pub(super) struct Cuts {
    pub(super) dropped_steps: u64,
    pub(super) dropped_metrics: u64,
    pub(super) fields: Vec<Cut>,
}
