//! `GET /v1/…`: lists and records for those who may see them.

mod along;
pub(crate) mod audit;
mod cell;
pub(crate) mod cursor;
pub(crate) mod export;
mod figures;
mod grouping;
pub(crate) mod item;
mod library;
pub(crate) mod list;
mod parameters;
pub(crate) mod record;
mod seats;
pub(crate) mod series;
pub(crate) mod stats;
pub(crate) mod tickets;
pub(crate) mod timeline;
mod whole;

pub(crate) use self::along::lines;
pub(crate) use self::library::Library;
pub(crate) use self::whole::Whole;
