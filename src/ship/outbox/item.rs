//! A record on its way, with what is known about its way.

use std::time::Duration;

use tokio::time::Instant;

use crate::record::Payload;

use super::super::consent::Generation;
use super::super::spool::{Held, OpenRun};

/// How often a record may fail while others get through.
const MOST_STRIKES: u8 = 4;

/// In which form a record may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Company {
    /// With at most so many others.
    Batch(usize),
    /// Alone in its request.
    Alone,
    /// Alone, as plain JSON, uncompressed.
    Plain,
}

/// A payload on its way.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) payload: Payload,
    pub(crate) company: Company,
    pub(super) generation: Generation,
    pub(super) sealed_at: Instant,
    /// It is in the spool as well, and may be let go here.
    pub(super) held: Option<Held>,
    /// The marker of its run, which goes with it.
    _run: Option<OpenRun>,
    /// Failures while others got through.
    pub(super) strikes: u8,
    /// How many had got through when it failed last.
    failed_at: Option<u64>,
}

impl Item {
    pub(super) fn new(
        payload: Payload,
        generation: Generation,
        run: Option<OpenRun>,
        sealed_at: Instant,
    ) -> Self {
        Self {
            payload,
            company: Company::Batch(usize::MAX),
            generation,
            sealed_at,
            held: None,
            _run: run,
            strikes: 0,
            failed_at: None,
        }
    }

    pub(crate) fn is_spooled(&self) -> bool {
        self.held.is_some()
    }

    /// Whether it has waited too long; what is in the spool may wait for ever.
    pub(super) fn is_too_old(&self, now: Instant, max_age: Duration) -> bool {
        !self.is_spooled() && now.duration_since(self.sealed_at) >= max_age
    }

    /// It failed when so many others had got through. In company nobody knows whose fault it was,
    /// so it goes alone next. Whether it may be tried again.
    pub(super) fn failed(&mut self, was_alone: bool, successes: u64) -> bool {
        let others_got_through = self.failed_at.is_none_or(|then| successes > then);
        let is_first = self.failed_at.is_none();
        self.failed_at = Some(successes);
        if others_got_through && was_alone {
            self.strikes += 1;
        } else if others_got_through && !is_first {
            self.company = self.company.max(Company::Alone);
        }
        self.strikes < MOST_STRIKES
    }
}
