//! Which path is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use epilogue::wire::LOGS_PATH;
use http::{HeaderValue, header};

use crate::auth::Auth;
use crate::config::Limits;
use crate::dashboard::{self, Dashboard};
use crate::error::ApiError;
use crate::ingest::{self, Intake};
use crate::login::Desk;
use crate::query::{self, Library};
use crate::store::Store;

/// All paths of the server.
pub(super) fn routes(
    store: &Arc<dyn Store>,
    auth: &Arc<Auth<dyn Store>>,
    desk: &Arc<Desk>,
    limits: Limits,
    is_https: bool,
) -> Router {
    let intake = Arc::new(Intake::new(Arc::clone(auth), Arc::clone(store), limits));
    let library = Arc::new(Library::new(Arc::clone(auth), Arc::clone(store)));
    let dashboard = Dashboard::new(Arc::clone(&library), Arc::clone(desk), is_https);
    let reading = Router::new()
        .route(LOGS_PATH, get(query::list::list))
        .route("/v1/logs/failed", get(query::list::failed))
        .route("/v1/logs/{record_id}", get(query::record::record))
        .route("/v1/tickets/{ticket_id}", get(query::tickets::ticket))
        .route("/v1/timeline/{entity_type}/{entity_id}", get(query::timeline::timeline))
        .route("/v1/audit/{resource_type}/{resource_id}", get(query::audit::audit))
        .route("/v1/export", get(query::export::export))
        .route("/v1/stats", get(query::stats::stats))
        .route("/v1/stats/series", get(query::series::series))
        .with_state(library);
    Router::new()
        .route(LOGS_PATH, post(ingest::post))
        .with_state(intake)
        .merge(reading)
        .merge(super::health::routes(Arc::clone(store), auth))
        .route("/openapi.json", get(super::openapi::description))
        .fallback(async || ApiError::not_found())
        .method_not_allowed_fallback(async || {
            ApiError::new(405, "method_not_allowed", "the path has no such method")
        })
        .layer(axum::middleware::map_response(offered))
        .merge(dashboard::routes(dashboard))
}

/// Every answer says what is taken, and is for nobody on the way to keep: what a key may see, another
/// may not, and a key may be revoked.
async fn offered(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ingest::offer(headers);
    response
}
