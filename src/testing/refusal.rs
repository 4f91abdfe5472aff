//! Why a request or a record is refused, and how that is said.

use serde_json::{Map, Value, json};

use super::response::Response;

/// Why a request, or one record of it, is refused. No part of the payload is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The record that it is about, in a batch.
    pub(super) index: Option<usize>,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), index: None }
    }

    /// A record that reads as JSON but is none of the contract.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(422, "invalid_record", message)
    }

    pub(super) fn at(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// Whether a producer that keeps to the contract can never cause it.
    pub(super) fn is_violation(&self) -> bool {
        matches!(self.status, 400 | 404 | 405 | 411 | 422 | 431)
    }

    /// The answer with its JSON error.
    pub(super) fn response(&self) -> Response {
        let mut error = Map::new();
        error.insert("code".to_owned(), self.code.into());
        error.insert("message".to_owned(), self.message.as_str().into());
        if let Some(index) = self.index {
            error.insert("index".to_owned(), index.into());
        }
        let response = Response::json(self.status, &json!({ "error": Value::Object(error) }));
        if self.status == 405 { response.header("allow", "POST") } else { response }
    }
}
