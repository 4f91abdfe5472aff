//! What becomes of the records of a request that is over.

use std::sync::Arc;
use std::time::SystemTime;

use tokio::task::{self, JoinError};
use tokio::time::Instant;

use crate::record::Degraded;

use super::flights::{Answer, Flight, Flights};
use super::outbox::{Company, Numbered};
use super::retry::{self, Sent, Verdict};
use super::stats::Loss;
use super::warn::Warning;
use super::worker::{AWAKE_AFTER_WORK, Shipper};

impl Shipper {
    pub(super) fn settle_ended(
        &mut self,
        flights: &mut Flights,
        ended: Result<(task::Id, Answer), JoinError>,
    ) {
        if let Some((flight, answer)) = flights.over(ended) {
            self.settle(flight, &answer);
        }
    }

    fn settle(&mut self, flight: Flight, answer: &Answer) {
        let now = Instant::now();
        self.awake_until = now + AWAKE_AFTER_WORK;
        if let Ok(answer) = answer {
            self.offers.learn(answer.headers());
        }
        let verdict = retry::judge(answer, flight.sent, SystemTime::now());
        self.warn_of(&verdict, answer, now);
        let items = self.outbox.finish(flight.request);
        match &verdict {
            Verdict::Hold { retry_after } => {
                self.gate.failed(flight.pass, now, *retry_after, fastrand::f64());
            }
            Verdict::Unauthorized => self.gate.refused(now),
            _ => self.gate.succeeded(flight.pass),
        }
        self.carry_out(&verdict, items, flight.sent);
    }

    fn carry_out(&mut self, verdict: &Verdict, items: Vec<Numbered>, sent: Sent) {
        let counters = Arc::clone(&self.link.counters);
        let count = items.len() as u64;
        match verdict {
            Verdict::Stored { rejected } => {
                self.restarts = 0;
                self.outbox.got_through();
                self.waits.got_through();
                counters.delivered(count - rejected.len() as u64);
                counters.lost(Loss::Rejected, rejected.len() as u64);
            }
            Verdict::Hold { .. } => {
                for item in items {
                    self.outbox.failed(item, sent.records == 1, Loss::Rejected, &counters);
                }
            }
            Verdict::Alone => self.back(items, Company::Alone),
            Verdict::Split => self.back(items, Company::Batch((sent.records / 2).max(1))),
            Verdict::WithoutTrace => self.back_without_trace(items),
            Verdict::Plain => {
                self.offers.forget();
                self.back(items, Company::Plain);
            }
            Verdict::Unauthorized => self.refuse(items, sent),
            Verdict::TooLarge => counters.lost(Loss::TooLarge, count),
            Verdict::Rejected => counters.lost(Loss::Rejected, count),
        }
    }

    /// What is on disk stays there until the key is mended; only one that is refused while others
    /// are taken is another client's.
    fn refuse(&mut self, items: Vec<Numbered>, sent: Sent) {
        let counters = Arc::clone(&self.link.counters);
        for item in items {
            if item.1.is_spooled() {
                self.outbox.failed(item, sent.records == 1, Loss::Unauthorized, &counters);
            } else {
                counters.lost(Loss::Unauthorized, 1);
            }
        }
    }

    fn back(&mut self, items: Vec<Numbered>, company: Company) {
        for (number, mut item) in items {
            item.company = match (item.company, company) {
                (Company::Batch(was), Company::Batch(now)) => Company::Batch(was.min(now)),
                (was, now) => was.max(now),
            };
            self.outbox.back(number, item);
        }
    }

    fn back_without_trace(&mut self, items: Vec<Numbered>) {
        for (number, mut item) in items {
            item.payload.give_up_trace(Degraded::TooLarge);
            self.link.counters.degraded(Degraded::TooLarge, 1);
            self.outbox.back(number, item);
        }
    }

    fn warn_of(&mut self, verdict: &Verdict, answer: &Answer, now: Instant) {
        let warning = match verdict {
            Verdict::Hold { .. } => Warning::Unreachable,
            Verdict::Unauthorized => Warning::Unauthorized,
            Verdict::Rejected | Verdict::TooLarge => Warning::Rejected,
            Verdict::Stored { rejected } if !rejected.is_empty() => Warning::Rejected,
            _ => return,
        };
        match answer {
            Ok(answer) => self.warner.warn(warning, &answer.status(), now),
            Err(error) => self.warner.warn(warning, error, now),
        }
    }
}
