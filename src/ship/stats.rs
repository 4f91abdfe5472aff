//! Every record is counted, under exactly one heading.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::mask::Report;
use crate::record::Degraded;

use super::apart::Apart;

/// Why a record was not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// The hand-over queue or the budget was full, and nothing was left to give up.
    QueueFull,
    /// The collector says it is too large even without its trace.
    TooLarge,
    /// The collector refuses it, or it failed four times while others got through.
    Rejected,
    /// The collector does not know the key, or the record is another client's. What is in the
    /// spool stays there until the key is mended.
    Unauthorized,
    /// It waited longer than the age limit.
    Expired,
    /// It was handed over after the end, or the end came before it was sent.
    Shutdown,
    /// The spool was full, or what stood in it was damaged.
    SpoolFull,
    /// The shipper's thread could not be started, or could not go on.
    WorkerGone,
}

impl Loss {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::QueueFull,
        Self::TooLarge,
        Self::Rejected,
        Self::Unauthorized,
        Self::Expired,
        Self::Shutdown,
        Self::SpoolFull,
        Self::WorkerGone,
    ];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::TooLarge => "too_large",
            Self::Rejected => "rejected",
            Self::Unauthorized => "unauthorized",
            Self::Expired => "expired",
            Self::Shutdown => "shutdown",
            Self::SpoolFull => "spool_full",
            Self::WorkerGone => "worker_gone",
        }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of the records of a client, at one moment.
///
/// Always: `produced` + `adopted` = `delivered` + `pending` + `spooled` + lost + `skipped`.
///
/// ```
/// let logs = epilogue::Client::disabled();
/// logs.ship(epilogue::Record::workflow("12345"));
/// let stats = logs.stats();
/// assert_eq!((stats.produced(), stats.skipped(), stats.lost()), (1, 1, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    produced: u64,
    pending: u64,
    skipped: u64,
    settled: Settled,
}

/// What the worker counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Settled {
    adopted: u64,
    spooled: u64,
    set_aside: u64,
    delivered: u64,
    skipped: u64,
    lost: BTreeMap<Loss, u64>,
    degraded: BTreeMap<&'static str, u64>,
    masked: Report,
    requests: u64,
    sent_bytes: u64,
    /// From now on whatever is pending counts as lost, for this reason.
    ended: Option<Loss>,
}

impl Stats {
    /// Records handed over.
    pub fn produced(&self) -> u64 {
        self.produced
    }

    /// Records that other processes left in the spool, and that this one delivers; with them those
    /// of runs that they did not live to end.
    pub fn adopted(&self) -> u64 {
        self.settled.adopted
    }

    /// Records that are in the spool and not in memory: safe, and delivered by and by.
    pub fn spooled(&self) -> u64 {
        self.settled.spooled
    }

    /// Files of the spool that were damaged or half written, and are kept beside it.
    pub fn set_aside(&self) -> u64 {
        self.settled.set_aside
    }

    /// Records that a collector has stored.
    pub fn delivered(&self) -> u64 {
        self.settled.delivered
    }

    /// Records that wait, are being sent or wait for another try.
    pub fn pending(&self) -> u64 {
        self.pending
    }

    /// Records handed over, or still waiting, while the level was OFF or the client disabled.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Records that will not be delivered.
    pub fn lost(&self) -> u64 {
        self.settled.lost.values().sum()
    }

    /// The same for one reason.
    pub fn lost_by(&self, loss: Loss) -> u64 {
        self.settled.lost.get(&loss).copied().unwrap_or(0)
    }

    /// Records that gave up their trace, lost ones included.
    pub fn degraded(&self) -> u64 {
        self.settled.degraded.values().sum()
    }

    /// The same for one reason.
    pub fn degraded_by(&self, why: Degraded) -> u64 {
        self.settled.degraded.get(why.as_str()).copied().unwrap_or(0)
    }

    /// What was masked in the records that were sealed.
    pub fn masked(&self) -> &Report {
        &self.settled.masked
    }

    /// Requests made.
    pub fn requests(&self) -> u64 {
        self.settled.requests
    }

    /// Bytes of the requests' bodies, as they were sent.
    pub fn sent_bytes(&self) -> u64 {
        self.settled.sent_bytes
    }
}

/// One line: `produced=3 delivered=2 pending=0 skipped=0 lost=1 (expired=1) degraded=0`, and
/// `adopted` and `spooled` where there are any.
impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "produced={} delivered={} pending={} skipped={} lost={}",
            self.produced,
            self.delivered(),
            self.pending,
            self.skipped(),
            self.lost()
        )?;
        for (index, (loss, count)) in self.settled.lost.iter().enumerate() {
            let open = if index == 0 { " (" } else { " " };
            write!(f, "{open}{loss}={count}")?;
        }
        if !self.settled.lost.is_empty() {
            f.write_str(")")?;
        }
        write!(f, " degraded={}", self.degraded())?;
        for (name, count) in [("adopted", self.adopted()), ("spooled", self.spooled())] {
            if count > 0 {
                write!(f, " {name}={count}")?;
            }
        }
        Ok(())
    }
}

/// The counters behind [`Stats`]. The host's threads touch atomics only; what the worker settles
/// is behind a lock that it alone holds but for the moment of a snapshot.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    host: Apart<HostCounters>,
    settled: Mutex<Settled>,
}

#[derive(Debug, Default)]
struct HostCounters {
    produced: AtomicU64,
    skipped: AtomicU64,
    queue_full: AtomicU64,
    has_ended: AtomicBool,
}

