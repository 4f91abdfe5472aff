//! Whether the server lives, whether it can work, and what it has counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use epilogue::wire::API_KEY_HEADER;
use http::{HeaderMap, HeaderValue};

use crate::auth::{Auth, Watch};
use crate::error::{ApiError, Refused};
use crate::metrics;
use crate::store::{Store, StoreError};

/// What watching needs.
#[derive(Debug)]
pub(super) struct Watched {
    auth: Arc<Auth<dyn Store>>,
    store: Arc<dyn Store>,
}

/// `/healthz`, `/readyz` and `/metrics`, which need no key: they tell nothing of the records, and
/// name clients to a provider's key alone.
pub(super) fn routes(store: Arc<dyn Store>, auth: &Arc<Auth<dyn Store>>) -> Router {
    Router::new()
        .route("/healthz", get(alive))
        .route("/readyz", get(ready))
        .route("/metrics", get(counted))
        .with_state(Arc::new(Watched { auth: Arc::clone(auth), store }))
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

/// Tells whether the server can work: whether the store can be read, and could be written when that
/// was tried last.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "watching",
    responses(
        (status = 200, description = "It can.", body = String, content_type = "text/plain"),
        (status = 503, description = "It cannot just now.", body = Refused),
    ),
)]
pub(super) async fn ready(State(watched): State<Arc<Watched>>) -> Result<&'static str, ApiError> {
    watched.store.ping().await?;
    Ok("ready\n")
}

/// Tells what was counted, as Prometheus reads it. Clients are named to a
/// provider's key alone.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "watching",
    responses((status = 200, description = "The counters.", body = String,
        content_type = "text/plain")),
)]
pub(super) async fn counted(State(watched): State<Arc<Watched>>, headers: HeaderMap) -> String {
    let presented = headers.get(API_KEY_HEADER).map(HeaderValue::as_bytes);
    let watch = watched.auth.watch(presented).await;
    // A store that cannot be read is told of by the other figures.
    let _ = count_lost(watched.store.as_ref(), &watch).await;
    let mut page = metrics::exposition();
    if watch.names_clients() {
        page.push_str(&metrics::exposition_by_client());
    }
    page
}

/// What producers have lost lies in the store, so that a restart does not lose that as well.
async fn count_lost(store: &dyn Store, watch: &Watch) -> Result<(), StoreError> {
    let mut sums = BTreeMap::<String, u64>::new();
    for total in store.lost(watch).await? {
        *sums.entry(total.reason.clone()).or_default() += total.records;
        if let Some(client) = total.client {
            metrics::lost_by(client.as_str(), total.reason, total.records);
        }
    }
    for (reason, records) in sums {
        metrics::lost(reason, records);
    }
    Ok(())
}
