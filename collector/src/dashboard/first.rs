//! Where there is no record of a kind yet: how to send the first one to this very server.

use askama::Template;
use askama::filters::HtmlSafe;
use http::HeaderMap;

use crate::auth::Clients;

use super::failure::PageError;
use super::overview;
use super::view::View;

/// How to send the first record of a kind, which a template shows by naming it.
#[derive(Clone, Debug, Template)]
#[template(path = "first.html")]
pub(super) struct First {
    url: String,
    client: String,
}

/// Its template escapes whatever stands in it.
impl HtmlSafe for First {}

/// What to show instead of a page, where this person can see no record of its kind.
pub(super) async fn of(view: &View, headers: &HeaderMap) -> Result<Option<First>, PageError> {
    if !view.has_nothing().await? {
        return Ok(None);
    }
    let client = match view.viewer.scope().clients() {
        Clients::One(client) => client.as_str(),
        Clients::All => "demo",
    };
    let url = overview::url(headers, view.dashboard.is_https);
    Ok(Some(First { url, client: client.to_owned() }))
}
