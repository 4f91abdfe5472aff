//! Whole traces that people look at: each is told of once a session.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::admin;
use crate::auth::ClientId;

use super::failure::PageError;
use super::routes::Dashboard;
use super::viewer::Viewer;

/// How many are remembered. Beyond that some are told of once more.
const MOST: usize = 10_000;

/// What was told of: the session, and the record.
#[derive(Debug, Default)]
pub(super) struct Views(Mutex<HashSet<(i64, Uuid)>>);

impl Views {
    fn lock(&self) -> MutexGuard<'_, HashSet<(i64, Uuid)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, view: (i64, Uuid)) {
        let mut told = self.lock();
        if told.len() >= MOST {
            told.clear();
        }
        told.insert(view);
    }
}

impl Dashboard {
    /// Leaves a record that this person looks at a whole trace, and whose it is; before it is shown.
    /// Once for a session and a record.
    ///
    /// # Errors
    /// Where that cannot be stored, or the session has ended.
    pub(in crate::dashboard) async fn tell_view(
        &self,
        viewer: &Viewer,
        record_id: Uuid,
        client: &ClientId,
    ) -> Result<(), PageError> {
        let view = (viewer.visit().session().id, record_id);
        if self.views.lock().contains(&view) {
            return Ok(());
        }
        admin::tell_view(self.library.store.as_ref(), viewer.scope(), record_id, client).await?;
        self.views.remember(view);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded() {
        let views = Views::default();
        for session in 0..=MOST {
            views.remember((i64::try_from(session).unwrap(), Uuid::nil()));
        }
        assert_eq!(views.lock().len(), 1);
    }
}
