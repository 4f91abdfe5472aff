//! Whatever a host does while its collector does whatever it likes: each record is counted once,
//! stored once at most, and never at a level that was taken back before.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use epilogue::testing::{Fault, MockCollector};
use epilogue::wire::Envelope;
use epilogue::{Client, Level, Loss, Record, Stats, Status};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::common::{self, BOUND, LONG, add_up};
use crate::trouble::{is_unique, settle};

/// How long a flush or a shutdown in the midst of it may take.
const MOMENT: Duration = Duration::from_millis(100);
/// Longer than a case: only the model ends a request that hangs.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What the host or the collector does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Ship { count: usize, words: usize, is_success: bool },
    Behave(Behaviour),
    Flush,
    Level(Level),
    Restart,
}

#[derive(Clone, Copy, Debug)]
enum Behaviour {
    Well,
    Status(u16),
    Patience,
    Refuse,
    Hang,
    Reset,
    Garbage,
    StoreThenHangUp,
}

fn step() -> impl Strategy<Value = Step> {
    let behaviour = prop::sample::select(vec![
        Behaviour::Well,
        Behaviour::Status(500),
        Behaviour::Status(408),
        Behaviour::Patience,
        Behaviour::Refuse,
        Behaviour::Hang,
        Behaviour::Reset,
        Behaviour::Garbage,
        Behaviour::StoreThenHangUp,
    ]);
    let level = prop::sample::select(vec![Level::Off, Level::MetricsOnly, Level::FullTrace]);
    let ship = (1..6_usize, 0..2_000_usize, any::<bool>())
        .prop_map(|(count, words, is_success)| Step::Ship { count, words, is_success });
    prop_oneof![
        6 => ship,
        4 => behaviour.prop_map(Step::Behave),
        2 => Just(Step::Flush),
        2 => level.prop_map(Step::Level),
        1 => Just(Step::Restart),
    ]
}

/// A level that was lowered, and the records for which that came too late or not at all.
struct Lowered {
    to: Level,
    tickets: Vec<String>,
}

/// The host, the collector and what the model knows about them.
struct World {
    /// The directory of the spool, where there is one; gone with the world.
    spool: Option<PathBuf>,
    collector: MockCollector,
    client: Client,
    level: Level,
    /// Those of this client that it may still store, and all that were ever shipped.
    own: Vec<String>,
    /// For each record the highest level at which it may be stored.
    allowed: HashMap<String, Level>,
    lowered: Vec<Lowered>,
    /// The figures of the clients that have ended.
    ended: Vec<Stats>,
}

impl World {
    fn new(spool: Option<PathBuf>) -> Self {
        let collector = common::collector();
        Self {
            client: client(&collector, Level::FullTrace, spool.as_deref()),
            spool,
            collector,
            level: Level::FullTrace,
            own: Vec::new(),
            allowed: HashMap::new(),
            lowered: Vec::new(),
            ended: Vec::new(),
        }
    }

    fn take(&mut self, step: Step) {
        let began = Instant::now();
        match step {
            Step::Ship { count, words, is_success } => self.ship(count, words, is_success),
            Step::Behave(behaviour) => self.behave(behaviour),
            Step::Flush => {
                let is_complete = self.client.flush_blocking(MOMENT).is_complete();
                // What is in the spool is safe, and may be pending all the same.
                let is_safe = self.spool.is_some() || self.client.stats().pending() == 0;
                assert!(!is_complete || is_safe);
            }
            Step::Level(level) => self.set_level(level),
            Step::Restart => self.restart(),
        }
        assert!(began.elapsed() < BOUND, "a step took {:?}", began.elapsed());
        add_up(&self.client.stats());
    }

    fn ship(&mut self, count: usize, words: usize, is_success: bool) {
        let status = if is_success { Status::Success } else { Status::Failed };
        for _ in 0..count {
            let ticket = format!("{:04}", self.allowed.len());
            let record = Record::workflow(ticket.clone()).status(status);
            self.client.ship(record.state("word ".repeat(words)));
            self.allowed.insert(ticket.clone(), self.level);
            self.own.push(ticket);
        }
    }

    fn behave(&self, behaviour: Behaviour) {
        self.collector.heal();
        self.collector.come_back().expect("the port is still free");
        let fault = match behaviour {
            Behaviour::Well => return,
            Behaviour::Refuse => return self.collector.refuse(),
            Behaviour::Status(status) => Fault::status(status).into(),
            Behaviour::Patience => Fault::status(429).retry_after("1").into(),
            Behaviour::Hang => Fault::Hang,
            Behaviour::Reset => Fault::Reset,
            Behaviour::Garbage => Fault::Garbage,
            Behaviour::StoreThenHangUp => Fault::StoreThenHangUp,
        };
        self.collector.always(fault);
    }

    fn set_level(&mut self, level: Level) {
        self.client.set_level(level);
        self.level = level;
        let stored: Vec<_> = self.collector.records().iter().map(common::ticket).collect();
        self.own.retain(|ticket| !stored.contains(ticket));
        self.lowered.push(Lowered { to: level, tickets: self.own.clone() });
    }

