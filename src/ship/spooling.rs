//! When records go to the spool, and when they come back.
//!
//! The disk is written and read on the shipper's thread: files are small, the host never waits for
//! it, and what a slow disk holds up is counted like any other pressure.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::batch::MAX_BATCH_BYTES;
use super::consent::Generation;
use super::spool::{FILE_BYTES, FILE_RECORDS, Spool};
use super::stats::Loss;
use super::warn::Warning;
use super::worker::{Link, Shipper};

/// How long records gather while the collector does not answer, so that a file holds more than one.
const GATHER: Duration = Duration::from_millis(250);
/// How long a disk that refused to be written is left alone.
const REST: Duration = Duration::from_secs(10);
/// How often it is looked for what other processes left, while there is anything to do.
const LOOK_AROUND: Duration = Duration::from_secs(60);
/// What is kept of the time that a shutdown gives for writing what is left.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// The spool, if the host wants one and the disk allows it.
#[derive(Debug)]
pub(super) struct Spooling {
    directory: PathBuf,
    max_bytes: usize,
    /// `None` until it is opened, and where it cannot be.
    spool: Option<Spool>,
    /// The disk is left alone until then.
    rests_until: Option<Instant>,
    looks_around_at: Option<Instant>,
    /// What another process left counts as handed over now.
    generation: Generation,
    /// How many files came back to memory so far.
    loads: usize,
}

impl Spooling {
    pub(super) fn new(directory: PathBuf, max_bytes: usize, generation: Generation) -> Self {
        Self {
            directory,
            max_bytes,
            spool: None,
            rests_until: None,
            looks_around_at: None,
            generation,
            loads: 0,
        }
    }

    fn is_resting(&self, now: Instant) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    fn open(&mut self, link: &Link) -> io::Result<&mut Spool> {
        match &mut self.spool {
            Some(spool) => Ok(spool),
            none => {
                let spool = Spool::open(&self.directory, &link.destination, self.max_bytes)?;
                Ok(none.insert(spool))
            }
        }
    }

    /// Where somebody has removed the folder, another is made the next time. Returns how many
    /// records went with it.
    fn forget_if_gone(&mut self) -> Option<u64> {
        let gone = self.spool.take_if(|spool| spool.is_gone())?;
        Some(gone.records())
    }

    /// Takes over what dead processes left, now and then.
    fn look_around(&mut self, link: &Link, now: Instant) -> io::Result<u64> {
        if self.looks_around_at.is_some_and(|at| now < at) {
            return Ok(0);
        }
        let generation = self.generation;
        let spool = self.open(link)?;
        let inherited = spool.inherit(generation)?;
        // The level may be lower here than where they come from.
        let withdrawn = spool.apply(&link.consent, &link.sdk);
        self.looks_around_at = Some(now + LOOK_AROUND);
        link.counters.adopted(inherited.records);
        link.counters.spool_was_full(inherited.dropped);
        link.counters.withdrawn_from_spool(withdrawn);
        link.counters.set_aside(inherited.unfinished);
        Ok(inherited.unfinished)
    }
}

impl Shipper {
    /// Moves records between memory and disk, as the time asks for.
    pub(super) fn spool(&mut self) {
        let Some(mut spooling) = self.spooling.take() else {
            return;
        };
        let now = Instant::now();
        if !spooling.is_resting(now) {
            if let Err(error) = self.spool_with(&mut spooling, now) {
                spooling.rests_until = Some(now + REST);
                if let Some(records) = spooling.forget_if_gone() {
                    self.link.counters.spool_was_full(records);
                    self.outbox.forget_spool();
                }
                self.warner.warn(Warning::Spool, &error.kind(), now);
            }
        }
        self.spooling = Some(spooling);
    }

    fn spool_with(&mut self, spooling: &mut Spooling, now: Instant) -> io::Result<()> {
        if spooling.look_around(&self.link, now)? > 0 {
            self.warner.warn(Warning::SetAside, &"half written", now);
        }
        let mut loads = spooling.loads;
        let spool = spooling.open(&self.link)?;
        spool.tidy();
        while self.has_to_spool(now) {
            self.store_some(spool, now)?;
        }
        while self.has_room_for_spooled(spool, loads) {
            self.load_some(spool, now)?;
            loads += 1;
        }
        spooling.loads = loads;
        Ok(())
    }

    /// Whether the disk takes what memory does not have to hold.
    pub(super) fn can_spool(&self) -> bool {
        self.spooling.as_ref().is_some_and(|spooling| !spooling.is_resting(Instant::now()))
    }