impl Counters {
    pub(crate) fn produced(&self) {
        self.host.produced.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn skipped(&self) {
        self.host.skipped.fetch_add(1, Ordering::SeqCst);
    }

    /// A record that the hand-over queue had no room for.
    pub(crate) fn queue_was_full(&self) {
        self.host.queue_full.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn delivered(&self, count: u64) {
        self.settle(|settled| settled.delivered += count);
    }

    /// Records that waited when consent was taken back.
    pub(crate) fn withdrawn(&self, count: u64) {
        self.settle(|settled| settled.skipped += count);
    }

    pub(crate) fn lost(&self, loss: Loss, count: u64) {
        if count > 0 {
            self.settle(|settled| *settled.lost.entry(loss).or_default() += count);
        }
    }

    /// Records that another process left in the spool.
    pub(crate) fn adopted(&self, count: u64) {
        self.settle(|settled| {
            settled.adopted += count;
            settled.spooled += count;
        });
    }

    /// Records that went from memory to the spool.
    pub(crate) fn spooled(&self, count: u64) {
        self.settle(|settled| settled.spooled += count);
    }

    /// Records that came back to memory, where so many were `promised`.
    pub(crate) fn loaded(&self, count: u64, promised: u64) {
        self.settle(|settled| {
            settled.spooled = settled.spooled.saturating_sub(promised);
            settled.adopted += count.saturating_sub(promised);
        });
        self.lost(Loss::SpoolFull, promised.saturating_sub(count));
    }

    /// Records that the spool had no room for any more.
    pub(crate) fn spool_was_full(&self, count: u64) {
        self.settle(|settled| settled.spooled = settled.spooled.saturating_sub(count));
        self.lost(Loss::SpoolFull, count);
    }

    /// Records in the spool when consent was taken back.
    pub(crate) fn withdrawn_from_spool(&self, count: u64) {
        self.settle(|settled| settled.spooled = settled.spooled.saturating_sub(count));
        self.withdrawn(count);
    }

    /// Files that nobody can read.
    pub(crate) fn set_aside(&self, files: u64) {
        self.settle(|settled| settled.set_aside += files);
    }

    pub(crate) fn degraded(&self, why: Degraded, count: u64) {
        if count > 0 {
            self.settle(|settled| *settled.degraded.entry(why.as_str()).or_default() += count);
        }
    }

    pub(crate) fn masked(&self, report: &Report) {
        self.settle(|settled| settled.masked = settled.masked.merged(report));
    }

    pub(crate) fn requested(&self, bytes: usize) {
        self.settle(|settled| {
            settled.requests += 1;
            settled.sent_bytes += bytes as u64;
        });
    }

    /// The end: what is pending, and whatever is still handed over, is lost.
    pub(crate) fn end(&self, loss: Loss) {
        let mut settled = self.lock();
        settled.ended.get_or_insert(loss);
        self.host.has_ended.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.host.has_ended.load(Ordering::SeqCst)
    }

    /// Records lost so far, by reason, as a record tells the collector.
    pub(crate) fn lost_by_reason(&self) -> BTreeMap<String, u64> {
        let lost = self.snapshot().settled.lost;
        lost.into_iter().map(|(loss, count)| (loss.as_str().to_owned(), count)).collect()
    }

    pub(crate) fn snapshot(&self) -> Stats {
        let mut settled = self.lock().clone();
        // What a record becomes is read before how many there are, so that the difference is
        // never below zero.
        let skipped = self.host.skipped.load(Ordering::SeqCst) + settled.skipped;
        let queue_full = self.host.queue_full.load(Ordering::SeqCst);
        if queue_full > 0 {
            *settled.lost.entry(Loss::QueueFull).or_default() += queue_full;
        }
        let produced = self.host.produced.load(Ordering::SeqCst);
        let lost: u64 = settled.lost.values().sum();
        let placed = settled.delivered + settled.spooled + skipped + lost;
        let mut pending = (produced + settled.adopted).saturating_sub(placed);
        if let Some(loss) = settled.ended.filter(|_| pending > 0) {
            *settled.lost.entry(loss).or_default() += pending;
            pending = 0;
        }
        Stats { produced, pending, skipped, settled }
    }

    /// After the end nothing changes any more: what arrives late was already counted as lost.
    fn settle(&self, change: impl FnOnce(&mut Settled)) {
        let mut settled = self.lock();
        if settled.ended.is_none() {
            change(&mut settled);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Settled> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(stats: &Stats) -> u64 {
        stats.delivered() + stats.pending() + stats.lost() + stats.skipped()
    }

    #[test]
    fn every_record_stands_under_one_heading() {
        let counters = Counters::default();
        for _ in 0..10 {
            counters.produced();
        }
        counters.skipped();
        counters.queue_was_full();
        counters.delivered(3);
        counters.lost(Loss::Expired, 2);
        let stats = counters.snapshot();
        assert_eq!((stats.pending(), sum(&stats)), (3, 10));
    }

    #[test]
    fn after_the_end_what_is_pending_is_lost_and_nothing_changes() {
        let counters = Counters::default();
        counters.produced();
        counters.end(Loss::Shutdown);
        counters.delivered(1);
        counters.produced();
        let stats = counters.snapshot();
        assert_eq!(stats.lost_by(Loss::Shutdown), 2);
        assert_eq!((stats.pending(), stats.delivered(), sum(&stats)), (0, 0, 2));
        assert_eq!(
            stats.to_string(),
            "produced=2 delivered=0 pending=0 skipped=0 lost=2 (shutdown=2) degraded=0"
        );
    }
}
