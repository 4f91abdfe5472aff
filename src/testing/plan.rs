//! Which fault the next request meets.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::fault::Fault;
use super::lock::lock;

/// The faults that wait, and the one that stays.
#[derive(Debug, Default)]
pub(super) struct Plan {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Fault>,
    always: Option<Fault>,
    healed: u64,
}

/// What a request meets, and how often the collector had been healed by then: a hanging request
/// that sees a later number has missed the call that should have released it.
#[derive(Debug)]
pub(super) struct Drawn {
    pub(super) fault: Option<Fault>,
    pub(super) healed: u64,
}

impl Plan {
    pub(super) fn add(&self, times: usize, fault: &Fault) {
        lock(&self.state).queue.extend(std::iter::repeat_n(fault, times).cloned());
    }

    pub(super) fn stay(&self, fault: Fault) {
        lock(&self.state).always = Some(fault);
    }

    pub(super) fn heal(&self) {
        let mut state = lock(&self.state);
        state.queue.clear();
        state.always = None;
        state.healed += 1;
    }

    pub(super) fn healed(&self) -> u64 {
        lock(&self.state).healed
    }

    /// The fault for one request: the queue goes first.
    pub(super) fn draw(&self) -> Drawn {
        let mut state = lock(&self.state);
        let queued = state.queue.pop_front();
        Drawn { fault: queued.or_else(|| state.always.clone()), healed: state.healed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_goes_before_the_one_that_stays() {
        let plan = Plan::default();
        plan.stay(Fault::Hang);
        plan.add(1, &Fault::Reset);
        assert_eq!(plan.draw().fault, Some(Fault::Reset));
        assert_eq!(plan.draw().fault, Some(Fault::Hang));
        assert_eq!(plan.draw().fault, Some(Fault::Hang));
    }

    #[test]
    fn healing_forgets_all_and_is_seen() {
        let plan = Plan::default();
        plan.add(2, &Fault::Reset);
        let before = plan.draw();
        plan.heal();
        assert_eq!(plan.draw().fault, None);
        assert_ne!(plan.healed(), before.healed);
    }
}
