//! Who waits for the worker, and for what: plain data that is told how far it has come.

use std::time::Duration;

use tokio::time::Instant;

use super::control::Waiter;
use super::outbox::Outbox;

/// What is kept of the time of a shutdown for sending what was sealed last.
const FOR_SENDING: f64 = 0.15;

/// Everybody who waits.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    flushes: Vec<Flush>,
    shutdown: Option<Shutdown>,
    is_retiring: bool,
}

/// Everything handed over before it has to be settled.
#[derive(Debug)]
struct Flush {
    /// Records of the queue that came before it.
    left_in_queue: usize,
    /// The first record that came behind it, once all before are sealed.
    until: Option<u64>,
    waiter: Waiter,
}

#[derive(Debug)]
struct Shutdown {
    began: Instant,
    /// When what still waits gives up its trace, to be quicker.
    hurry_at: Instant,
    by: Instant,
    has_hurried: bool,
    /// Several may ask; the earliest bound holds for all.
    waiters: Vec<Waiter>,
}

impl Shutdown {
    fn time(&self) -> Duration {
        self.by.saturating_duration_since(self.began)
    }

    fn before_the_end(&self, time: Duration) -> Instant {
        self.by.checked_sub(time).unwrap_or(self.by)
    }

    /// When to end, so that so much of the time is left, a quarter of all of it at most.
    fn ends_at(&self, reserve: Duration) -> Instant {
        self.before_the_end(reserve.min(self.time() / 4))
    }
}

impl Waits {
    pub(crate) fn flush(&mut self, left_in_queue: usize, waiter: Waiter) {
        self.flushes.push(Flush { left_in_queue, until: None, waiter });
    }

    pub(crate) fn shutdown(&mut self, now: Instant, by: Instant, waiter: Waiter) {
        let mut waiters = vec![waiter];
        let mut by = by;
        if let Some(earlier) = self.shutdown.take() {
            by = by.min(earlier.by);
            waiters.extend(earlier.waiters);
        }
        let hurry_at = now + by.saturating_duration_since(now) / 2;
        self.shutdown = Some(Shutdown { began: now, hurry_at, by, has_hurried: false, waiters });
    }

    /// The collector took something: one that answers need not be hurried until the last quarter.
    pub(crate) fn got_through(&mut self) {
        if let Some(shutdown) = self.shutdown.as_mut().filter(|shutdown| !shutdown.has_hurried) {
            shutdown.hurry_at = shutdown.before_the_end(shutdown.time() / 4);
        }
    }

    /// Nobody is left to hand anything over.
    pub(crate) fn retire(&mut self) {
        self.is_retiring = true;
    }

    /// A record of the queue was sealed; the next will get the number `next`.
    pub(crate) fn sealed_one(&mut self, next: u64) {
        for flush in &mut self.flushes {
            flush.left_in_queue = flush.left_in_queue.saturating_sub(1);
            if flush.left_in_queue == 0 {
                flush.until.get_or_insert(next);
            }
        }
    }

    /// The queue is empty.
    pub(crate) fn sealed_all(&mut self, next: u64) {
        for flush in &mut self.flushes {
            flush.until.get_or_insert(next);
        }
    }

    /// Somebody waits for the end, or nobody is left who could hand anything over.
    pub(crate) fn are_ending(&self) -> bool {
        self.shutdown.is_some() || self.is_retiring
    }

    /// The end is near enough for traces to be given up.
    pub(crate) fn hurries(&self, now: Instant) -> bool {
        self.shutdown.as_ref().is_some_and(|shutdown| now >= shutdown.hurry_at)
    }

    /// How much time is left for looking at records where the end was asked for: the rest is for
    /// sending them, or for the `reserve` that it takes to end.
    pub(crate) fn time_left(&self, now: Instant, reserve: Duration) -> Option<Duration> {
        let shutdown = self.shutdown.as_ref()?;
        let kept = reserve.max(shutdown.time().mul_f64(FOR_SENDING));
        Some(shutdown.ends_at(kept).saturating_duration_since(now))
    }

    /// Whether it [`hurries`](Self::hurries), the first time it is asked.
    pub(crate) fn begin_to_hurry(&mut self, now: Instant) -> bool {
        let hurries = self.hurries(now);
        match &mut self.shutdown {
            Some(shutdown) if hurries => !std::mem::replace(&mut shutdown.has_hurried, true),
            _ => false,
        }
    }

