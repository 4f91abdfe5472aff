//! When records go to the spool, and when they come back.
//!
//! The disk is written and read on the shipper's thread: files are small, the host never waits for
//! it, and what a slow disk holds up is counted like any other pressure.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::batch::MAX_BATCH_BYTES;
use super::disk::Disk;
use super::gate::Gate;
use super::outbox::Outbox;
use super::spool::{FILE_BYTES, FILE_RECORDS, Loaded, Lowered, Spool};
use super::stats::Loss;
use super::waits::Waits;
use super::warn::{Warner, Warning};
use super::worker::{Link, Shipper};

/// How long records gather while the collector does not answer, so that a file holds more than one.
const GATHER: Duration = Duration::from_millis(250);
/// What is kept of the time that a shutdown gives for writing what is left.
const LAST_WORDS: Duration = Duration::from_millis(250);

/// What is in memory, and all that decides what goes to disk and what comes back.
pub(super) struct Memory<'a> {
    pub(super) link: &'a Link,
    pub(super) warner: &'a mut Warner,
    outbox: &'a mut Outbox,
    gate: &'a Gate,
    waits: &'a Waits,
}

impl Shipper {
    /// The two sides, where there is a disk.
    fn sides(&mut self) -> Option<(&mut Disk, Memory<'_>)> {
        let Self { disk, link, outbox, gate, waits, warner, .. } = self;
        Some((disk.as_mut()?, Memory { link, warner, outbox, gate, waits }))
    }

    /// Moves records between memory and disk, as the time asks for.
    pub(super) fn spool(&mut self) {
        if let Some((disk, mut memory)) = self.sides() {
            disk.turn(&mut memory, Instant::now());
        }
    }

    /// The level was lowered: what is on disk follows.
    pub(super) fn apply_to_spool(&mut self) {
        if let Some((disk, mut memory)) = self.sides() {
            disk.apply(&mut memory, Instant::now());
        }
    }

    /// The last chance: whatever is left, requests under way included, goes to disk.
    pub(super) fn spool_the_rest(&mut self) {
        if self.disk.is_none() {
            return;
        }
        self.forget_unsealed();
        self.outbox.recover();
        self.outbox.apply(&self.link.consent, &self.link.counters);
        if let Some((disk, mut memory)) = self.sides() {
            disk.end(&mut memory, Instant::now());
        }
        self.link.counters.spooled(self.outbox.held());
    }

    /// Whether the disk takes what memory does not have to hold.
    pub(super) fn can_spool(&self) -> bool {
        self.disk.as_ref().is_some_and(|disk| !disk.is_resting(Instant::now()))
    }

    /// When something has to be done about the disk, whatever else happens.
    pub(super) fn spools_at(&self) -> Option<Instant> {
        let disk = self.disk.as_ref()?;
        let oldest = self.outbox.unspooled().map(|(_, oldest)| oldest);
        if let Some(until) = disk.rests_until() {
            return (disk.has_to_do() || oldest.is_some()).then_some(until);
        }
        let gathered = oldest.filter(|_| !self.gate.is_open()).map(|oldest| oldest + GATHER);
        gathered.into_iter().chain(disk.deletes_at()).chain(disk.open_runs.due()).min()
    }

    /// What a shutdown leaves for writing what is left, of the time until `by`.
    pub(super) fn reserve(&self) -> Duration {
        if self.can_spool() { LAST_WORDS } else { Duration::ZERO }
    }
}

