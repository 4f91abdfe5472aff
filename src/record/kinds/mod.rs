//! The kinds of record, one file each.

mod workflow;

pub use self::workflow::Status;
