//! The markers of open runs: a small file for each, so that the next process can tell of the runs
//! that this one did not finish.
//!
//! A marker is the sealed record of a run that did not end, under the run's own id. It goes when
//! that run's record is delivered, spooled or lost; one that outlives its record is a record that
//! the collector knows. Most runs are over before their marker is written, and cost the disk nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::level::Level;
use crate::record::Payload;
use crate::wire;

use super::super::consent::{Consent, Generation};
use super::{Spool, file};

/// How long the first run that needs a marker waits for it; those that begin meanwhile get theirs
/// with it.
const GATHER: Duration = Duration::from_millis(250);
/// The most runs that have a marker at a time.
const MOST: usize = 10_000;
/// The most whose markers wait for a disk that rests.
const MOST_UNWRITTEN: usize = 1_000;

/// The runs that are open, as far as the disk knows or is to know of them.
#[derive(Debug)]
pub(crate) struct OpenRuns {
    /// Whose markers are still to be written.
    unwritten: BTreeMap<Uuid, (Payload, Generation)>,
    /// When the next marker is due to be written, and with it all the others.
    due: Option<Instant>,
    written: HashMap<Uuid, Generation>,
    /// Runs that were over before word came that they were open.
    over: HashSet<Uuid>,
    settled: Receiver<Uuid>,
    settles: Sender<Uuid>,
}

/// Held by the record of a run that has a marker, which goes with it.
#[derive(Debug)]
pub(crate) struct OpenRun {
    id: Uuid,
    settles: Sender<Uuid>,
}

impl Drop for OpenRun {
    fn drop(&mut self) {
        // At the very end nobody listens: then the marker stays.
        let _ = self.settles.send(self.id);
    }
}

impl OpenRuns {
    pub(crate) fn new() -> Self {
        let (settles, settled) = mpsc::channel();
        Self {
            unwritten: BTreeMap::new(),
            due: None,
            written: HashMap::new(),
            over: HashSet::new(),
            settled,
            settles,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        let unwritten = self.unwritten.len();
        unwritten < MOST_UNWRITTEN && unwritten + self.written.len() < MOST
    }

    /// When markers have to be written.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.unwritten.is_empty())
    }

    /// A run that was handed over with this marker is open.
    pub(crate) fn open(&mut self, marker: Payload, generation: Generation, now: Instant) {
        if self.over.remove(&marker.id()) {
            return;
        }
        if self.unwritten.is_empty() {
            self.due = Some(now + GATHER);
        }
        self.unwritten.insert(marker.id(), (marker, generation));
    }

    /// The record of this id is sealed; if a marker was written for it, that goes with what is
    /// returned.
    pub(crate) fn close(&mut self, id: Uuid) -> Option<OpenRun> {
        self.unwritten.remove(&id);
        let is_written = self.written.contains_key(&id);
        is_written.then(|| OpenRun { id, settles: self.settles.clone() })
    }

    /// A run is over whose record is lost; `may_come` where word of a run is still on its way, and it
    /// may be this one's.
    pub(crate) fn forget(&mut self, id: Uuid, may_come: bool) {
        if !may_come {
            self.over.clear();
        }
        if self.written.contains_key(&id) {
            // This end is heard as long as there is the other.
            let _ = self.settles.send(id);
        } else if self.unwritten.remove(&id).is_none()
            && may_come
            && self.over.len() < MOST_UNWRITTEN
        {
            self.over.insert(id);
        }
    }

    /// Writes the markers of the runs that are still open.
    pub(crate) fn write(&mut self, spool: &Spool, sdk: &wire::Sdk) -> io::Result<()> {
        while let Some(unwritten) = self.unwritten.first_entry() {
            let (marker, generation) = unwritten.get();
            let mut content = Vec::with_capacity(marker.size());
            marker.render_into(sdk, &mut content);
            content.push(b'\n');
            file::put(spool.folder.path(), &file::marker(marker.id()), &content)?;
            self.written.insert(marker.id(), *generation);
            unwritten.remove();
        }
        Ok(())
    }

    /// Removes the markers of the runs whose records are settled.
    pub(crate) fn tidy(&mut self, spool: &mut Spool) {
        while let Ok(id) = self.settled.try_recv() {
            if self.written.remove(&id).is_some() {
                spool.delete(file::marker(id));
            }
        }
    }

    /// Consent was taken back: nothing tells of a run any more that was opened before.
    pub(crate) fn apply(&mut self, consent: &Consent, spool: Option<&mut Spool>) {
        let is_off = |generation: Generation| consent.since(generation) == Level::Off;
        self.unwritten.retain(|_, (_, generation)| !is_off(*generation));
        let withdrawn: Vec<Uuid> =
            self.written.iter().filter(|(_, at)| is_off(**at)).map(|(id, _)| *id).collect();
        self.written.retain(|_, generation| !is_off(*generation));
        if let Some(spool) = spool {
            for id in withdrawn {
                spool.erase(file::marker(id));
            }
        }
    }

    /// Somebody has removed the folder.
    pub(crate) fn forget_written(&mut self) {
        self.written.clear();
    }
}