impl Memory<'_> {
    pub(super) fn has_to_spool(&self, now: Instant) -> bool {
        let Some((bytes, oldest)) = self.outbox.unspooled() else {
            return false;
        };
        let has_gathered = || bytes >= FILE_BYTES || now >= oldest + GATHER;
        let is_cut_off = !self.gate.is_open() && (self.waits.are_ending() || has_gathered());
        is_cut_off || self.outbox.is_under_pressure() || self.waits.hurries(now)
    }

    pub(super) fn has_unspooled(&self) -> bool {
        self.outbox.unspooled().is_some()
    }

    /// Writes the oldest that are nowhere but here, as many as a file takes.
    pub(super) fn store_some(&mut self, spool: &mut Spool, now: Instant) -> io::Result<()> {
        let counters = &self.link.counters;
        let numbers = self.outbox.next_for_spool(FILE_RECORDS, FILE_BYTES);
        let numbers = self.outbox.apply_to(&numbers, &self.link.consent, counters);
        let generation = numbers.first().and_then(|number| self.outbox.generation(*number));
        let Some(generation) = generation else {
            return Ok(());
        };
        self.outbox.fit(&numbers, spool.max_bytes(), counters);
        let items = self.outbox.get(&numbers);
        let payloads: Vec<_> = items.iter().map(|item| &item.payload).collect();
        let dropped = spool.store(&payloads, &self.link.sdk, generation)?;
        self.outbox.spooled(&numbers);
        counters.spooled(numbers.len() as u64);
        counters.spool_was_full(dropped);
        if dropped > 0 {
            let lost = counters.snapshot().lost_by(Loss::SpoolFull);
            self.warner.warn(Warning::SpoolFull, &format_args!("{lost} so far"), now);
        }
        Ok(())
    }

    /// At the end none come back any more, but for the first few: a process that lives for a moment
    /// has to deliver something, too.
    pub(super) fn has_room_for_spooled(&self, spool: &Spool, loads: usize) -> bool {
        if !spool.has_more() || (self.waits.are_ending() && loads >= self.link.in_flight) {
            return false;
        }
        if self.gate.is_open() {
            may_load(spool.loaded(), self.link.in_flight, self.outbox)
        } else {
            // Only to find out whether the collector is back.
            self.outbox.is_empty()
        }
    }

    /// Reads the oldest that are on disk alone.
    pub(super) fn load_some(&mut self, spool: &mut Spool, now: Instant) -> io::Result<()> {
        let Some(Loaded { payloads, promised, is_damaged, generation, held }) = spool.load()?
        else {
            return Ok(());
        };
        self.link.counters.loaded(payloads.len() as u64, promised);
        if is_damaged {
            self.link.counters.set_aside(1);
            self.warner.warn(Warning::SetAside, &"damaged", now);
            spool.sweep(&self.link.consent);
        }
        self.outbox.admit_spooled(payloads, generation, &held, now);
        Ok(())
    }

    /// What came of lowering the level on disk.
    pub(super) fn take_back(&mut self, lowered: Lowered, now: Instant) {
        let Lowered { withdrawn, homeless, let_go } = lowered;
        let counters = &self.link.counters;
        counters.withdrawn_from_spool(withdrawn);
        for held in let_go {
            self.outbox.let_go(|other| Arc::ptr_eq(other, &held));
        }
        for Loaded { payloads, promised, generation, .. } in homeless {
            counters.loaded(payloads.len() as u64, promised);
            for payload in payloads {
                self.outbox.admit(payload, generation, None, now, counters);
            }
        }
    }

    /// Somebody has removed the folder, with so many records that were there alone.
    pub(super) fn forget_spool(&mut self, records: u64) {
        self.link.counters.spool_was_full(records);
        self.outbox.let_go(|_| true);
    }
}

