//! The disk as the shipper sees it: open, resting after an error, or gone.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::consent::Generation;
use super::spool::{OpenRuns, Spool};
use super::spooling::Memory;
use super::warn::Warning;
use super::worker::Link;

/// How long a disk that refused something is left alone.
const REST: Duration = Duration::from_secs(10);
/// How often it is looked for what other processes left, while there is anything to do.
const LOOK_AROUND: Duration = Duration::from_secs(60);

/// The spool of a host that wants one, where the disk allows it.
#[derive(Debug)]
pub(super) struct Disk {
    directory: PathBuf,
    max_bytes: usize,
    /// `None` until it is opened, and where it cannot be.
    spool: Option<Spool>,
    pub(super) open_runs: OpenRuns,
    /// After an error it is left alone until then.
    rests_until: Option<Instant>,
    looks_around_at: Option<Instant>,
    /// When it is tried again to delete what could not be deleted.
    deletes_at: Option<Instant>,
    /// What another process left counts as handed over now.
    generation: Generation,
    /// How many files came back to memory so far.
    loads: usize,
}

impl Disk {
    pub(super) fn new(directory: PathBuf, max_bytes: usize, generation: Generation) -> Self {
        Self {
            directory,
            max_bytes,
            spool: None,
            open_runs: OpenRuns::new(),
            rests_until: None,
            looks_around_at: None,
            deletes_at: None,
            generation,
            loads: 0,
        }
    }

    pub(super) fn is_resting(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    pub(super) fn rests_until(&self) -> Option<Instant> {
        self.rests_until
    }

    /// Whether there is anything to do as soon as the disk is well again.
    pub(super) fn has_to_do(&self) -> bool {
        let has_to_do =
            |spool: &Spool| spool.has_more() || spool.loaded() > 0 || spool.has_doomed();
        self.open_runs.due().is_some() || self.spool.as_ref().is_none_or(has_to_do)
    }

    pub(super) fn deletes_at(&self) -> Option<Instant> {
        self.deletes_at
    }

    /// Does what there is to do.
    pub(super) fn turn(&mut self, memory: &mut Memory<'_>, now: Instant) {
        if self.is_resting(now) {
            return;
        }
        self.rests_until = None;
        if let Err(error) = self.try_turn(memory, now) {
            self.rests_until = Some(now + REST);
            self.forget_if_gone(memory);
            memory.warner.warn(Warning::Spool, &error.kind(), now);
        }
        self.delete_doomed(memory, now);
    }

    fn try_turn(&mut self, memory: &mut Memory<'_>, now: Instant) -> io::Result<()> {
        self.open(memory.link)?;
        self.look_around(memory, now);
        let Some(spool) = &mut self.spool else {
            return Ok(());
        };
        spool.tidy();
        self.open_runs.tidy(spool);
        while memory.has_to_spool(now) {
            memory.store_some(spool, now)?;
            // What is on disk needs no marker, and the next process looks for no more than one
            // file's records that still have theirs.
            self.open_runs.tidy(spool);
        }
        while memory.has_room_for_spooled(spool, self.loads) {
            memory.load_some(spool, now)?;
            self.loads += 1;
        }
        // Behind the loading: on a full disk it fails until something was delivered.
        if self.open_runs.due().is_some_and(|due| now >= due) {
            self.open_runs.write(spool, &memory.link.sdk)?;
        }
        Ok(())
    }

    fn open(&mut self, link: &Link) -> io::Result<()> {
        if self.spool.is_none() {
            let (directory, generation) = (&self.directory, self.generation);
            let spool = Spool::open(directory, &link.destination, self.max_bytes, generation)?;
            self.spool = Some(spool);
        }
        Ok(())
    }

    /// Takes over what dead processes left, now and then. What cannot be taken over holds nothing
    /// else up.
    fn look_around(&mut self, memory: &mut Memory<'_>, now: Instant) {
        let is_due = self.looks_around_at.is_none_or(|at| now >= at);
        let Some(spool) = self.spool.as_mut().filter(|_| is_due) else {
            return;
        };
        self.looks_around_at = Some(now + LOOK_AROUND);
        let inherited = spool.inherit(&memory.link.sdk);
        let counters = &memory.link.counters;
        counters.adopted(inherited.records);
        counters.spool_was_full(inherited.dropped);
        counters.set_aside(inherited.set_aside);
        if inherited.set_aside > 0 {
            memory.warner.warn(Warning::SetAside, &"half written", now);
        }
        if let Some(trouble) = inherited.trouble {
            memory.warner.warn(Warning::Estates, &trouble, now);
        }
        // The level may be lower here than where they come from.
        self.apply(memory, now);
    }

    /// Applies the lowest level since each record was handed over.
    pub(super) fn apply(&mut self, memory: &mut Memory<'_>, now: Instant) {
        let consent = &memory.link.consent;
        self.open_runs.apply(consent, self.spool.as_mut());
        let Some(spool) = &mut self.spool else {
            return;
        };
        let lowered = spool.apply(consent, &memory.link.sdk);
        memory.take_back(lowered, now);
        // Whatever could not be deleted is tried again at once, and told.
        self.deletes_at = None;
    }

    /// Where somebody has removed the folder, another is made the next time.
    fn forget_if_gone(&mut self, memory: &mut Memory<'_>) {
        if let Some(gone) = self.spool.take_if(|spool| spool.is_gone()) {
            memory.forget_spool(gone.records());
            self.open_runs.forget_written();
            (self.looks_around_at, self.deletes_at) = (None, None);
        }
    }

    fn delete_doomed(&mut self, memory: &mut Memory<'_>, now: Instant) {
        let is_due = self.deletes_at.is_none_or(|at| now >= at);
        let Some(spool) = self.spool.as_mut().filter(|spool| is_due && spool.has_doomed()) else {
            return;
        };
        let left = spool.delete_doomed();
        self.deletes_at = (left > 0).then_some(now + REST);
        if left > 0 {
            memory.warner.warn(Warning::Undeleted, &left, now);
        }
    }

    /// The last turn: whatever is in memory alone goes to disk.
    pub(super) fn end(&mut self, memory: &mut Memory<'_>, now: Instant) {
        self.apply(memory, now);
        if let Err(error) = self.try_end(memory, now) {
            memory.warner.warn(Warning::Spool, &error.kind(), now);
        }
        self.delete_doomed(memory, now);
    }

    fn try_end(&mut self, memory: &mut Memory<'_>, now: Instant) -> io::Result<()> {
        self.open(memory.link)?;
        let Some(spool) = &mut self.spool else {
            return Ok(());
        };
        spool.tidy();
        self.open_runs.tidy(spool);
        while memory.has_unspooled() {
            memory.store_some(spool, now)?;
            self.open_runs.tidy(spool);
        }
        self.open_runs.write(spool, &memory.link.sdk)
    }
}
