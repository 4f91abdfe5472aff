//! Parts of a record's JSON: how one is found, and how it is shown.

mod pointer;
mod tree;

pub(super) use self::pointer::{Pointer, part};
pub(super) use self::tree::{Place, Room, Shape, show, words};