    fn restart(&mut self) {
        let is_complete = self.client.shutdown_blocking(MOMENT).is_complete();
        self.end(is_complete);
        self.client = client(&self.collector, self.level, self.spool.as_deref());
        // What it had may be on its way to the store; nobody can call it back.
        self.own.clear();
    }

    fn end(&mut self, is_complete: bool) {
        let stats = self.client.stats();
        add_up(&stats);
        assert_eq!(stats.pending(), 0, "{stats}");
        assert!(!is_complete || stats.lost_by(Loss::Shutdown) == 0, "{stats}");
        self.ended.push(stats);
    }

    /// The trouble is over: everything is settled, and all must be as the model says.
    fn check(&mut self) {
        self.behave(Behaviour::Well);
        self.settle();
        let began = Instant::now();
        while self.is_on_disk() {
            // What a client left that had not quite ended when this one began.
            assert!(began.elapsed() < LONG, "{:?}", self.ended);
            assert!(self.client.shutdown_blocking(LONG).is_complete());
            self.end(true);
            self.client = client(&self.collector, self.level, self.spool.as_deref());
            self.settle();
        }
        assert!(self.client.shutdown_blocking(LONG).is_complete());
        self.end(true);
        let stored = self.collector.records();
        is_unique(&stored);
        common::keeps_the_contract(&self.collector);
        self.adds_up(stored.len() as u64);
        self.keeps_levels(&stored);
    }

    fn settle(&self) {
        if self.spool.is_none() {
            return settle(&self.client);
        }
        let is_on_its_way = || {
            let stats = self.client.stats();
            stats.pending() + stats.spooled() > 0
        };
        let began = Instant::now();
        while is_on_its_way() {
            assert!(began.elapsed() < LONG, "{:?}", self.client.stats());
            // Asking for it makes the client look at once whether the collector is back.
            let _ = self.client.flush_blocking(Duration::from_millis(5));
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn is_on_disk(&self) -> bool {
        self.spool.as_deref().is_some_and(has_records)
    }

    fn adds_up(&self, stored: u64) {
        let sum = |figure: fn(&Stats) -> u64| self.ended.iter().map(figure).sum::<u64>();
        let (produced, delivered) = (sum(Stats::produced), sum(Stats::delivered));
        let (lost, skipped) = (sum(Stats::lost), sum(Stats::skipped));
        assert_eq!(produced, self.allowed.len() as u64);
        if self.spool.is_none() {
            assert_eq!(produced, delivered + lost + skipped);
            assert!(stored >= delivered, "{stored} {:?}", self.ended);
        }
        // A record may have been stored without an answer that says so, and then be withdrawn,
        // or lost at the end, or delivered once more from the spool; without any of that the two
        // sides agree.
        assert!(stored <= produced, "{stored} {:?}", self.ended);
        if lost + skipped == 0 {
            assert_eq!(stored, produced);
        }
        // Room there is enough, and nobody refuses anything for good.
        let by_end = sum(|stats| stats.lost_by(Loss::Shutdown) + stats.lost_by(Loss::Rejected));
        assert_eq!(lost, by_end, "{:?}", self.ended);
    }

    fn keeps_levels(&self, stored: &[Envelope]) {
        let level = |record: &Envelope| record.level.as_str().parse::<Level>().unwrap();
        let levels: HashMap<_, _> =
            stored.iter().map(|record| (common::ticket(record), level(record))).collect();
        for (ticket, level) in &levels {
            assert!(*level <= self.allowed[ticket], "{ticket} is stored at {level}");
        }
        for Lowered { to, tickets } in &self.lowered {
            let is_above = |ticket: &&String| levels.get(*ticket).is_some_and(|level| level > to);
            // One request is under way at a time, with one record.
            let above: Vec<_> = tickets.iter().filter(is_above).collect();
            assert!(above.len() <= 1, "{above:?} are stored above {to}");
        }
    }
}

fn has_records(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|ending| ending == "ndjson") || has_records(&path))
}

fn client(collector: &MockCollector, level: Level, spool: Option<&Path>) -> Client {
    let mut builder = common::builder(collector).level(level).timeout(TIMEOUT);
    if let Some(spool) = spool {
        builder = builder.spool_dir(spool).timeout(common::SHORT);
    }
    builder.in_flight(1).without_batches().build().expect("the settings are complete")
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(spool) = &self.spool {
            let _ = std::fs::remove_dir_all(spool);
        }
    }
}

#[test]
fn whatever_happens_each_record_is_counted_once_and_stored_once_at_most() {
    try_any_steps(|| None);
}

#[test]
fn with_a_spool_whatever_happens_no_record_is_stored_twice_or_above_its_level() {
    let count = AtomicUsize::new(0);
    try_any_steps(|| {
        let (process, number) = (std::process::id(), count.fetch_add(1, Ordering::Relaxed));
        Some(std::env::temp_dir().join(format!("epilogue-model-{process}-{number}")))
    });
}

fn try_any_steps(spool: impl Fn() -> Option<PathBuf>) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 24;
    }
    let any_steps = prop::collection::vec(step(), 1..16);
    let run = |steps: Vec<Step>| {
        let mut world = World::new(spool());
        for step in steps {
            world.take(step);
        }
        world.check();
        Ok(())
    };
    TestRunner::new(config).run(&any_steps, run).unwrap_or_else(|error| panic!("{error}"));
}
