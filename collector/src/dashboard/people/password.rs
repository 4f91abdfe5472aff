//! `/account/password`: another password.

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

const WRONG: &str = "The present password is not right.";
const DIFFERENT: &str = "The new password was not typed the same twice.";

#[derive(Template)]
#[template(path = "people/password.html")]
struct PasswordPage {
    frame: Frame,
    csrf: String,
    user: String,
    /// Whether the present one was given by somebody else.
    is_due: bool,
    next: Next,
    problem: Option<String>,
}

impl PasswordPage {
    fn new(guest: &Guest, next: Next, problem: Option<String>) -> Self {
        Self {
            frame: Frame::for_strangers("Change the password"),
            csrf: guest.csrf().to_owned(),
            user: guest.visit().user().name.to_string(),
            is_due: guest.visit().due() == Some(Due::Password),
            next,
            problem,
        }
    }
}

/// Shows the form.
pub(in crate::dashboard) async fn show(guest: Guest, uri: Uri) -> Result<Response, PageError> {
    let next = Next::asked(Address::of(&uri).get("next").unwrap_or_default());
    if guest.visit().due() == Some(Due::SecondFactor) {
        return Err(PageError::Due(Due::SecondFactor, next));
    }
    page(&PasswordPage::new(&guest, next, None))
}

/// Changes it.
pub(in crate::dashboard) async fn change(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Guest>,
) -> Result<Response, PageError> {
    let Posted { who, fields } = posted;
    let next = Next::asked(fields.get("next"));
    let (present, new) = (fields.get("present"), fields.get("new"));
    if new != fields.get("again") {
        return once_more(&PasswordPage::new(&who, next, Some(DIFFERENT.to_owned())));
    }
    match dashboard.desk.change_password(who.visit(), present, new).await {
        Ok(()) => Ok(next.go()),
        Err(error) => once_more(&PasswordPage::new(&who, next, Some(said(error, WRONG)?))),
    }
}
