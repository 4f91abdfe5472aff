//! The dashboard: pages for people, made of the same questions that the API answers.

mod address;
mod assets;
mod chart;
mod export;
mod failure;
mod filters;
mod frame;
mod overview;
mod page;
mod range;
mod routes;
mod show;
mod streamed;
mod tickets;
mod viewer;

pub(crate) use self::assets::asset;
pub(crate) use self::routes::routes;
