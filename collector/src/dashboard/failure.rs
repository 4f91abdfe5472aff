//! Why there is no page, as a page.

use std::time::Duration;

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};

use crate::auth::{Due, PasswordError};
use crate::error::ApiError;
use crate::failure::StoreError;
use crate::login::LoginError;

use super::frame::Frame;
use super::next::Next;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// Nobody is logged in: to the login, and from there to this address.
    LoginFirst(Next),
    /// Something else has to be done first, and then to this address.
    Due(Due, Next),
    /// Too many attempts failed; after this time there may be another.
    TooMany(Duration),
    /// There is nothing here, or nothing that this person may see.
    NotFound,
    /// What was asked for makes no sense; why, without a word of what was sent.
    Wrong(String),
    /// The request came from elsewhere, or its form is too old.
    Forged,
    /// Not just now; later it may do.
    Unavailable,
    /// The server's own failure.
    Internal,
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    frame: Frame,
    message: String,
}

impl PageError {
    fn told(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::LoginFirst(_) | Self::Due(..) => {
                (StatusCode::SEE_OTHER, "Log in", "Log in first.")
            }
            Self::TooMany(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                "Too many attempts to log in with this name have failed. Wait for a quarter of an \
                 hour, and try again then.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Not found",
                "There is nothing here, or nothing that you may see.",
            ),
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, "That cannot be asked", why),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "Please try again",
                "The form is too old, or was not sent from here. Go back, load the page again, \
                 and send it once more.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not just now",
                "The store cannot be used at the moment. Try again in a few seconds.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "The page could not be made. The server's log says more.",
            ),
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<ApiError> for PageError {
    fn from(error: ApiError) -> Self {
        match error.status().as_u16() {
            400 => Self::Wrong(error.message().to_owned()),
            // The session ended while the page was made.
            401 => Self::LoginFirst(Next::asked("/")),
            404 => Self::NotFound,
            503 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// What somebody may try again on the page itself is no page of its own, and is said there.
impl From<LoginError> for PageError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wait(wait) => Self::TooMany(wait),
            LoginError::Password(PasswordError::Busy) => Self::Unavailable,
            LoginError::Password(PasswordError::Failed) => Self::Internal,
            LoginError::Store(error) => error.into(),
            LoginError::Wrong | LoginError::Unfit(_) | LoginError::NotNow => {
                Self::Wrong("That cannot be done here, or is done already.".to_owned())
            }
        }
    }
}

impl PageError {
    /// Where to go first.
    fn detour(&self) -> Option<String> {
        match self {
            Self::LoginFirst(next) => Some(next.after("/login")),
            Self::Due(Due::SecondFactor, next) => Some(next.after("/login/code")),
            Self::Due(Due::Password, next) => Some(next.after("/account/password")),
            Self::Due(Due::Enrolment, next) => Some(next.after("/account/second-factor")),
            _ => None,
        }
    }

    /// After how many seconds to try again: whole ones, and never none.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unavailable => Some(1),
            Self::TooMany(wait) => Some(wait.as_secs() + 1),
            _ => None,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Some(detour) = self.detour() {
            return Redirect::to(&detour).into_response();
        }
        let (status, title, message) = self.told();
        let template =
            FailurePage { frame: Frame::for_strangers(title), message: message.to_owned() };
        let Ok(html) = template.render() else { return status.into_response() };
        let mut response = (status, Html(html)).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
