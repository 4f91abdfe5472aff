//! `/login/code`: the second factor.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;

use crate::auth::Due;
use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::Frame;
use crate::dashboard::next::Next;
use crate::dashboard::page::page;
use crate::dashboard::posted::Posted;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Guest;

use super::{once_more, said};

const WRONG: &str = "The code is not right, or was used before. An authenticator shows a new one \
    every 30 seconds.";

#[derive(Template)]
#[template(path = "people/code.html")]
struct CodePage {
    frame: Frame,
    csrf: String,
    next: Next,
    problem: Option<String>,
}

impl CodePage {
    fn new(guest: &Guest, next: Next, problem: Option<String>) -> Self {
        let frame = Frame::for_strangers("Second factor");
        Self { frame, csrf: guest.csrf().to_owned(), next, problem }
    }
}

/// Shows the form; whoever is in already goes on.
pub(in crate::dashboard) async fn show(guest: Guest, uri: Uri) -> Result<Response, PageError> {
    let next = Next::asked(Address::of(&uri).get("next").unwrap_or_default());
    if guest.visit().due() != Some(Due::SecondFactor) {
        return Ok(next.go());
    }
    page(&CodePage::new(&guest, next, None))
}

/// Lets somebody in.
pub(in crate::dashboard) async fn check(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Guest>,
) -> Result<Response, PageError> {
    let next = Next::asked(posted.fields.get("next"));
    let checked = dashboard.desk.second_factor(posted.who.visit(), posted.fields.get("code")).await;
    match checked {
        Ok(token) => Ok(dashboard.cookie.keep(next.go(), &token)),
        Err(error) => once_more(&CodePage::new(&posted.who, next, Some(said(error, WRONG)?))),
    }
}
