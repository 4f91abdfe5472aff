//! The hand-over from the host's threads: records, bounded, and commands; a push, and a wake-up
//! only where the worker sleeps.
//!
//! Waking a parked thread costs the host 2 to 15 µs, all the rest some tens of nanoseconds. So
//! after work the worker stays awake for a while in short timed waits ([`super::worker`]), and
//! says so here.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::record::Unsealed;

use super::apart::Apart;
use super::consent::Generation;
use super::control::Command;
use super::sync::mpsc::{self, Receiver, Sender};
use super::sync::thread::{self, Thread};
use super::sync::{AtomicU8, AtomicUsize};

/// Records that the queue takes before anything was sealed and their size is known.
const FIRST_CAPACITY: usize = 4_096;
/// Records that it takes at least and at most later on.
const LEAST_CAPACITY: usize = 64;
const MOST_CAPACITY: usize = 65_536;
/// How many times the budget may wait in the queue for a moment. A host can hand over a hundred
/// megabytes in the time in which its worker is given a core; from half of that on records are
/// sealed without their values, which is faster than any host makes them.
const BUDGETS: usize = 4;

/// Open runs of which word may be on its way at a time.
const MOST_OPEN_RUNS: usize = 1_024;

/// A record on its way to the worker.
#[derive(Debug)]
pub(crate) struct HandedOver {
    pub(crate) unsealed: Unsealed,
    pub(crate) generation: Generation,
    pub(crate) run: Mention,
}

/// What a record on its way says of the run that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mention {
    /// It is of no run.
    Nothing,
    /// The run is open: it tells of it in case that nothing else ever does.
    Open,
    /// The run of this record id is over.
    Over(Uuid),
}

/// There was no room; the record is dropped by whoever handed it over.
#[derive(Debug)]
pub(crate) struct Refused;

/// The host's end.
#[derive(Clone, Debug)]
pub(crate) struct Handover {
    sender: Sender<HandedOver>,
    commands: Sender<Command>,
    shared: Arc<Shared>,
}

/// The worker's end.
#[derive(Debug)]
pub(crate) struct Incoming {
    receiver: Receiver<HandedOver>,
    commands: Receiver<Command>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// The one thing that both sides write for each record.
    len: Apart<AtomicUsize>,
    commands: AtomicUsize,
    capacity: AtomicUsize,
    /// How many tell of open runs, beside those, and how many may.
    open_runs: AtomicUsize,
    most_open_runs: AtomicUsize,
    /// How the worker rests ([`Rest`]); whoever changes anything wakes it.
    rest: AtomicU8,
    wake: Notify,
    /// The worker's thread, once it has rested for the first time.
    thread: OnceLock<Thread>,
}

/// How the worker rests, and so how it is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Rest {
    /// Not at all: it looks for records by itself.
    Up = 0,
    /// In its runtime, while requests are under way.
    InRuntime = 1,
    /// Its thread is parked.
    Asleep = 2,
}

pub(crate) fn queue() -> (Handover, Incoming) {
    let (sender, receiver) = mpsc::channel();
    let (command_sender, command_receiver) = mpsc::channel();
    let shared = Arc::new(Shared {
        len: Apart::new(AtomicUsize::new(0)),
        commands: AtomicUsize::new(0),
        capacity: AtomicUsize::new(FIRST_CAPACITY),
        open_runs: AtomicUsize::new(0),
        most_open_runs: AtomicUsize::new(0),
        rest: AtomicU8::new(Rest::Up as u8),
        wake: Notify::new(),
        thread: OnceLock::new(),
    });
    let incoming = Incoming { receiver, commands: command_receiver, shared: Arc::clone(&shared) };
    (Handover { sender, commands: command_sender, shared }, incoming)
}

