//! Whether the server lives, whether it can work, and what it has counted.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::error::{ApiError, Refused};
use crate::metrics;
use crate::store::Store;

/// `/healthz`, `/readyz` and `/metrics`, which need no key: they tell nothing of the records, and
/// name no client.
pub(super) fn routes(store: Arc<dyn Store>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .with_state(store)
}

/// Tells that the server lives.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "watching",
    responses((status = 200, description = "It does.", body = String, content_type = "text/plain")),
)]
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Tells what was counted, as Prometheus reads it. No client is named.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "watching",
    responses((status = 200, description = "The counters.", body = String,
        content_type = "text/plain")),
)]
pub(super) async fn counted() -> String {
    metrics::exposition()
}

/// Tells whether the server can work: whether the store can be read.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "watching",
    responses(
        (status = 200, description = "It can.", body = String, content_type = "text/plain"),
        (status = 503, description = "It cannot just now.", body = Refused),
    ),
)]
pub(super) async fn ready(State(store): State<Arc<dyn Store>>) -> Result<&'static str, ApiError> {
    store.ping().await?;
    Ok("ready\n")
}
