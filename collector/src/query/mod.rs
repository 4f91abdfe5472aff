//! `GET /v1/…`: lists and records for those who may see them.

mod cursor;
mod item;
mod library;
pub(crate) mod list;
mod parameters;
pub(crate) mod record;

pub(crate) use self::library::Library;
