//! The hand-over in every interleaving of its threads: nobody sleeps over a record or a command.
//!
//! A wake-up that is missed leaves the worker asleep for good, which loom reports as a deadlock:
//! the timed waits that would hide it for a while are left out here.

use std::time::{Duration, SystemTime};

use loom::thread::{self, JoinHandle};

use super::consent::Consent;
use super::control::{Command, Waiter, wait};
use super::queue::{HandedOver, Handover, Incoming, Mention, Rest, queue};
use crate::record::Unsealed;
use crate::{Level, Record};

/// Forced changes of threads in one run; more find nothing that three do not, and take hours.
const MOST_PREEMPTIONS: usize = 3;

fn in_every_order(run: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(MOST_PREEMPTIONS);
    model.check(run);
}

fn record() -> HandedOver {
    HandedOver {
        unsealed: Unsealed::new(Record::workflow("1"), SystemTime::UNIX_EPOCH),
        generation: Consent::new(Level::FullTrace).now(),
        run: Mention::Nothing,
    }
}

/// What the worker does with its end of the queue, without what it does in between.
struct Worker {
    incoming: Incoming,
    records: usize,
    waiters: Vec<Waiter>,
    is_retiring: bool,
}

impl Worker {
    fn new(incoming: Incoming) -> Self {
        Self { incoming, records: 0, waiters: Vec::new(), is_retiring: false }
    }

    fn take(&mut self) {
        while let Some(command) = self.incoming.next_command() {
            match command {
                Command::Flush(waiter) | Command::Shutdown { waiter, .. } => {
                    self.waiters.push(waiter);
                }
                Command::Retire => self.is_retiring = true,
                Command::ApplyConsent | Command::ForgetRun(_) => {}
            }
        }
        while self.incoming.pop().is_some() {
            self.records += 1;
        }
    }

    fn rest(&self, how: Rest) {
        if !self.incoming.rest(how) {
            // Something is on its way; in a model whoever sends it has to get its turn.
            thread::yield_now();
        } else if how == Rest::InRuntime {
            loom::future::block_on(self.incoming.woken());
        } else {
            thread::park();
        }
        self.incoming.is_up();
    }

    /// Takes what comes, rests in between, and ends when it has seen so much at least.
    fn run(&mut self, how: Rest, records: usize, commands: usize) {
        loop {
            self.take();
            let seen = self.waiters.len() + usize::from(self.is_retiring);
            if self.records >= records && seen >= commands {
                return;
            }
            self.rest(how);
        }
    }
}

fn push(handover: &Handover) -> JoinHandle<()> {
    let handover = handover.clone();
    thread::spawn(move || handover.push(record()).expect("there is room"))
}

#[test]
fn a_record_wakes_a_worker_whose_thread_sleeps() {
    in_every_order(|| {
        let (handover, incoming) = queue();
        let host = push(&handover);
        Worker::new(incoming).run(Rest::Asleep, 1, 0);
        host.join().expect("it pushed");
    });
}

#[test]
fn a_record_wakes_a_worker_that_rests_in_its_runtime() {
    in_every_order(|| {
        let (handover, incoming) = queue();
        let host = push(&handover);
        Worker::new(incoming).run(Rest::InRuntime, 1, 0);
        host.join().expect("it pushed");
    });
}

#[test]
fn two_hosts_that_push_at_once_are_both_heard() {
    for how in [Rest::Asleep, Rest::InRuntime] {
        in_every_order(move || {
            let (handover, incoming) = queue();
            let hosts = [push(&handover), push(&handover)];
            Worker::new(incoming).run(how, 2, 0);
            for host in hosts {
                host.join().expect("it pushed");
            }
        });
    }
}

#[test]
fn a_worker_that_changes_how_it_rests_is_woken_the_right_way() {
    in_every_order(|| {
        let (handover, incoming) = queue();
        let host = thread::spawn(move || {
            for _ in 0..2 {
                handover.push(record()).expect("there is room");
            }
        });
        let mut worker = Worker::new(incoming);
        // A request that is over ends the first rest, not a record.
        let _ = worker.incoming.rest(Rest::InRuntime);
        worker.incoming.is_up();
        worker.run(Rest::Asleep, 1, 0);
        worker.run(Rest::InRuntime, 2, 0);
        host.join().expect("it pushed");
    });
}

#[test]
fn whoever_flushes_after_a_record_is_heard_and_the_record_is_there_by_then() {
    for how in [Rest::Asleep, Rest::InRuntime] {
        in_every_order(move || {
            let (handover, incoming) = queue();
            let host = thread::spawn(move || {
                handover.push(record()).expect("there is room");
                let (waiter, waiting) = wait();
                handover.command(Command::Flush(waiter)).expect("the worker is there");
                waiting
            });
            let mut worker = Worker::new(incoming);
            while worker.waiters.is_empty() {
                worker.rest(how);
                worker.take();
            }
            assert_eq!(worker.records, 1);
            worker.waiters.drain(..).for_each(Waiter::done);
            let waiting = host.join().expect("it asked");
            assert!(waiting.wait(Duration::ZERO).is_complete());
        });
    }
}

#[test]
fn the_end_of_the_last_client_is_heard_beside_another_threads_record() {
    for how in [Rest::Asleep, Rest::InRuntime] {
        in_every_order(move || {
            let (handover, incoming) = queue();
            let host = push(&handover);
            let last = thread::spawn(move || {
                handover.command(Command::Retire).expect("the worker is there");
            });
            Worker::new(incoming).run(how, 1, 1);
            host.join().expect("it pushed");
            last.join().expect("it retired");
        });
    }
}
