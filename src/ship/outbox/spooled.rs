//! What waits and is on disk as well, and what still has to go there.

use tokio::time::Instant;

use crate::record::{Degraded, Payload};

use super::super::consent::Generation;
use super::super::spool::Held;
use super::super::stats::Counters;
use super::{Item, Outbox};

impl Outbox {
    /// Takes in payloads that are in the spool as well. They were sealed long ago, but those that
    /// wait already are not held up by them.
    pub(crate) fn admit_spooled(
        &mut self,
        payloads: Vec<Payload>,
        generation: Generation,
        held: &Held,
        now: Instant,
    ) {
        for payload in payloads {
            let mut item = Item::new(payload, generation, None, now);
            item.held = Some(Held::clone(held));
            self.back(self.next_number, item);
            self.next_number += 1;
        }
    }

    /// The oldest records that are nowhere but here, as many as one file of the spool takes, all of
    /// the same generation.
    pub(crate) fn next_for_spool(&self, most: usize, max_bytes: usize) -> Vec<u64> {
        let mut bytes = 0;
        let mut generation = None;
        let fits = |number: &&u64| {
            let Some(item) = self.waiting.get(number) else {
                return false;
            };
            let is_first = bytes == 0;
            bytes += item.payload.size();
            *generation.get_or_insert(item.generation) == item.generation
                && (is_first || bytes <= max_bytes)
        };
        self.unspooled.iter().take(most).take_while(fits).copied().collect()
    }

    /// How many bytes are nowhere but here, and since when the oldest of them has been waiting.
    pub(crate) fn unspooled(&self) -> Option<(usize, Instant)> {
        let oldest = self.waiting.get(self.unspooled.first()?)?;
        Some((self.unspooled_bytes, oldest.sealed_at))
    }

    /// What is known of the consent to a record.
    pub(crate) fn generation(&self, number: u64) -> Option<Generation> {
        self.waiting.get(&number).map(|item| item.generation)
    }

    /// Lets go of records that are in the spool now.
    pub(crate) fn spooled(&mut self, numbers: &[u64]) {
        for number in numbers {
            self.take(*number);
        }
    }

    /// What was in these files of the spool is here alone.
    pub(crate) fn let_go(&mut self, is_gone: impl Fn(&Held) -> bool) {
        for (_, item) in self.in_flight.values_mut().flatten() {
            item.held.take_if(|held| is_gone(held));
        }
        let is_let_go = |item: &Item| item.held.as_ref().is_some_and(&is_gone);
        let waiting = self.waiting.iter().filter(|(_, item)| is_let_go(item));
        let numbers: Vec<u64> = waiting.map(|(number, _)| *number).collect();
        for number in numbers {
            if let Some(mut item) = self.take(number) {
                item.held = None;
                self.back(number, item);
            }
        }
    }

    /// A record larger than `most` leaves its trace behind before it goes to disk.
    pub(crate) fn fit(&mut self, numbers: &[u64], most: usize, counters: &Counters) {
        for number in numbers {
            let is_too_large = |item: &Item| item.payload.has_trace() && item.payload.size() > most;
            if self.waiting.get(number).is_some_and(is_too_large) {
                self.give_up_trace(*number, Degraded::Pressure, counters);
            }
        }
    }

    /// How many of all that is here is in the spool as well.
    pub(crate) fn held(&self) -> u64 {
        let waiting = self.waiting.len() - self.unspooled.len();
        let sent = self.in_flight.values().flatten().filter(|(_, item)| item.is_spooled()).count();
        (waiting + sent) as u64
    }
}
