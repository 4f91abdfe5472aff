//! Copying in rounds: each goes up to what the source had when it began, and they become shorter until
//! the source is caught up with.

use std::time::Duration;

use tokio::time::sleep;

use super::read::{Stretches, Whole};
use super::{Copier, CopyError};
use crate::auth::ClientId;
use crate::ingest::again;
use crate::store::{Belongings, Entry, StoreError, Stretch};

/// A round of so few records is the last one: more would come forever.
const FEW: u64 = 1_000;
/// How often a stretch is tried where the target is not available for the moment, and how long to wait
/// before it is tried again.
const ATTEMPTS: u32 = 5;
const AGAIN: Duration = Duration::from_secs(1);

/// How far a copy has come, or a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Whether records are compared; they are copied otherwise.
    pub compares: bool,
    /// How many records this one has done.
    pub done: u64,
    /// How many there are to do at most, as far as it is known.
    pub left: u64,
}

/// What was copied.
#[derive(Debug)]
pub struct Copied {
    /// How many records, by this copy; others may have done more before.
    pub records: u64,
    pub(super) belongings: Belongings,
}

impl Copied {
    /// How many keys there are.
    pub fn keys(&self) -> usize {
        self.belongings.keys.len()
    }

    /// How many users.
    pub fn users(&self) -> usize {
        self.belongings.people.len()
    }
}

/// A record with its number in the source.
type Numbered = (i64, ClientId, Entry);

impl Copier {
    /// Copies what lies behind a number of the source, and tells how many records that were.
    pub(super) async fn rounds(
        &self,
        mut through: i64,
        tell: &mut impl FnMut(Progress),
    ) -> Result<u64, CopyError> {
        let mut done = 0;
        loop {
            let before = done;
            let settled = self.source.settled(&self.mover).await.map_err(CopyError::Source)?;
            let mut stretches = Stretches::new(self.source.as_ref(), &self.mover, through, settled);
            let mut next = prepared(&mut stretches).await?;
            while let Some(last) = next.last().map(|(seq, ..)| *seq) {
                let count = next.len() as u64;
                // While one stretch is stored the next is read.
                let (taken, following) =
                    tokio::join!(self.take_all(through, next), prepared(&mut stretches));
                taken?;
                (through, next) = (last, following?);
                done += count;
                tell(Progress { compares: false, done, left: settled.abs_diff(through) });
            }
            if done - before <= FEW {
                return Ok(done);
            }
        }
    }

    /// Has records stored, in parts where the target refuses them together: so that all before the one
    /// that it refuses are stored, and that one is named.
    async fn take_all(&self, mut after: i64, records: Vec<Numbered>) -> Result<(), CopyError> {
        let mut parts = vec![records];
        while let Some(mut part) = parts.pop() {
            let Some(through) = part.last().map(|(seq, ..)| *seq) else { continue };
            match self.take(Stretch { after, through }, &part).await {
                Ok(()) => after = through,
                Err(CopyError::Target(StoreError::Damaged(_))) if part.len() > 1 => {
                    let rest = part.split_off(part.len() / 2);
                    parts.extend([rest, part]);
                }
                Err(CopyError::Target(error @ StoreError::Damaged(_))) => {
                    return Err(CopyError::Refused { record_id: part[0].2.row.record_id, error });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Has a stretch stored.
    async fn take(&self, stretch: Stretch, records: &[Numbered]) -> Result<(), CopyError> {
        let mut attempt = 1;
        loop {
            let owned = records.iter().map(|(_, client, entry)| (client.clone(), entry.clone()));
            let taken = self.target.take(&self.mover, &self.identity, stretch, owned.collect());
            match taken.await {
                Ok(true) => return Ok(()),
                Ok(false) => return self.was_taken(stretch).await,
                Err(StoreError::Unavailable(_)) if attempt < ATTEMPTS => sleep(AGAIN).await,
                Err(error) => return Err(CopyError::Target(error)),
            }
            attempt += 1;
        }
    }

    /// An attempt that seemed to fail may have done it all the same. Otherwise somebody else copies.
    async fn was_taken(&self, stretch: Stretch) -> Result<(), CopyError> {
        let through = self.target.copied_through(&self.mover, &self.identity).await;
        let is_taken = through.map_err(CopyError::Target)? == Some(stretch.through);
        if is_taken { Ok(()) } else { Err(CopyError::Busy) }
    }
}

/// The next stretch, ready to be stored.
async fn prepared(stretches: &mut Stretches<'_>) -> Result<Vec<Numbered>, CopyError> {
    let read = stretches.next().await.map_err(CopyError::Source)?;
    let numbered =
        |Whole { line, payload }: Whole| (line.seq, line.client, again::entry(line.row, payload));
    Ok(read.into_iter().map(numbered).collect())
}
