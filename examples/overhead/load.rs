//! Hands the records over, and measures what each hand-over costs its thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use epilogue::Client;

use super::options::Options;
use super::state::State;

/// After so long without a record the worker sleeps, and the next hand-over wakes it.
const IDLE: Duration = Duration::from_millis(300);

/// What the hand-overs cost, in nanoseconds, sorted.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    pub(crate) all: Vec<u64>,
    /// Those of records that came after an idle time.
    pub(crate) after_idle: Vec<u64>,
}

/// When the next record is due, for all threads together.
struct Schedule {
    started: Instant,
    interval: Option<Duration>,
    records: usize,
    next: AtomicUsize,
}

impl Schedule {
    fn new(options: &Options) -> Self {
        Self {
            started: Instant::now(),
            interval: options.interval,
            records: options.records,
            next: AtomicUsize::new(0),
        }
    }

    /// Waits for the next record's time and gives its number. Sleeps, however short the wait:
    /// what is late is made up for.
    fn next(&self) -> Option<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.records {
            return None;
        }
        if let Some(interval) = self.interval {
            let due = self.started + IDLE + interval.mul_f64(number as f64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        Some(number)
    }

    fn is_after_idle(&self, number: usize) -> bool {
        self.interval.is_some_and(|interval| number == 0 || interval >= IDLE)
    }
}

/// Ships all records, from as many threads as are asked for.
pub(crate) fn ship(logs: &Client, options: &Options, template: &State) -> Costs {
    let schedule = Schedule::new(options);
    let mut costs = Costs::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..options.threads)
            .map(|_| scope.spawn(|| ship_some(logs, &schedule, template)))
            .collect();
        for thread in threads {
            let some = thread.join().unwrap_or_default();
            costs.all.extend(some.all);
            costs.after_idle.extend(some.after_idle);
        }
    });
    costs.all.sort_unstable();
    costs.after_idle.sort_unstable();
    costs
}

fn ship_some(logs: &Client, schedule: &Schedule, template: &State) -> Costs {
    let mut costs = Costs::default();
    costs.all.reserve(schedule.records);
    while let Some(number) = schedule.next() {
        let mut state = template.clone();
        state.ticket_id = format!("T-{number:09}");
        let cost = cost_of(logs, state);
        costs.all.push(cost);
        if schedule.is_after_idle(number) {
            costs.after_idle.push(cost);
        }
    }
    costs
}

fn cost_of(logs: &Client, state: State) -> u64 {
    let started = Instant::now();
    logs.ship(state);
    let took = started.elapsed();
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}