impl Handover {
    /// Moves a record to the worker. Never waits.
    pub(crate) fn push(&self, record: HandedOver) -> Result<(), Refused> {
        let shared = &*self.shared;
        // Word of an open run takes no record's place.
        let (len, most) = if record.run == Mention::Open {
            (&shared.open_runs, &shared.most_open_runs)
        } else {
            (&*shared.len, &shared.capacity)
        };
        let before = len.fetch_add(1, Ordering::SeqCst);
        if before >= most.load(Ordering::Relaxed) || self.sender.send(record).is_err() {
            len.fetch_sub(1, Ordering::SeqCst);
            return Err(Refused);
        }
        // The length is raised before the flag is read, and the worker raises the flag before
        // it reads the length: one of the two always sees the other.
        if shared.rest.load(Ordering::SeqCst) != Rest::Up as u8 {
            self.wake();
        }
        Ok(())
    }

    /// Whether the worker has any use for word of open runs.
    pub(crate) fn takes_open_runs(&self) -> bool {
        self.shared.most_open_runs.load(Ordering::Relaxed) > 0
    }

    /// Asks the worker for something. `Err` where it is gone.
    pub(crate) fn command(&self, command: Command) -> Result<(), Refused> {
        self.shared.commands.fetch_add(1, Ordering::SeqCst);
        self.commands.send(command).map_err(|_| Refused)?;
        self.wake();
        Ok(())
    }

    /// Says that the record of a run was lost. Nobody listens where there is no disk, and a worker
    /// that does not come to it is not told of more than there may be open runs.
    pub(crate) fn forget_run(&self, id: Uuid) {
        let waiting = self.shared.commands.load(Ordering::SeqCst);
        if self.takes_open_runs() && waiting < MOST_OPEN_RUNS {
            // A worker that is gone leaves what it has left.
            let _ = self.command(Command::ForgetRun(id));
        }
    }

    fn wake(&self) {
        let shared = &*self.shared;
        let rest = shared.rest.swap(Rest::Up as u8, Ordering::SeqCst);
        if rest == Rest::InRuntime as u8 {
            shared.wake.notify_one();
        } else if rest == Rest::Asleep as u8 {
            if let Some(thread) = shared.thread.get() {
                thread.unpark();
            }
        }
    }
}

impl Incoming {
    /// The next record, if one is there.
    pub(crate) fn pop(&self) -> Option<HandedOver> {
        let record = self.receiver.try_recv().ok()?;
        let len =
            if record.run == Mention::Open { &self.shared.open_runs } else { &*self.shared.len };
        len.fetch_sub(1, Ordering::SeqCst);
        Some(record)
    }

    /// The next command, if one is there.
    pub(crate) fn next_command(&self) -> Option<Command> {
        let command = self.commands.try_recv().ok()?;
        self.shared.commands.fetch_sub(1, Ordering::SeqCst);
        Some(command)
    }

    /// How many records wait.
    pub(crate) fn len(&self) -> usize {
        self.shared.len.load(Ordering::SeqCst)
    }

