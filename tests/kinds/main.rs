//! The kinds of record besides `workflow`: what each tells at which level, what it refuses, and
//! that whatever stands in it is masked, bounded and never `null`.

#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod incomplete;
mod masking;
mod sealed;
mod shipped;
mod snapshots;
mod timer;
