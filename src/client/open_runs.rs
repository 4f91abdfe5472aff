//! Word of a run that is open: if its process is killed, the next one tells of it.

use std::time::SystemTime;

use crate::record::{Record, Unsealed};
use crate::ship::{Generation, HandedOver, Mention};

use super::{Client, Shared};

impl Client {
    /// Leaves word that a run is open since then: `marker` is what is known of it at its begin, under
    /// the id that the record of its end will have.
    ///
    /// Where there is a spool directory the worker keeps it there until that record is delivered,
    /// spooled or lost. If the process ends before, the next one with the same directory ships it,
    /// as a run that crashed. It counts as no record here, never takes a record's place, and is
    /// not even made where there is no spool, or not kept where a great many wait already.
    pub(crate) fn open_run(&self, since: Generation, marker: impl FnOnce() -> Option<Record>) {
        let Shared { counters, worker, .. } = &*self.shared;
        let worker = worker.as_ref().filter(|worker| worker.takes_open_runs());
        let Some(worker) = worker.filter(|_| !counters.has_ended()) else {
            return;
        };
        if let Some(marker) = marker() {
            let unsealed = Unsealed::new(marker, SystemTime::now());
            // One that is refused is missed only if the process is killed.
            let _ = worker.push(HandedOver { unsealed, generation: since, run: Mention::Open });
        }
    }

    /// Ships the record of a run that is over since then. Where it is lost on the way nothing tells of
    /// the run, and least of all that it never ended.
    pub(crate) fn end_run(&self, since: Generation, record: Record) {
        let id = record.id();
        if !self.hand_over(since, record, Mention::Over(id)) {
            if let Some(worker) = &self.shared.worker {
                worker.forget_run(id);
            }
        }
    }
}
