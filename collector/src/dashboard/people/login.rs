//! `/login` and `/logout`.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Extension, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Uri};

use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::Frame;
use crate::dashboard::next::Next;
use crate::dashboard::page::page;
use crate::dashboard::posted::{Fields, Posted};
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Guest;
use crate::login::Peer;

use super::{once_more, said};

const WRONG: &str = "The name or the password is not right.";

#[derive(Template)]
#[template(path = "people/login.html")]
struct LoginPage {
    frame: Frame,
    next: Next,
    name: String,
    problem: Option<String>,
}

impl LoginPage {
    fn new(next: Next) -> Self {
        let frame = Frame::for_strangers("Log in");
        Self { frame, next, name: String::new(), problem: None }
    }
}

/// Shows the form; whoever is in already goes on.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let next = Next::asked(Address::of(&uri).get("next").unwrap_or_default());
    if let Some(token) = dashboard.cookie.token(&headers) {
        if dashboard.desk.visit(&token).await?.is_some() {
            return Ok(next.go());
        }
    }
    page(&LoginPage::new(next))
}

/// Lets somebody in. What else is due, the next page asks for.
pub(in crate::dashboard) async fn log_in(
    State(dashboard): State<Arc<Dashboard>>,
    peer: Option<Extension<Peer>>,
    fields: Fields,
) -> Result<Response, PageError> {
    if let Some(Extension(peer)) = peer {
        dashboard.desk.admit(peer)?;
    }
    let next = Next::asked(fields.get("next"));
    let name = fields.get("name");
    match dashboard.desk.login(name, fields.get("password")).await {
        Ok(token) => Ok(dashboard.cookie.keep(next.go(), &token)),
        Err(error) => {
            let problem = Some(said(error, WRONG)?);
            once_more(&LoginPage { name: name.to_owned(), problem, ..LoginPage::new(next) })
        }
    }
}

/// Ends the session.
pub(in crate::dashboard) async fn log_out(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Guest>,
) -> Result<Response, PageError> {
    dashboard.desk.logout(posted.who.visit()).await?;
    Ok(dashboard.cookie.forget(Redirect::to("/login").into_response()))
}
