//! Whether the collector can be reached: open while it answers; held while it does not, with one
//! probe at a time.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

/// The first wait of an outage, before jitter; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait of an outage, before jitter.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// What `Retry-After` may ask for at most.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How long a collector that refuses the key is left alone.
const UNAUTHORIZED_PAUSE: Duration = Duration::from_secs(60);

/// The outage rule.
#[derive(Debug)]
pub(crate) struct Gate {
    state: State,
    /// Counts the changes, so that four requests that fail together count as one failure.
    epoch: u64,
}

#[derive(Debug)]
enum State {
    Open,
    Held { until: Instant, waits: ExponentialBackoff, is_asked_for: bool },
}

/// When a request was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pass(u64);

impl Gate {
    pub(crate) fn new() -> Self {
        Self { state: State::Open, epoch: 0 }
    }

    /// Lets a request through, while `in_flight` others are under way.
    pub(crate) fn pass(&self, now: Instant, in_flight: usize, most: usize) -> Option<Pass> {
        let may = match &self.state {
            State::Open => in_flight < most,
            State::Held { until, .. } => in_flight == 0 && now >= *until,
        };
        may.then_some(Pass(self.epoch))
    }

    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Open)
    }

    /// When the next probe may go.
    pub(crate) fn opens_at(&self) -> Option<Instant> {
        match &self.state {
            State::Open => None,
            State::Held { until, .. } => Some(*until),
        }
    }

    /// The collector answered. An answer to a request from before the collector asked for
    /// patience does not take that back.
    pub(crate) fn succeeded(&mut self, pass: Pass) {
        let is_outdated = pass != Pass(self.epoch);
        match self.state {
            State::Open => {}
            State::Held { is_asked_for: true, .. } if is_outdated => {}
            State::Held { .. } => {
                self.state = State::Open;
                self.epoch += 1;
            }
        }
    }

    /// A request got no answer, or one that asks for patience. `jitter` is a random number from
    /// 0 to 1: full jitter spreads the producers that an outage has lined up.
    pub(crate) fn failed(
        &mut self,
        pass: Pass,
        now: Instant,
        retry_after: Option<Duration>,
        jitter: f64,
    ) {
        let asked = retry_after.map(|wait| now + wait.min(LONGEST_RETRY_AFTER));
        if let State::Held { until, is_asked_for, .. } = &mut self.state {
            if pass != Pass(self.epoch) {
                // It was sent before the gate closed and tells nothing new, but for what it asks.
                if let Some(asked) = asked {
                    *until = asked.max(*until);
                    *is_asked_for = true;
                }
                return;
            }
        }
        let mut waits = match std::mem::replace(&mut self.state, State::Open) {
            State::Open => waits(),
            State::Held { waits, .. } => waits,
        };
        let wait = waits.next().unwrap_or(LONGEST_WAIT).mul_f64(jitter.clamp(0.0, 1.0));
        let until = asked.map_or(now + wait, |asked| asked.max(now + wait));
        self.state = State::Held { until, waits, is_asked_for: asked.is_some() };
        self.epoch += 1;
    }

    /// The collector refuses the key; nothing will change soon.
    pub(crate) fn refused(&mut self, now: Instant) {
        self.state =
            State::Held { until: now + UNAUTHORIZED_PAUSE, waits: waits(), is_asked_for: true };
        self.epoch += 1;
    }

    /// Somebody waits for the records: probe now, unless the collector asked for patience.
    pub(crate) fn hurry(&mut self, now: Instant) {
        if let State::Held { until, is_asked_for: false, .. } = &mut self.state {
            *until = now.min(*until);
        }
    }

    /// The process ends: probe now, whatever was asked for.
    pub(crate) fn last_chance(&mut self, now: Instant) {
        if let State::Held { until, .. } = &mut self.state {
            *until = now.min(*until);
        }
    }
}

fn waits() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(FIRST_WAIT)
        .with_max_delay(LONGEST_WAIT)
        .with_factor(2.0)
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn fail(gate: &mut Gate, now: Instant, retry_after: Option<Duration>) {
        let pass = Pass(gate.epoch);
        gate.failed(pass, now, retry_after, 1.0);
    }

    #[test]
    fn an_outage_is_probed_by_one_request_at_a_time_ever_more_seldom() {
        let (mut gate, mut now) = (Gate::new(), Instant::now());
        assert!(gate.pass(now, 3, 4).is_some() && gate.pass(now, 4, 4).is_none());
        let mut waited = Vec::new();
        for _ in 0..8 {
            fail(&mut gate, now, None);
            let until = gate.opens_at().expect("it is held");
            waited.push((until - now).as_millis());
            assert!(gate.pass(until, 1, 4).is_none(), "one at a time");
            assert!(gate.pass(until, 0, 4).is_some());
            now = until;
        }
        assert_eq!(waited, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
        gate.succeeded(Pass(gate.epoch));
        assert!(gate.pass(now, 3, 4).is_some());
        fail(&mut gate, now, None);
        assert_eq!(gate.opens_at(), Some(now + FIRST_WAIT), "a new outage begins anew");
    }

    #[test]
    fn requests_that_fail_together_are_one_failure() {
        let (mut gate, now) = (Gate::new(), Instant::now());
        let pass = gate.pass(now, 0, 4).expect("it is open");
        for _ in 0..4 {
            gate.failed(pass, now, None, 1.0);
        }
        assert_eq!(gate.opens_at(), Some(now + FIRST_WAIT));
        gate.failed(pass, now, Some(5 * SECOND), 1.0);
        assert_eq!(gate.opens_at(), Some(now + 5 * SECOND));
    }

    #[test]
    fn retry_after_is_kept_within_a_minute_and_not_hurried() {
        let (mut gate, now) = (Gate::new(), Instant::now());
        fail(&mut gate, now, Some(600 * SECOND));
        gate.hurry(now);
        assert_eq!(gate.opens_at(), Some(now + 60 * SECOND));
        gate.last_chance(now);
        assert_eq!(gate.opens_at(), Some(now));
    }

    #[test]
    fn an_older_request_that_succeeds_opens_an_outage_but_ends_no_asked_for_patience() {
        let (mut gate, now) = (Gate::new(), Instant::now());
        let older = gate.pass(now, 0, 4).expect("it is open");
        fail(&mut gate, now, None);
        gate.succeeded(older);
        assert!(gate.is_open());

        let older = gate.pass(now, 0, 4).expect("it is open");
        fail(&mut gate, now, Some(5 * SECOND));
        gate.succeeded(older);
        assert_eq!(gate.opens_at(), Some(now + 5 * SECOND));
        gate.succeeded(Pass(gate.epoch));
        assert!(gate.is_open());
    }

    #[test]
    fn jitter_takes_any_part_of_the_wait() {
        let (mut gate, now) = (Gate::new(), Instant::now());
        let pass = Pass(gate.epoch);
        gate.failed(pass, now, None, 0.0);
        assert_eq!(gate.opens_at(), Some(now));
    }

    #[test]
    fn a_refused_key_pauses_for_a_minute() {
        let (mut gate, now) = (Gate::new(), Instant::now());
        gate.refused(now);
        gate.hurry(now);
        assert_eq!(gate.opens_at(), Some(now + 60 * SECOND));
    }
}
