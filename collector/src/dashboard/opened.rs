//! One record as a page needs it: found for whoever looks, with its payload where that is there.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use super::failure::PageError;
use super::routes::Dashboard;
use super::viewer::Viewer;
use crate::auth::Scope;
use crate::fields::Fields;
use crate::store::{Kind, Listed};

/// From how many bytes on a record is taken apart beside the tasks that serve connections.
const LARGE: usize = 64 << 10;
/// The level of a record whose view is itself recorded.
const FULL_TRACE: &str = "FULL_TRACE";

/// A record that was found.
pub(super) struct Opened {
    pub(super) line: Listed,
    /// The right to its client's records alone: nothing of another client belongs beside it.
    pub(super) scope: Scope,
    /// The whole of it; `None` where that was deleted or archived.
    pub(super) payload: Option<String>,
}

impl Opened {
    /// The record with this id. Where it holds a trace, that it is looked at is recorded.
    ///
    /// # Errors
    /// Where this person sees none.
    pub(super) async fn by(
        dashboard: &Dashboard,
        viewer: &Viewer,
        id: &str,
    ) -> Result<Self, PageError> {
        let id = Uuid::try_parse(id).map_err(|_| PageError::NotFound)?;
        let store = &dashboard.library.store;
        let line = store.line(viewer.scope(), id).await?.ok_or(PageError::NotFound)?;
        let scope = viewer.scope().narrowed(&line.client).ok_or(PageError::NotFound)?;
        let payload = store.payloads(&scope, &[line.seq]).await?.pop().map(|(_, payload)| payload);
        if payload.is_some() && line.row.level == FULL_TRACE {
            dashboard.tell_view(viewer, id, &line.client).await?;
        }
        Ok(Self { line, scope, payload })
    }

    /// The same where it is a run.
    pub(super) async fn run(
        dashboard: &Dashboard,
        viewer: &Viewer,
        id: &str,
    ) -> Result<Self, PageError> {
        let opened = Self::by(dashboard, viewer, id).await?;
        if opened.is_run() { Ok(opened) } else { Err(PageError::NotFound) }
    }

    pub(super) fn is_run(&self) -> bool {
        self.line.row.kind == Kind::Workflow
    }

    /// The payload's JSON; nothing where it is gone.
    pub(super) fn json(&self) -> &str {
        self.payload.as_deref().unwrap_or("{}")
    }

    /// The payload's own fields; none where it is gone.
    pub(super) fn fields(&self) -> Fields<'_> {
        serde_json::from_str(self.json()).unwrap_or_default()
    }

    /// The page of it.
    pub(super) fn path(&self) -> String {
        path(&self.line)
    }

    /// The page that shows its parts.
    pub(super) fn parts(&self) -> String {
        format!("/records/{}/part", self.line.row.record_id)
    }

    /// Does what takes long for a large record where it holds nobody up.
    pub(super) async fn with<T: Send + 'static>(
        self: Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, PageError> {
        if self.json().len() <= LARGE {
            return Ok(work(&self));
        }
        let working = tokio::task::spawn_blocking(move || work(&self));
        working.await.map_err(|_| PageError::Internal)
    }
}

/// The page of a record.
pub(super) fn path(line: &Listed) -> String {
    let pages = if line.row.kind == Kind::Workflow { "runs" } else { "records" };
    format!("/{pages}/{}", line.row.record_id)
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("seq", &self.line.seq).finish_non_exhaustive()
    }
}