    fn has_to_spool(&self, now: Instant) -> bool {
        let Some((bytes, oldest)) = self.outbox.unspooled() else {
            return false;
        };
        let has_gathered = || bytes >= FILE_BYTES || now >= oldest + GATHER;
        let is_cut_off = !self.gate.is_open() && (self.waits.are_ending() || has_gathered());
        is_cut_off || self.outbox.is_under_pressure() || self.waits.hurries(now)
    }

    /// When what has gathered has to be written.
    pub(super) fn spools_at(&self) -> Option<Instant> {
        let spooling = self.spooling.as_ref().filter(|_| !self.gate.is_open())?;
        let (_, oldest) = self.outbox.unspooled()?;
        let gathered = oldest + GATHER;
        Some(spooling.rests_until.map_or(gathered, |until| until.max(gathered)))
    }

    fn store_some(&mut self, spool: &mut Spool, now: Instant) -> io::Result<()> {
        let numbers = self.outbox.next_for_spool(FILE_RECORDS, FILE_BYTES);
        let numbers = self.outbox.apply_to(&numbers, &self.link.consent, &self.link.counters);
        let generation = numbers.first().and_then(|number| self.outbox.generation(*number));
        let Some(generation) = generation else {
            return Ok(());
        };
        let items = self.outbox.get(&numbers);
        let payloads: Vec<_> = items.iter().map(|item| &item.payload).collect();
        let dropped = spool.store(&payloads, &self.link.sdk, generation)?;
        self.outbox.spooled(&numbers);
        self.link.counters.spooled(numbers.len() as u64);
        self.link.counters.spool_was_full(dropped);
        if dropped > 0 {
            let lost = self.link.counters.snapshot().lost_by(Loss::SpoolFull);
            self.warner.warn(Warning::SpoolFull, &format_args!("{lost} so far"), now);
        }
        Ok(())
    }

    /// New records are not held up: the spool's come when little else waits, and as long as the
    /// collector does not answer only to find out whether it is back. At the end none come any more,
    /// but for the first few: a process that lives for a moment has to deliver something, too.
    fn has_room_for_spooled(&self, spool: &Spool, loads: usize) -> bool {
        if !spool.has_more() || (self.waits.are_ending() && loads >= self.link.in_flight) {
            return false;
        }
        if self.gate.is_open() {
            spool.loaded() < self.link.in_flight && self.outbox.bytes() < MAX_BATCH_BYTES
        } else {
            self.outbox.is_empty()
        }
    }

    fn load_some(&mut self, spool: &mut Spool, now: Instant) -> io::Result<()> {
        let Some(loaded) = spool.load()? else {
            return Ok(());
        };
        self.link.counters.loaded(loaded.payloads.len() as u64, loaded.promised);
        if loaded.is_damaged {
            self.link.counters.set_aside(1);
            self.warner.warn(Warning::SetAside, &"damaged", now);
        }
        self.outbox.admit_spooled(loaded.payloads, loaded.generation, &loaded.held, now);
        Ok(())
    }

    /// The level was lowered: what is on disk follows.
    pub(super) fn apply_to_spool(&mut self) {
        let Some(spool) = self.spooling.as_mut().and_then(|spooling| spooling.spool.as_mut())
        else {
            return;
        };
        let withdrawn = spool.apply(&self.link.consent, &self.link.sdk);
        self.link.counters.withdrawn_from_spool(withdrawn);
    }

    /// The last chance: whatever is left, requests under way included, goes to disk.
    pub(super) fn spool_the_rest(&mut self) {
        if self.spooling.is_none() {
            return;
        }
        self.outbox.recover();
        self.outbox.apply(&self.link.consent, &self.link.counters);
        self.apply_to_spool();
        let Some(mut spooling) = self.spooling.take() else {
            return;
        };
        let now = Instant::now();
        let written = spooling.open(&self.link).and_then(|spool| {
            spool.tidy();
            while self.outbox.unspooled().is_some() {
                self.store_some(spool, now)?;
            }
            Ok(())
        });
        if let Err(error) = written {
            self.warner.warn(Warning::Spool, &error.kind(), now);
        }
        self.link.counters.spooled(self.outbox.held());
    }

    /// What a shutdown leaves for writing what is left, of the time until `by`.
    pub(super) fn reserve(&self) -> Duration {
        if self.can_spool() { LAST_WORDS } else { Duration::ZERO }
    }
}
