//! The debugger: one run of a workflow, what it did, and where it went wrong.

mod align;
mod around;
mod card;
mod chat;
mod compare;
mod finding;
mod head;
mod loops;
mod opening;
mod outline;
mod page;
mod problem;
mod rows;
mod seen;
mod step;
mod timeline;
mod trace;
mod tree;

pub(super) use self::finding::find;
pub(super) use self::head::Head;
pub(super) use self::outline::outline;
pub(super) use self::page::{fragment, show};
pub(super) use self::seen::seen;
