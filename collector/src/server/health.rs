//! Whether the server lives, whether it can work, and what it has counted.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::error::ApiError;
use crate::metrics;
use crate::store::Store;

/// `/healthz`, `/readyz` and `/metrics`, which need no key: they tell nothing of the records, and
/// name no client.
pub(super) fn routes(store: Arc<dyn Store>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(async || metrics::exposition()))
        .with_state(store)
}

/// Ready is whoever can read the store.
async fn ready(State(store): State<Arc<dyn Store>>) -> Result<&'static str, ApiError> {
    store.ping().await?;
    Ok("ready\n")
}
