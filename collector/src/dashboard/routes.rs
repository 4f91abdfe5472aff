//! Which address shows which page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, map_response_with_state};
use axum::routing::{get, post};

use crate::login::Desk;
use crate::query::Library;

use super::cookie::Cookie;
use super::people::{account, code, factor, keys, login, password, users};
use super::views::Views;
use super::{assets, export, kinds, overview, page, part, record, run, ticket, tickets};

/// What pages need.
#[derive(Debug)]
pub(crate) struct Dashboard {
    pub(super) library: Arc<Library>,
    pub(super) desk: Arc<Desk>,
    pub(super) cookie: Cookie,
    pub(super) views: Views,
    /// Whether the server itself speaks TLS.
    pub(super) is_https: bool,
}

impl Dashboard {
    /// Pages that answer from this library, for those whom the desk lets in.
    pub(crate) fn new(library: Arc<Library>, desk: Arc<Desk>, is_https: bool) -> Self {
        Self { library, desk, cookie: Cookie::new(is_https), views: Views::default(), is_https }
    }
}

/// All pages.
pub(crate) fn routes(dashboard: Dashboard) -> Router {
    let dashboard = Arc::new(dashboard);
    Router::new()
        .merge(people())
        .route("/", get(overview::show))
        .route("/tickets", get(tickets::list::show))
        .route("/export", get(export::export))
        .route("/tickets/{ticket_id}", get(ticket::show))
        .route("/runs/{record_id}", get(run::show))
        .route("/runs/{record_id}/outline", get(run::outline))
        .route("/runs/{record_id}/find", get(run::find))
        .route("/runs/{record_id}/steps/{number}", get(run::fragment))
        .route("/errors/{fingerprint}", get(run::seen))
        .route("/records/{record_id}", get(record::show_record))
        .route("/records/{record_id}/part", get(part::show_part))
        .route("/records/{record_id}/json", get(part::raw))
        .merge(kinds::routes())
        .route("/assets/{version}/{name}", get(assets::serve))
        .with_state(Arc::clone(&dashboard))
        .layer(from_fn(page::compressed))
        .layer(map_response_with_state(dashboard, page::guarded))
}

/// The pages about people themselves.
fn people() -> Router<Arc<Dashboard>> {
    Router::new()
        .route("/login", get(login::show).post(login::log_in))
        .route("/login/code", get(code::show).post(code::check))
        .route("/logout", post(login::log_out))
        .route("/account", get(account::show))
        .route("/account/logout-everywhere", post(account::log_out_everywhere))
        .route("/account/password", get(password::show).post(password::change))
        .route("/account/second-factor", get(factor::show).post(factor::enrol))
        .route("/account/second-factor/remove", get(factor::ask).post(factor::remove))
        .route("/keys", get(keys::show).post(keys::create))
        .route("/keys/{id}/revoke", get(keys::ask).post(keys::revoke))
        .route("/users", get(users::show).post(users::create))
        .route("/users/{name}/{change}", get(users::ask).post(users::change))
}
