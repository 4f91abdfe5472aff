//! Why a record or a request is refused.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use crate::error::{ApiError, refusals};
use crate::fields::WrongType;

/// Why one record, or the whole request, is not stored. Nothing of it is quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) index: Option<usize>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), index: None }
    }

    pub(super) fn malformed(message: &str) -> Self {
        Self::new(400, "malformed_body", message)
    }

    pub(super) fn foreign_client() -> Self {
        Self::new(403, "foreign_client", "the record is another client's")
    }

    pub(super) fn timeout() -> Self {
        Self::new(408, "request_timeout", "the body did not arrive in time")
    }

    pub(super) fn record_too_large() -> Self {
        Self::new(413, "record_too_large", "the record is too large")
    }

    pub(super) fn request_too_large(message: &str) -> Self {
        Self::new(413, "request_too_large", message)
    }

    pub(super) fn unsupported(message: &str) -> Self {
        Self::new(415, "unsupported_media_type", message)
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_record", message)
    }

    pub(super) fn unknown_kind() -> Self {
        Self::new(422, "unknown_kind", "the kind is not known")
    }

    pub(super) fn unknown_version() -> Self {
        Self::new(422, "unknown_version", "the schema_version is not known")
    }

    pub(super) fn overloaded() -> Self {
        Self::new(503, "overloaded", "there is more to take in than there is room for")
    }

    pub(super) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }
}

impl From<WrongType> for Refusal {
    fn from(WrongType(name): WrongType) -> Self {
        Self::invalid(format!("{name} is of the wrong type"))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let error = Self::new(refusal.status, refusal.code, refusal.message);
        match refusal.index {
            Some(index) => error.at(index),
            None => error,
        }
    }
}

/// How storing is refused.
#[derive(Debug)]
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (400, "The body cannot be read."),
            (401, "The key is missing, unknown or revoked."),
            (403, "The key is not for storing, or every record is another client's."),
            (408, "The body did not arrive in time."),
            (413, "A record or the request is too large."),
            (415, "The coding or the media type is not taken."),
            (422, "The record is not valid."),
            (429, "The key is used too often."),
            (503, "Not just now; later it may do. Nothing of the request is stored."),
        ])
    }
}
