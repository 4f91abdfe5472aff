//! What every way of reading needs: the store, and the right to read it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::vec::IntoIter;

use epilogue::wire::API_KEY_HEADER;
use http::{HeaderMap, HeaderValue};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};

use crate::auth::{Auth, Scope};
use crate::error::{ApiError, refusals};
use crate::store::{Filter, Listed, Page, PageRequest, Store};

use super::seats::Seats;

/// How many whole records lie in memory at once, at most.
const AT_ONCE: usize = 64;
/// How many bytes they have together, at most, where they are more than one.
const BYTES_AT_ONCE: u64 = 1 << 20;

/// A line of a list with the whole record, where that is still there.
pub(super) type WithWhole = (Listed, Option<String>);

/// What reading needs.
#[derive(Debug)]
pub(crate) struct Library {
    pub(super) auth: Arc<Auth<dyn Store>>,
    pub(crate) store: Arc<dyn Store>,
    pub(super) exports: Seats,
}

impl Library {
    pub(crate) fn new(auth: Arc<Auth<dyn Store>>, store: Arc<dyn Store>) -> Self {
        Self { auth, store, exports: Seats::default() }
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

    /// The next of these lines, so few that their whole records may lie in memory at once.
    pub(super) async fn next_whole(
        &self,
        scope: &Scope,
        rest: &mut IntoIter<Listed>,
    ) -> Result<Vec<WithWhole>, ApiError> {
        let seqs: Vec<_> = rest.as_slice().iter().take(AT_ONCE).map(|it| it.seq).collect();
        let sizes = self.store.sizes(scope, &seqs).await?.into_iter().collect();
        let seqs = &seqs[..fitting(&seqs, &sizes)];
        let payloads = self.store.payloads(scope, seqs).await?;
        let mut payloads: HashMap<_, _> = payloads.into_iter().collect();
        let lines = rest.by_ref().take(seqs.len());
        let with_whole = |line: Listed| {
            let payload = payloads.remove(&line.seq);
            (line, payload)
        };
        Ok(lines.map(with_whole).collect())
    }
}

/// How many of the first of these records may lie in memory at once; one always may.
fn fitting(seqs: &[i64], sizes: &HashMap<i64, u64>) -> usize {
    let mut bytes = 0_u64;
    let fits = seqs.iter().take_while(|seq| {
        bytes = bytes.saturating_add(sizes.get(*seq).copied().unwrap_or(0));
        bytes <= BYTES_AT_ONCE
    });
    fits.count().max(1).min(seqs.len())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_memory_at_once_goes_by_its_bytes_and_is_never_nothing() {
        let most = BYTES_AT_ONCE;
        let sizes = HashMap::from([(1, most), (2, 1), (3, most - 1), (4, 2 * most), (5, 0)]);
        for (seqs, expected) in
            [(&[][..], 0), (&[4, 1], 1), (&[1, 5, 2], 2), (&[2, 3, 2], 2), (&[9, 9], 2)]
        {
            assert_eq!(fitting(seqs, &sizes), expected, "{seqs:?}");
        }
    }
}
