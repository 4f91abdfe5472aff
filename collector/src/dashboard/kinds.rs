//! The pages of single kinds, and their addresses.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::routes::Dashboard;
use super::{actions, audit, parsing, syncs, timeline, webhooks};

/// All of them.
pub(super) fn routes() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/actions", get(actions::show))
        .route("/audit", get(audit::show))
        .route("/timeline", get(timeline::choose))
        .route("/timeline/{entity_type}/{entity_id}", get(timeline::show))
        .route("/syncs", get(syncs::show))
        .route("/webhooks", get(webhooks::show))
        .route("/webhooks/{source}/{event_id}", get(webhooks::event))
        .route("/parsing", get(parsing::show))
}
