//! Whether the server lives, and whether it can work.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use crate::error::ApiError;
use crate::store::Store;

/// `/healthz` and `/readyz`, which need no key and tell nothing of the records.
pub(super) fn routes(store: Arc<dyn Store>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(store)
}

/// Ready is whoever can read the store.
async fn ready(State(store): State<Arc<dyn Store>>) -> Result<&'static str, ApiError> {
    store.ping().await?;
    Ok("ready\n")
}
