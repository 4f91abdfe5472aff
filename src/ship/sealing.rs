//! From what was handed over to what waits to be sent, as far as time and room allow.

use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::level::Level;
use crate::record::{Degraded, Walk};

use super::queue::{HandedOver, Mention};
use super::warn::Warning;
use super::worker::{AWAKE_AFTER_WORK, Shipper};

/// What is sealed before requests get their turn again.
const SEALED_AT_ONCE: usize = 64;
const SEALED_BYTES_AT_ONCE: usize = 256 << 10;
/// How long requests wait for their turn where the host's values are slow to tell what they are.
const SEALED_WITHIN: Duration = Duration::from_millis(10);

impl Shipper {
    /// Seals some of what was handed over. Tells whether there may be more.
    pub(super) fn seal_some(&mut self) -> bool {
        let (mut bytes, began) = (0, Instant::now());
        for _ in 0..SEALED_AT_ONCE {
            let Some(handed_over) = self.incoming.pop() else {
                self.waits.sealed_all(self.outbox.next_number());
                return false;
            };
            if handed_over.run == Mention::Open {
                self.open_run(handed_over);
                continue;
            }
            bytes += self.seal(handed_over);
            self.waits.sealed_one(self.outbox.next_number());
            if bytes >= SEALED_BYTES_AT_ONCE || began.elapsed() >= SEALED_WITHIN {
                break;
            }
        }
        true
    }

    fn seal(&mut self, handed_over: HandedOver) -> usize {
        self.is_sealing = true;
        let HandedOver { unsealed, generation, .. } = handed_over;
        let began = Instant::now();
        let walk = self.walk(began);
        let link = &self.link;
        let level = link.consent.since(generation);
        if level == Level::Off {
            return self.withdraw();
        }
        let payload = link.sealer.seal(unsealed, level, walk);
        let now = Instant::now();
        self.awake_until = now + AWAKE_AFTER_WORK;
        if walk == Walk::Full {
            self.ration.took(now.duration_since(began));
        }
        let run = self.disk.as_mut().and_then(|disk| disk.open_runs.close(payload.id()));
        if payload.level() == Level::Off {
            // The host's rule wants nothing of it.
            return self.withdraw();
        }
        let (bytes, id, degraded) = (payload.size(), payload.id(), payload.degraded());
        self.link.counters.masked(&payload.report());
        if payload.has_trace() {
            self.learn_size(bytes);
        }
        self.outbox.admit(payload, generation, run, now, &self.link.counters);
        self.is_sealing = false;
        self.note_degraded(degraded, id, now);
        bytes
    }

    fn withdraw(&mut self) -> usize {
        self.link.counters.withdrawn(1);
        self.is_sealing = false;
        0
    }

    /// How much of a record there is time and room to look at.
    fn walk(&mut self, now: Instant) -> Walk {
        if self.is_out_of_time(now) {
            Walk::Skip(Degraded::Shutdown)
        } else if self.incoming.is_crowded() {
            Walk::Skip(Degraded::Pressure)
        } else if self.outbox.is_under_pressure() && !self.can_spool() {
            Walk::NamesOnly
        } else {
            Walk::Full
        }
    }

    /// Seals what the next process is to tell of a run if this one does not live to its end. A
    /// worker that is behind has no time for it.
    fn open_run(&mut self, handed_over: HandedOver) {
        let HandedOver { unsealed, generation, .. } = handed_over;
        let is_behind = self.incoming.is_crowded();
        let runs = self.disk.as_mut().map(|disk| &mut disk.open_runs);
        let Some(runs) = runs.filter(|runs| !is_behind && runs.has_room()) else {
            return;
        };
        let level = self.link.consent.since(generation).min(Level::MetricsOnly);
        // The names that its record will tell are not known yet.
        let marker = self.link.sealer.seal(unsealed, level, Walk::Skip(Degraded::Shutdown));
        let now = Instant::now();
        if marker.level() != Level::Off {
            runs.open(marker, generation, now);
        }
        self.awake_until = now + AWAKE_AFTER_WORK;
    }

    /// A run is over, and its record is lost.
    pub(super) fn forget_run(&mut self, id: Uuid) {
        let may_come = self.incoming.holds_open_runs();
        if let Some(disk) = &mut self.disk {
            disk.open_runs.forget(id, may_come);
        }
    }

    /// The time is over: of the runs whose records still wait to be sealed nothing says that they
    /// never ended.
    pub(super) fn forget_unsealed(&mut self) {
        // No more than there are now: a host that goes on shipping must not hold up the end.
        let mut left = self.incoming.len();
        while left > 0 {
            let Some(handed_over) = self.incoming.pop() else {
                return;
            };
            left -= usize::from(handed_over.run != Mention::Open);
            if let Mention::Over(id) = handed_over.run {
                self.forget_run(id);
            }
        }
    }

    /// Whether the process ends before all that waits could be looked at, and it is not this
    /// record's turn.
    fn is_out_of_time(&mut self, now: Instant) -> bool {
        let left = self.waits.time_left(now, self.reserve());
        left.is_some_and(|left| !self.ration.affords(self.incoming.len() + 1, left))
    }

    fn note_degraded(&mut self, degraded: Option<Degraded>, id: Uuid, now: Instant) {
        let Some(why) = degraded else {
            return;
        };
        self.link.counters.degraded(why, 1);
        if why == Degraded::Unserializable {
            self.warner.warn(Warning::Unserializable, &id, now);
        }
    }

    /// The queue holds as many records as the budget will at their size lately. Only records with
    /// their trace tell how large the values are that wait in it.
    fn learn_size(&mut self, bytes: usize) {
        self.average_bytes = match self.average_bytes {
            0 => bytes,
            average => (7 * average + bytes) / 8,
        };
        self.incoming.set_capacity(self.link.budget_bytes, self.average_bytes);
    }
}