    /// Neither a record waits nor word of an open run.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0 && !self.holds_open_runs()
    }

    /// Word of an open run waits.
    pub(crate) fn holds_open_runs(&self) -> bool {
        self.shared.open_runs.load(Ordering::SeqCst) > 0
    }

    /// There is a disk that keeps word of open runs.
    pub(crate) fn take_open_runs(&self) {
        self.shared.most_open_runs.store(MOST_OPEN_RUNS, Ordering::Relaxed);
    }

    /// More than half of the queue is taken: the host is faster than the worker.
    pub(crate) fn is_crowded(&self) -> bool {
        self.len() >= self.shared.capacity.load(Ordering::Relaxed) / 2
    }

    /// As many records as a few budgets hold at this size.
    pub(crate) fn set_capacity(&self, budget_bytes: usize, average_bytes: usize) {
        let room = budget_bytes.saturating_mul(BUDGETS);
        let capacity = (room / average_bytes.max(1)).clamp(LEAST_CAPACITY, MOST_CAPACITY);
        let before = self.shared.capacity.load(Ordering::Relaxed);
        // A small change is not worth taking the host's cache line.
        if capacity.abs_diff(before) > before / 16 {
            self.shared.capacity.store(capacity, Ordering::Relaxed);
        }
    }

    /// Says that the worker is about to rest. `false` where something has arrived meanwhile.
    pub(crate) fn rest(&self, how: Rest) -> bool {
        self.shared.thread.get_or_init(thread::current);
        self.shared.rest.store(how as u8, Ordering::SeqCst);
        self.is_empty() && self.shared.commands.load(Ordering::SeqCst) == 0
    }

    /// Says that the worker is up.
    pub(crate) fn is_up(&self) {
        self.shared.rest.store(Rest::Up as u8, Ordering::SeqCst);
    }

    /// Ends when somebody wakes the worker while it rests in its runtime.
    pub(crate) async fn woken(&self) {
        self.shared.wake.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::super::consent::Consent;
    use super::*;
    use crate::{Level, Record};

    fn record() -> HandedOver {
        HandedOver {
            unsealed: Unsealed::new(Record::workflow("1"), SystemTime::UNIX_EPOCH),
            generation: Consent::new(Level::FullTrace).now(),
            run: Mention::Nothing,
        }
    }

    fn open_run() -> HandedOver {
        HandedOver { run: Mention::Open, ..record() }
    }

    #[test]
    fn it_takes_as_many_as_it_has_room_for() {
        let (handover, incoming) = queue();
        incoming.set_capacity(1 << 20, 1 << 30);
        for _ in 0..LEAST_CAPACITY {
            assert!(handover.push(record()).is_ok());
        }
        assert!(handover.push(record()).is_err());
        assert!(incoming.is_crowded());
        assert!(incoming.pop().is_some());
        assert!(handover.push(record()).is_ok());
        assert_eq!(incoming.len(), LEAST_CAPACITY);
    }

    #[test]
    fn word_of_open_runs_takes_no_records_place() {
        let (handover, incoming) = queue();
        assert!(!handover.takes_open_runs() && handover.push(open_run()).is_err());
        incoming.take_open_runs();
        incoming.set_capacity(1 << 20, 1 << 30);
        for _ in 0..MOST_OPEN_RUNS {
            assert!(handover.push(open_run()).is_ok());
        }
        assert!(handover.push(open_run()).is_err());
        assert_eq!((incoming.len(), incoming.is_empty(), incoming.is_crowded()), (0, false, false));
        for _ in 0..LEAST_CAPACITY {
            assert!(handover.push(record()).is_ok());
        }
        assert!(handover.push(record()).is_err());
        assert!(incoming.pop().is_some_and(|first| first.run == Mention::Open));
        assert!(handover.push(open_run()).is_ok());
    }

    #[test]
    fn word_of_lost_records_is_bounded_and_nothing_without_a_disk() {
        let (handover, incoming) = queue();
        let heard = || std::iter::from_fn(|| incoming.next_command()).count();
        handover.forget_run(Uuid::nil());
        assert_eq!(heard(), 0);
        incoming.take_open_runs();
        for _ in 0..=MOST_OPEN_RUNS {
            handover.forget_run(Uuid::nil());
        }
        assert_eq!(heard(), MOST_OPEN_RUNS);
    }

    #[test]
    fn a_worker_does_not_rest_over_a_record_or_a_command() {
        let (handover, incoming) = queue();
        assert!(incoming.rest(Rest::Asleep));
        incoming.is_up();
        assert!(handover.push(record()).is_ok());
        assert!(!incoming.rest(Rest::InRuntime));
        assert!(incoming.pop().is_some());
        assert!(incoming.rest(Rest::Asleep));
        incoming.take_open_runs();
        assert!(handover.push(open_run()).is_ok());
        assert!(!incoming.rest(Rest::Asleep));
        assert!(incoming.pop().is_some());
        assert!(incoming.rest(Rest::Asleep));
        assert!(handover.command(Command::Retire).is_ok());
        assert!(!incoming.rest(Rest::Asleep));
    }

    #[test]
    fn whoever_hands_over_wakes_the_worker_once() {
        let (handover, incoming) = queue();
        let rest = || incoming.shared.rest.load(Ordering::SeqCst);
        assert!(incoming.rest(Rest::Asleep));
        assert!(handover.push(record()).is_ok());
        assert_eq!(rest(), Rest::Up as u8);
        // The wake-up came before the sleep, which therefore ends at once.
        thread::park();
    }

    #[test]
    fn nothing_is_taken_once_the_worker_is_gone() {
        let (handover, incoming) = queue();
        drop(incoming);
        assert!(handover.push(record()).is_err());
    }
}
