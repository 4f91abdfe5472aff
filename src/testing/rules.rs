//! What one mock collector takes and how it answers.

use std::fmt;

use crate::wire::{MAX_RECORD_BYTES, MAX_REQUEST_BYTES};

use super::coding;
use super::offers::{Offers, token};

/// The rules that a builder made and every request is judged by.
#[derive(Clone)]
pub(super) struct Rules {
    /// The only key that is let in; any that is not empty where `None`.
    pub(super) api_key: Option<String>,
    /// The only client whose records are taken; any where `None`.
    pub(super) client_id: Option<String>,
    pub(super) batches: bool,
    pub(super) codings: Vec<String>,
    pub(super) empty_answers: bool,
    pub(super) max_record_bytes: usize,
    pub(super) max_request_bytes: usize,
    pub(super) counting_only: bool,
}

impl Rules {
    /// What every answer offers.
    pub(super) fn offers(&self) -> Offers {
        Offers::of(self.batches, &self.codings)
    }

    /// Whether a body in this coding is taken.
    pub(super) fn takes_coding(&self, name: &str) -> bool {
        self.codings.iter().any(|coding| token(coding) == name)
    }

    /// Whether this key is let in.
    pub(super) fn lets_in(&self, key: &str) -> bool {
        match &self.api_key {
            Some(expected) => key == expected,
            None => !key.is_empty(),
        }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            api_key: None,
            client_id: None,
            batches: true,
            codings: coding::SUPPORTED.iter().map(|&name| name.to_owned()).collect(),
            empty_answers: false,
            max_record_bytes: MAX_RECORD_BYTES,
            max_request_bytes: MAX_REQUEST_BYTES,
            counting_only: false,
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("api_key", &self.api_key.as_ref().map(|_| "[redacted]"))
            .field("client_id", &self.client_id)
            .field("batches", &self.batches)
            .field("codings", &self.codings)
            .field("empty_answers", &self.empty_answers)
            .field("max_record_bytes", &self.max_record_bytes)
            .field("max_request_bytes", &self.max_request_bytes)
            .field("counting_only", &self.counting_only)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_but_the_empty_one_is_let_in_by_default() {
        let open = Rules::default();
        assert!(open.lets_in("anything"));
        assert!(!open.lets_in(""));
    }

    #[test]
    fn the_key_is_not_printed() {
        let rules = Rules { api_key: Some("s3cret".to_owned()), ..Rules::default() };
        assert!(!format!("{rules:?}").contains("s3cret"));
    }
}
