//! Runs of workflows: the list of them.

pub(super) mod list;
