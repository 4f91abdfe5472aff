//! Runs of workflows: the list of them.

mod heads;
pub(super) mod list;
