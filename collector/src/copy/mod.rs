//! Moving from one store to another, while the first one goes on serving.
//!
//! Records are read in the order of their numbers and stored by the way that all records take, each
//! stretch of them together with how far the copy has come: whoever is ended in the middle goes on
//! there. What arrives meanwhile is taken in further rounds. Then both stores are read, and compared
//! record by record.

mod error;
mod ledger;
mod meaning;
mod number;
mod read;
mod rounds;
mod sums;
mod verify;

use std::sync::Arc;

use serde_json::json;

use crate::admin::Told;
use crate::auth::Mover;
use crate::store::{Begun, Belongings, Entry, Identity, Store};

pub use self::error::CopyError;
pub use self::ledger::Difference;
pub use self::rounds::{Copied, Progress};
pub use self::verify::Verified;

/// Copies one store into another.
#[derive(Debug)]
pub struct Copier {
    source: Arc<dyn Store>,
    target: Arc<dyn Store>,
    mover: Mover,
    /// The source's.
    identity: Identity,
}

impl Copier {
    /// Looks at both stores; nothing is changed yet.
    ///
    /// # Errors
    /// Where one of them cannot be read, or both are the same.
    pub async fn new(
        source: Arc<dyn Store>,
        target: Arc<dyn Store>,
        mover: Mover,
    ) -> Result<Self, CopyError> {
        let identity = source.identity(&mover).await.map_err(CopyError::Source)?;
        if target.identity(&mover).await.map_err(CopyError::Target)? == identity {
            return Err(CopyError::Same);
        }
        Ok(Self { source, target, mover, identity })
    }

    /// Copies until the target has all that the source has. `tell` is told how it goes on.
    ///
    /// # Errors
    /// Where the target holds something else, or one of the stores fails. What was copied stays, and
    /// the next copy goes on behind it.
    pub async fn copy(&self, mut tell: impl FnMut(Progress)) -> Result<Copied, CopyError> {
        let belongings = self.belongings().await?;
        let record = self.told("begun", json!({}));
        let begun = self.target.begin_copy(&self.mover, &self.identity, belongings, record);
        let through = match begun.await.map_err(CopyError::Target)? {
            Begun::Now => 0,
            Begun::Before(through) => through,
            Begun::Occupied => return Err(CopyError::Occupied),
        };
        let records = self.rounds(through, &mut tell).await?;
        // As they are by now.
        let belongings = self.belongings().await?;
        let taken = self.target.take_belongings(&self.mover, belongings.clone()).await;
        taken.map_err(CopyError::Target)?;
        Ok(Copied { records, belongings })
    }

    /// Compares what was copied, by now or by this copy, with what the target has of it, and leaves a
    /// record of that.
    ///
    /// # Errors
    /// Where no copy of the source was begun in the target, or one of the stores cannot be read.
    pub async fn verify(
        &self,
        copied: Option<Copied>,
        mut tell: impl FnMut(Progress),
    ) -> Result<Verified, CopyError> {
        let through = self.target.copied_through(&self.mover, &self.identity).await;
        let through = through.map_err(CopyError::Target)?.ok_or(CopyError::NotBegun)?;
        let carried = copied.map(|copied| copied.belongings);
        let verified = self.compared(through, carried, &mut tell).await?;
        let step = if verified.differences.is_empty() { "verified" } else { "differs" };
        let facts = json!({"records": verified.records});
        let told = self.target.tell_copy(&self.mover, self.told(step, facts)).await;
        told.map_err(CopyError::Target).map(|()| verified)
    }

    async fn belongings(&self) -> Result<Belongings, CopyError> {
        self.source.belongings(&self.mover).await.map_err(CopyError::Source)
    }

    /// The record of a step of the copy: the source is named by what tells it from other stores.
    fn told(&self, step: &'static str, mut facts: serde_json::Value) -> Entry {
        facts["step"] = step.into();
        let told = Told::new(self.mover.name(), "copy", "store", self.identity.as_str());
        let told = if step == "differs" { told.in_vain() } else { told };
        told.with(facts).entry()
    }
}
