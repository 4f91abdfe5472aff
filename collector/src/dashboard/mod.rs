//! The dashboard: pages for people, made of the same questions that the API answers.

mod address;
mod assets;
mod axis;
mod chart;
mod cookie;
mod export;
mod failure;
mod filters;
mod frame;
mod json;
mod markup;
mod next;
mod opened;
mod overview;
mod page;
mod part;
mod people;
mod posted;
mod range;
mod record;
mod routes;
mod run;
mod show;
mod streamed;
mod ticket;
mod tickets;
mod viewer;
mod views;
mod visible;

pub(crate) use self::assets::asset;
pub(crate) use self::routes::{Dashboard, routes};