/// New records are not held up: the spool's come when little else is under way. But some always
/// come, or a host that is never quiet would keep the oldest waiting for ever.
fn may_load(loaded: usize, in_flight: usize, outbox: &Outbox) -> bool {
    let is_quiet = loaded < in_flight && outbox.bytes() < MAX_BATCH_BYTES;
    is_quiet || (loaded == 0 && !outbox.is_under_pressure())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use bytes::Bytes;
    use http::{Request, Response};

    use super::super::consent::Consent;
    use super::super::queue::queue;
    use super::super::sealer::Sealer;
    use super::super::stats::Counters;
    use super::super::transport::{BoxFuture, Transport, TransportError};
    use super::*;
    use crate::config::{CollectorUrl, Config, Destination};
    use crate::mask::Policy;
    use crate::record::Producer;
    use crate::{Level, Record};

    struct Nobody;

    impl Transport for Nobody {
        fn send(&self, _: Request<Bytes>) -> BoxFuture<Result<Response<Bytes>, TransportError>> {
            Box::pin(async { Err(TransportError::Broken) })
        }
    }

    fn shipper(spool_dir: &Path) -> Shipper {
        let link = Link {
            sealer: Arc::new(Sealer {
                policy: Policy::default(),
                producer: Producer::default(),
                max_record_bytes: 1 << 20,
                rule: None,
            }),
            counters: Arc::default(),
            consent: Arc::new(Consent::new(Level::FullTrace)),
            transport: Arc::new(Nobody),
            destination: Destination {
                url: CollectorUrl::parse("http://127.0.0.1:1/v1/logs", false).expect("valid"),
                api_key: "key".into(),
                client_id: "acme".to_owned(),
            },
            sdk: crate::wire::Sdk::default(),
            in_flight: 4,
            budget_bytes: 1 << 20,
            timeout: Duration::from_secs(1),
        };
        let config = Config { spool_dir: Some(spool_dir.to_owned()), ..Config::default() };
        Shipper::new(link, queue().1, &config)
    }

    #[test]
    fn a_disk_that_is_not_well_is_looked_at_again_though_nothing_else_happens() {
        let path = std::env::temp_dir().join(format!("epilogue-well-{}", uuid::Uuid::now_v7()));
        fs::write(&path, "a file where a folder should be").expect("written");
        let mut shipper = shipper(&path);
        let before = Instant::now();
        shipper.spool();
        assert!(!shipper.can_spool());
        assert!(shipper.spools_at().is_some_and(|at| at > before));
        fs::remove_file(&path).expect("removed");
        let mut shipper = self::shipper(&path);
        shipper.spool();
        assert!(shipper.can_spool());
        assert_eq!(shipper.spools_at(), None, "a host that is idle is not woken");
        drop(shipper);
        fs::remove_dir_all(&path).expect("removed");
    }

    #[test]
    fn a_marker_that_cannot_be_written_keeps_no_record_from_coming_back() {
        let path = std::env::temp_dir().join(format!("epilogue-marker-{}", uuid::Uuid::now_v7()));
        let mut shipper = shipper(&path);
        shipper.spool();
        let (generation, now) = (shipper.link.consent.now(), Instant::now());
        let [open, over] = ["open", "over"]
            .map(|ticket| Record::workflow(ticket).seal(&Policy::default(), Level::MetricsOnly));
        for shared in fs::read_dir(&path).expect("a folder for each client").flatten() {
            for own in fs::read_dir(shared.path()).expect("a folder of its own").flatten() {
                // What is written aside finds its name taken, as on a disk without room.
                let taken = own.path().join(format!("{}.open.tmp", open.id()));
                fs::create_dir(taken).expect("a folder");
            }
        }
        let disk = shipper.disk.as_mut().expect("a disk");
        disk.open_runs.open(open, generation, now - 2 * GATHER);
        shipper.outbox.admit(over, generation, None, now - 2 * GATHER, &shipper.link.counters);
        let pass = shipper.gate.pass(now, 0, 4).expect("it is open");
        shipper.gate.failed(pass, now, None, 1.0);

        shipper.spool();
        assert!(!shipper.can_spool(), "the marker was not written");
        assert!(shipper.outbox.unspooled().is_none(), "the record was");
        assert!(shipper.outbox.has_waiting(), "it probes whether the collector is back");
        drop(shipper);
        fs::remove_dir_all(&path).expect("removed");
    }

    #[test]
    fn a_host_that_is_never_quiet_does_not_keep_the_spool_waiting() {
        let consent = Consent::new(Level::FullTrace);
        let mut outbox = Outbox::new(4 << 20, Duration::from_secs(60));
        assert!(may_load(3, 4, &outbox) && !may_load(4, 4, &outbox));
        let fill = |outbox: &mut Outbox| {
            let record = Record::workflow("1").state("x ".repeat(300_000));
            let payload = record.seal(&Policy::default(), Level::FullTrace);
            outbox.admit(payload, consent.now(), None, Instant::now(), &Counters::default());
        };
        while outbox.bytes() < MAX_BATCH_BYTES {
            fill(&mut outbox);
        }
        assert!(may_load(0, 4, &outbox) && !may_load(1, 4, &outbox));
        while !outbox.is_under_pressure() {
            fill(&mut outbox);
        }
        assert!(!may_load(0, 4, &outbox), "what is new would have to go to disk for it");
    }
}
