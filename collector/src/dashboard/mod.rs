//! The dashboard: pages for people, made of the same questions that the API answers.

mod address;
mod assets;
mod chart;
mod cookie;
mod export;
mod failure;
mod filters;
mod frame;
mod next;
mod overview;
mod page;
mod people;
mod posted;
mod range;
mod routes;
mod show;
mod streamed;
mod tickets;
mod viewer;
mod views;

pub(crate) use self::assets::asset;
pub(crate) use self::routes::{Dashboard, routes};
