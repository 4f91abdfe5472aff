//! Reading whole records a stretch at a time: so many, and so many bytes, that they have room in memory
//! twice.

use std::collections::{HashMap, VecDeque};

use crate::auth::Mover;
use crate::store::{Listed, Store, StoreError, fitting};

/// How many records a stretch has, and how many bytes they have together: one record more than fit, so
/// that the largest is read as well.
const RECORDS: usize = 2_000;
const BYTES: u64 = 8 << 20;

/// A record as it lies in a store.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) line: Listed,
    /// `None` where the whole of it is gone.
    pub(super) payload: Option<String>,
}

/// The stretches of a store behind a number and up to another.
#[derive(Debug)]
pub(super) struct Stretches<'s> {
    store: &'s dyn Store,
    mover: &'s Mover,
    after: i64,
    through: i64,
    /// Rows that were read and had no room, each with the bytes of the whole.
    waiting: VecDeque<(Listed, u64)>,
}

impl<'s> Stretches<'s> {
    pub(super) fn new(store: &'s dyn Store, mover: &'s Mover, after: i64, through: i64) -> Self {
        Self { store, mover, after, through, waiting: VecDeque::new() }
    }

    /// The next one; empty at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<Whole>, StoreError> {
        if self.waiting.is_empty() {
            self.look().await?;
        }
        let count = fitting(self.waiting.iter().map(|(_, bytes)| *bytes), BYTES);
        let lines = self.waiting.drain(..count).map(|(line, _)| line).collect();
        wholes(self.store, self.mover, lines).await
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let rows = self.store.stretch(self.mover, self.after, self.through, RECORDS).await?;
        self.after = rows.last().map_or(self.through, |last| last.seq);
        let seqs: Vec<_> = rows.iter().map(|row| row.seq).collect();
        let sizes = self.store.sizes(self.mover.scope(), &seqs).await?;
        let sizes: HashMap<_, _> = sizes.into_iter().collect();
        let with_size = |row: Listed| {
            let bytes = sizes.get(&row.seq).copied().unwrap_or_default();
            (row, bytes)
        };
        self.waiting.extend(rows.into_iter().map(with_size));
        Ok(())
    }
}

/// These records with the whole of each.
pub(super) async fn wholes(
    store: &dyn Store,
    mover: &Mover,
    lines: Vec<Listed>,
) -> Result<Vec<Whole>, StoreError> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let seqs: Vec<_> = lines.iter().map(|line| line.seq).collect();
    let payloads = store.payloads(mover.scope(), &seqs).await?;
    let mut payloads: HashMap<_, _> = payloads.into_iter().collect();
    let whole = |line: Listed| Whole { payload: payloads.remove(&line.seq), line };
    Ok(lines.into_iter().map(whole).collect())
}
