//! Which address shows which page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::routing::get;

use crate::query::Library;

use super::{assets, export, overview, page, tickets};

/// What pages need.
#[derive(Debug)]
pub(crate) struct Dashboard {
    pub(super) library: Arc<Library>,
    /// Whether the server itself speaks TLS.
    pub(super) is_https: bool,
}

/// All pages.
pub(crate) fn routes(library: Arc<Library>, is_https: bool) -> Router {
    let dashboard = Arc::new(Dashboard { library, is_https });
    Router::new()
        .route("/", get(overview::show))
        .route("/tickets", get(tickets::list::show))
        .route("/export", get(export::export))
        .route("/assets/{version}/{name}", get(assets::serve))
        .with_state(dashboard)
        .layer(from_fn(page::compressed))
        .layer(map_response(page::guarded))
}
