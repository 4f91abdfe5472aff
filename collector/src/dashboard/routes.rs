//! Which address shows which page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, map_response};
use axum::routing::get;

use crate::query::Library;

use super::{assets, page, tickets};

/// What pages need.
#[derive(Debug)]
pub(crate) struct Dashboard {
    pub(super) library: Arc<Library>,
}

/// All pages.
pub(crate) fn routes(library: Arc<Library>) -> Router {
    let dashboard = Arc::new(Dashboard { library });
    Router::new()
        .route("/tickets", get(tickets::list::show))
        .route("/assets/{version}/{name}", get(assets::serve))
        .with_state(dashboard)
        .layer(from_fn(page::compressed))
        .layer(map_response(page::guarded))
}
