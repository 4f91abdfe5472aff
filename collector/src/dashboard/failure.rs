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

const WRONG_SO_OFTEN: &str = "Too many passwords or codes under this name were wrong.";
const FROM_ONE_ADDRESS: &str = "There are too many attempts to log in from your address.";

/// Why there is no page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PageError {
    /// Nobody is logged in: to the login, and from there to this address.
    LoginFirst(Next),
    /// Something else has to be done first, and then to this address.
    Due(Due, Next),
    /// There were too many attempts; why that counts, and after which time there may be another.
    TooMany(&'static str, Duration),
    /// There is nothing here, or nothing that this person may see.
    NotFound,
    /// What was asked for makes no sense; why, without a word of what was sent.
    Wrong(String),
    /// The request came from elsewhere, or its form is too old.
    Forged,
    /// Not just now; later it may do. Why.
    Unavailable(String),
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
    fn told(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::LoginFirst(_) | Self::Due(..) => {
                (StatusCode::SEE_OTHER, "Log in", "Log in first.".to_owned())
            }
            Self::TooMany(why, wait) => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts",
                format!("{why} Try again in {}.", minutes(*wait)),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "Not found",
                "There is nothing here, or nothing that you may see.".to_owned(),
            ),
            Self::Wrong(why) => (StatusCode::BAD_REQUEST, "That cannot be asked", why.clone()),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "Please try again",
                "The form is too old, or was not sent from here. Go back, load the page again, \
                 and send it once more."
                    .to_owned(),
            ),
            Self::Unavailable(why) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Not just now",
                format!("{} Try again in a few seconds.", sentence(why)),
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong",
                "The page could not be made. The server's log says more.".to_owned(),
            ),
        }
    }
}

/// A message as a sentence.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}

/// How many minutes to wait: whole ones, and never none.
fn minutes(wait: Duration) -> String {
    match wait.as_secs().div_ceil(60) {
        0 | 1 => "a minute".to_owned(),
        minutes => format!("{minutes} minutes"),
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
            503 => Self::Unavailable(error.message().to_owned()),
            _ => Self::Internal,
        }
    }
}

impl From<PasswordError> for PageError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Unavailable(error.to_string()),
            PasswordError::Failed => Self::Internal,
        }
    }
}

/// What somebody may try again on the page itself is no page of its own, and is said there.
impl From<LoginError> for PageError {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Wait(wait) => Self::TooMany(WRONG_SO_OFTEN, wait),
            LoginError::TooOften(wait) => Self::TooMany(FROM_ONE_ADDRESS, wait),
            LoginError::Password(error) => error.into(),
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
            Self::Unavailable(_) => Some(1),
            Self::TooMany(_, wait) => Some(wait.as_secs() + 1),
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
        let template = FailurePage { frame: Frame::for_strangers(title), message };
        let Ok(html) = template.render() else { return status.into_response() };
        let mut response = (status, Html(html)).into_response();
        if let Some(seconds) = self.retry_after() {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_is_that_has_to_be_waited_for() {
        let message = |error: PageError| error.told().2;
        let wait = |seconds| message(PageError::TooMany("", Duration::from_secs(seconds)));
        assert!(wait(15 * 60).ends_with("in 15 minutes."));
        assert!(wait(61).ends_with("in 2 minutes."));
        assert!(wait(0).ends_with("in a minute."));
        for (error, expected) in [
            (PasswordError::Busy.into(), "Too many passwords are being looked at."),
            (StoreError::Unavailable("full").into(), "The store cannot be used just now."),
            (ApiError::new(503, "too_many_exports", "so it is").into(), "So it is."),
        ] {
            assert_eq!(message(error), format!("{expected} Try again in a few seconds."));
        }
    }
}