    /// When something has to be done for them, whatever else happens.
    pub(crate) fn deadline(&self, now: Instant, reserve: Duration) -> Option<Instant> {
        let shutdown = self.shutdown.as_ref()?;
        Some(if now < shutdown.hurry_at { shutdown.hurry_at } else { shutdown.ends_at(reserve) })
    }

    /// Answers the flushes that have come about.
    pub(crate) fn answer_flushes(&mut self, outbox: &Outbox) {
        for flush in std::mem::take(&mut self.flushes) {
            if flush.until.is_some_and(|until| outbox.is_settled_before(until)) {
                flush.waiter.done();
            } else {
                self.flushes.push(flush);
            }
        }
    }

    /// The worker's work is over: nothing is left, or the time is.
    /// `reserve` is what it takes to end.
    pub(crate) fn are_over(&self, now: Instant, is_empty: bool, reserve: Duration) -> bool {
        match &self.shutdown {
            Some(shutdown) => is_empty || now >= shutdown.ends_at(reserve),
            None => is_empty && self.is_retiring,
        }
    }

    /// Answers whoever waits for the end. Whoever is not told that all is done hears the opposite.
    pub(crate) fn end(&mut self, is_empty: bool) {
        let waiters = self.shutdown.take().map(|shutdown| shutdown.waiters);
        for waiter in waiters.into_iter().flatten().filter(|_| is_empty) {
            waiter.done();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::control::wait;
    use super::*;

    #[test]
    fn two_shutdowns_end_together_at_the_earlier_bound() {
        let (mut waits, now) = (Waits::default(), Instant::now());
        let (first, first_waiting) = wait();
        let (second, second_waiting) = wait();
        waits.shutdown(now, now + Duration::from_secs(10), first);
        waits.shutdown(now, now + Duration::from_secs(2), second);
        let is_over = |after, is_empty, reserve| {
            waits.are_over(
                now + Duration::from_millis(after),
                is_empty,
                Duration::from_millis(reserve),
            )
        };
        assert!(!is_over(0, false, 0));
        assert!(waits.hurries(now + Duration::from_secs(1)));
        assert!(is_over(2_000, false, 0) && !is_over(1_999, false, 0));
        assert!(is_over(1_750, false, 250) && !is_over(1_749, false, 250));
        assert!(is_over(1_500, false, 9_000) && !is_over(1_499, false, 9_000));
        assert!(is_over(0, true, 0));
        let left = |reserve| waits.time_left(now, Duration::from_millis(reserve));
        assert_eq!(left(0), Some(Duration::from_millis(1_700)));
        assert_eq!(left(400), Some(Duration::from_millis(1_600)));
        assert!(!waits.begin_to_hurry(now));
        assert!(waits.begin_to_hurry(now + Duration::from_secs(1)));
        assert!(!waits.begin_to_hurry(now + Duration::from_secs(2)));
        waits.end(true);
        assert!(first_waiting.wait(Duration::MAX).is_complete());
        assert!(second_waiting.wait(Duration::MAX).is_complete());
    }

    #[test]
    fn a_collector_that_answers_is_hurried_later() {
        let (mut waits, now) = (Waits::default(), Instant::now());
        waits.shutdown(now, now + Duration::from_secs(4), wait().0);
        let hurries = |waits: &Waits, after| waits.hurries(now + Duration::from_secs(after));
        assert!(hurries(&waits, 2));
        waits.got_through();
        assert!(!hurries(&waits, 2) && hurries(&waits, 3));
    }

    #[test]
    fn a_flush_waits_for_what_came_before_it_alone() {
        let mut waits = Waits::default();
        let outbox = Outbox::new(1 << 20, Duration::from_secs(1));
        let (waiter, waiting) = wait();
        waits.flush(2, waiter);
        waits.sealed_one(1);
        waits.answer_flushes(&outbox);
        assert!(!waiting.wait(Duration::ZERO).is_complete());
        waits.sealed_one(2);
        waits.answer_flushes(&outbox);
        assert!(waiting.wait(Duration::ZERO).is_complete());
    }
}
