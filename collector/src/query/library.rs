//! What every way of reading needs: the store, and the right to read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use epilogue::wire::API_KEY_HEADER;
use http::{HeaderMap, HeaderValue};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use crate::auth::{Auth, Scope};
use crate::error::{ApiError, refusals};
use crate::store::{Filter, Page, PageRequest, Store};

/// What reading needs.
#[derive(Debug)]
pub(crate) struct Library {
    pub(super) auth: Arc<Auth<dyn Store>>,
    pub(super) store: Arc<dyn Store>,
}

impl Library {
    pub(crate) fn new(auth: Arc<Auth<dyn Store>>, store: Arc<dyn Store>) -> Self {
        Self { auth, store }
    }

    /// The right of whoever asks.
    pub(super) async fn scope(&self, headers: &HeaderMap) -> Result<Scope, ApiError> {
        let presented = headers.get(API_KEY_HEADER).map(HeaderValue::as_bytes);
        Ok(self.auth.read(presented).await?)
    }

    /// One page; an empty one where there is nothing that may be seen.
    pub(super) async fn page(
        &self,
        scope: Option<&Scope>,
        filter: &Filter,
        page: &PageRequest,
    ) -> Result<Page, ApiError> {
        match scope {
            Some(scope) => Ok(self.store.list(scope, filter, page).await?),
            None => Ok(Page { items: Vec::new(), next: None }),
        }
    }
}

/// How every way of reading refuses.
#[derive(Debug)]
pub(crate) struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals(&[
            (400, "A parameter is wrong."),
            (401, "The key is missing, unknown or revoked."),
            (403, "The key is not for reading."),
            (429, "The key is used too often."),
            (503, "Not just now; later it may do."),
        ])
    }
}
