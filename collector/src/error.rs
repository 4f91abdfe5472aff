//! What a caller is told when something is refused: one JSON form, which quotes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use epilogue::wire::JSON;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::response::{Response as Described, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, Ref, RefOr};

use crate::auth::AuthError;
use crate::failure::StoreError;

/// After how long a caller may try again, where nothing better is known.
const SOON: Duration = Duration::from_secs(1);

/// A refusal: its status, a code for programs and a message for people.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Refusal,
    retry_after: Option<Duration>,
}

/// What was refused, and why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Refusal {
    /// Why, for a program.
    code: &'static str,
    /// Why, for a person. It quotes nothing of what was sent.
    message: String,
    /// Which record of the request is meant, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    index: Option<usize>,
}

/// The body of every answer that refuses something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refused {
    error: Refusal,
}

impl ApiError {
    /// A refusal. The message must not quote what was sent.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON);
        Self { status, body: Refusal { code, message: message.into(), index: None }, retry_after }
    }

    /// Which record of the request is meant, from 0.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.body.index = Some(index);
        self
    }

    /// There is nothing at this path, or nothing that this caller may see.
    pub(crate) fn not_found() -> Self {
        Self::new(404, "not_found", "there is nothing here")
    }

    /// The server's own failure.
    pub(crate) fn internal(message: &str) -> Self {
        Self::new(500, "internal", message)
    }

    /// A parameter of the query is wrong.
    pub(crate) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "bad_parameter", message)
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What a person is told.
    pub(crate) fn message(&self) -> &str {
        &self.body.message
    }

    fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::UnknownKey => unknown_key(),
            AuthError::WrongScope => Self::new(403, "wrong_scope", "the key is for something else"),
            AuthError::TooMany(wait) => {
                Self::new(429, "too_many_requests", "the key is used too often").retry_after(wait)
            }
            AuthError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Revoked => unknown_key(),
            StoreError::Overloaded => {
                Self::new(503, "overloaded", "there is more to store than there is room for")
            }
            StoreError::Closed => Self::new(503, "closing", "the server is about to end"),
            StoreError::Unavailable(_) => {
                Self::new(503, "store_unavailable", "the store cannot be used just now")
            }
            StoreError::Damaged(_) => Self::new(500, "store_damaged", "the store cannot be used"),
        }
    }
}

fn unknown_key() -> ApiError {
    ApiError::new(401, "unknown_key", "X-API-Key is missing, or is not a known key")
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(Refused { error: self.body })).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, and never none: the client would be back too early.
            let seconds = (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Describes refusals: their statuses, each with what it means.
pub(crate) fn refusals(statuses: &[(u16, &str)]) -> BTreeMap<String, RefOr<Described>> {
    statuses
        .iter()
        .map(|(status, meaning)| (status.to_string(), refusal(*status, meaning)))
        .collect()
}

fn refusal(status: u16, meaning: &str) -> RefOr<Described> {
    let content = Content::new(Some(Ref::from_schema_name(Refused::name())));
    let response = ResponseBuilder::new().description(meaning).content(JSON, content);
    if !matches!(status, 429 | 503) {
        return response.build().into();
    }
    let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let wait = HeaderBuilder::new().schema(seconds);
    let wait = wait.description(Some("After how many seconds to try again."));
    response.header("Retry-After", wait.build()).build().into()
}
