//! Whatever a host does while its collector does whatever it likes: each record is counted once,
//! stored once at most, and never at a level that was taken back before.

use std::collections::HashMap;
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
    fn new() -> Self {
        let collector = common::collector();
        Self {
            client: client(&collector, Level::FullTrace),
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
                assert!(!is_complete || self.client.stats().pending() == 0);
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
        self.client = client(&self.collector, self.level);
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
    fn check(mut self) {
        self.behave(Behaviour::Well);
        settle(&self.client);
        assert!(self.client.shutdown_blocking(LONG).is_complete());
        self.end(true);
        let stored = self.collector.records();
        is_unique(&stored);
        common::keeps_the_contract(&self.collector);
        self.adds_up(stored.len() as u64);
        self.keeps_levels(&stored);
    }

    fn adds_up(&self, stored: u64) {
        let sum = |figure: fn(&Stats) -> u64| self.ended.iter().map(figure).sum::<u64>();
        let (produced, delivered) = (sum(Stats::produced), sum(Stats::delivered));
        let (lost, skipped) = (sum(Stats::lost), sum(Stats::skipped));
        assert_eq!(produced, self.allowed.len() as u64);
        assert_eq!(produced, delivered + lost + skipped);
        // A record may have been stored without an answer that says so, and then be withdrawn,
        // or lost at the end; without either the two sides agree.
        assert!(stored >= delivered && stored <= produced, "{stored} {:?}", self.ended);
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

fn client(collector: &MockCollector, level: Level) -> Client {
    let builder = common::builder(collector).level(level).timeout(TIMEOUT);
    builder.in_flight(1).without_batches().build().expect("the settings are complete")
}

#[test]
fn whatever_happens_each_record_is_counted_once_and_stored_once_at_most() {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 24;
    }
    let any_steps = prop::collection::vec(step(), 1..16);
    let run = |steps: Vec<Step>| {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        world.check();
        Ok(())
    };
    TestRunner::new(config).run(&any_steps, run).unwrap_or_else(|error| panic!("{error}"));
}
