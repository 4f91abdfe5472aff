//! Why there is no page, as a page.

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderValue, StatusCode, header};

use crate::error::ApiError;
use crate::failure::StoreError;

use super::frame::Frame;

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// Nobody is logged in: to the login, and from there to this address.
    LoginFirst(String),
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
            Self::LoginFirst(_) => (StatusCode::SEE_OTHER, "Log in", "Log in first."),
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
            404 => Self::NotFound,
            503 => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        if let Self::LoginFirst(next) = &self {
            let next = form_urlencoded::byte_serialize(next.as_bytes());
            return Redirect::to(&format!("/login?next={}", next.collect::<String>()))
                .into_response();
        }
        let (status, title, message) = self.told();
        let template =
            FailurePage { frame: Frame::for_strangers(title), message: message.to_owned() };
        let Ok(html) = template.render() else { return status.into_response() };
        let mut response = (status, Html(html)).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
