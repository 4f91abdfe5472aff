//! What the pages of single kinds tell: synchronisations, webhooks, parsed texts.
//!
//! A report goes by whole hours: from the beginning of the hour that its period begins in to the end
//! of the one that it ends in. Its figures are exact for that time.

use std::fmt;

use super::detail::AttemptStatus;
use super::statistics::{Bucket, HOUR, Period};
use super::{BoxFuture, StoreError};
use crate::auth::{ClientId, Scope};

/// How many names a report tells apart: of handlers, versions and systems those with the most.
pub const MOST_NAMES: usize = 20;
/// How many lines the lists of a report have at most.
pub const MOST_LINES: usize = 50;

/// What a report is to be about; everything that is given has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// From this moment on, in milliseconds since 1970.
    pub since: i64,
    /// Before this one.
    pub until: i64,
    /// By hours, or by days; weeks and months are told by their days.
    pub bucket: Bucket,
    /// From this environment.
    pub environment: Option<String>,
    /// From this system; parsed texts have none, and are not asked for it.
    pub source: Option<String>,
}

impl Asked {
    /// The whole hours of it.
    pub(super) fn period(&self) -> Period {
        let since = self.since.saturating_sub(self.since.rem_euclid(HOUR));
        let past = self.until.rem_euclid(HOUR);
        let until = if past == 0 { self.until } else { self.until.saturating_add(HOUR - past) };
        Period { since: Some(since), until: Some(until) }
    }
}

/// Reports on single kinds.
///
/// # Errors
/// Every call fails where the store cannot be reached.
pub trait Reports {
    /// What synchronisations tried.
    fn sync_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<SyncReport, StoreError>>;

    /// How the events of webhooks were dealt with.
    fn webhook_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<WebhookReport, StoreError>>;

    /// What parsers did.
    fn parsing_report<'a>(
        &'a self,
        scope: &'a Scope,
        asked: &'a Asked,
    ) -> BoxFuture<'a, Result<ParsingReport, StoreError>>;
}

/// What synchronisations tried. An attempt counts once, however many records tell of it; a record
/// without attempts tells of one, by its status.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncReport {
    /// Attempts by hour or day, in the order of time; those without any are left out.
    pub over_time: Vec<(i64, Attempts)>,
    /// Attempts by the other system, those with the most failures first.
    pub sources: Vec<(String, Attempts)>,
    /// Tickets whose last failure lies in the time asked for, the newest first.
    pub failing: Vec<FailingSync>,
}

/// How many attempts there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// That did what they were for.
    pub success: u64,
    /// That could not.
    pub failed: u64,
    /// That had no answer in time.
    pub timeout: u64,
}

/// A ticket whose synchronisation failed.
#[derive(Clone, PartialEq, Eq)]
pub struct FailingSync {
    /// Whose it is.
    pub client: ClientId,
    /// The other system.
    pub source: String,
    /// Its ticket; the id of the record where that names none.
    pub ticket: String,
    /// How many attempts there were, whenever that was.
    pub attempts: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How the last one of all ended.
    pub status: AttemptStatus,
    /// When the last one failed, in milliseconds since 1970.
    pub failed_at: i64,
    /// What the other system then answered.
    pub http_status: Option<i64>,
    /// Why, masked.
    pub error: Option<String>,
}

impl fmt::Debug for FailingSync {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FailingSync")
            .field("client", &self.client)
            .field("attempts", &self.attempts)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// How events were dealt with. An event counts once, as the newest of its records tells it, at the
/// time at which it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebhookReport {
    /// Events by hour or day, in the order of time; those without any are left out.
    pub over_time: Vec<(i64, Events)>,
    /// Events by what dealt with them, those with the most first.
    pub handlers: Vec<(String, Events)>,
    /// Events by how often they were tried again; the last is ten times or more.
    pub retries: [u64; 11],
    /// The events that were tried again most often.
    pub most_retried: Vec<RetriedEvent>,
}

/// How many events there are, by their status.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Events {
    /// That wait.
    pub pending: u64,
    /// That are under way.
    pub processing: u64,
    /// That are done.
    pub completed: u64,
    /// That failed.
    pub failed: u64,
    /// How many of them have a duration.
    pub timed: u64,
    /// The sum of those, in seconds.
    pub seconds: f64,
}

/// An event that was tried again.
#[derive(Clone, PartialEq, Eq)]
pub struct RetriedEvent {
    /// Whose it is.
    pub client: ClientId,
    /// Where it came from.
    pub source: String,
    /// Its id there; that of the record where it has none.
    pub event_id: String,
    /// When it came, in milliseconds since 1970.
    pub received_at: i64,
    /// How often.
    pub retries: u64,
    /// What became of it.
    pub status: String,
    /// What dealt with it.
    pub handler: String,
}

impl fmt::Debug for RetriedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetriedEvent")
            .field("client", &self.client)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// What parsers did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParsingReport {
    /// Texts by hour or day, in the order of time; those without any are left out.
    pub over_time: Vec<(i64, Parsings)>,
    /// Texts by the version of the parser, those with the most first.
    pub versions: Vec<(String, Parsings)>,
    /// Texts by how sure the parser was, in tenths.
    pub confidence: [u64; 10],
}

/// How many texts there are, and what is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parsings {
    /// That were parsed.
    pub ok: u64,
    /// That could not be.
    pub failed: u64,
    /// That wait, or were parsed in part.
    pub open: u64,
    /// How many of them have a duration.
    pub timed: u64,
    /// The sum of those, in seconds.
    pub seconds: f64,
    /// The least of those.
    pub least: Option<f64>,
    /// The most of those.
    pub most: Option<f64>,
    /// How many of them have a confidence from 0 to 1.
    pub rated: u64,
    /// The sum of those.
    pub confidence: f64,
    /// How many of them tell how many entities they hold.
    pub counted: u64,
    /// The sum of those.
    pub entities: u64,
}

impl Attempts {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.success + self.failed + self.timeout
    }

    /// Which part of them did not do what it was for; `None` where there is none.
    pub fn failure_rate(&self) -> Option<f64> {
        let all = self.all();
        (all > 0).then(|| (self.failed + self.timeout) as f64 / all as f64)
    }

    /// Counts others as well.
    pub fn merge(&mut self, other: &Self) {
        self.success += other.success;
        self.failed += other.failed;
        self.timeout += other.timeout;
    }
}

impl Events {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.pending + self.processing + self.completed + self.failed
    }

    /// Which part of those that came to an end failed; `None` where none did.
    pub fn failure_rate(&self) -> Option<f64> {
        let ended = self.completed + self.failed;
        (ended > 0).then(|| self.failed as f64 / ended as f64)
    }

    /// The average duration in seconds; `None` where none has one.
    pub fn average_seconds(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.seconds / self.timed as f64)
    }

    /// Counts others as well.
    pub fn merge(&mut self, other: &Self) {
        self.pending += other.pending;
        self.processing += other.processing;
        self.completed += other.completed;
        self.failed += other.failed;
        self.timed += other.timed;
        self.seconds += other.seconds;
    }
}

impl Parsings {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.ok + self.failed + self.open
    }

    /// Which part of those that came to an end was parsed; `None` where none was.
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.ok + self.failed;
        (ended > 0).then(|| self.ok as f64 / ended as f64)
    }

    /// The average duration in seconds; `None` where none has one.
    pub fn average_seconds(&self) -> Option<f64> {
        (self.timed > 0).then(|| self.seconds / self.timed as f64)
    }

    /// The average confidence; `None` where none has one.
    pub fn average_confidence(&self) -> Option<f64> {
        (self.rated > 0).then(|| self.confidence / self.rated as f64)
    }

    /// How many entities a text has on average, of those that tell it; `None` where none does.
    pub fn average_entities(&self) -> Option<f64> {
        (self.counted > 0).then(|| self.entities as f64 / self.counted as f64)
    }

    /// Counts others as well.
    pub fn merge(&mut self, other: &Self) {
        self.ok += other.ok;
        self.failed += other.failed;
        self.open += other.open;
        self.timed += other.timed;
        self.seconds += other.seconds;
        self.least = [self.least, other.least].into_iter().flatten().reduce(f64::min);
        self.most = [self.most, other.most].into_iter().flatten().reduce(f64::max);
        self.rated += other.rated;
        self.confidence += other.confidence;
        self.counted += other.counted;
        self.entities += other.entities;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_goes_by_whole_hours() {
        let period = |since, until| {
            let asked =
                Asked { since, until, bucket: Bucket::Hour, environment: None, source: None };
            let Period { since, until } = asked.period();
            (since.unwrap() / HOUR, until.unwrap() / HOUR)
        };
        assert_eq!(period(HOUR, 3 * HOUR), (1, 3));
        assert_eq!(period(HOUR + 1, 3 * HOUR - 1), (1, 3));
        assert_eq!(period(2 * HOUR - 1, 2 * HOUR + 1), (1, 3));
    }

    #[test]
    fn the_least_and_the_most_are_those_of_both() {
        let of = |least, most| Parsings { least, most, ..Parsings::default() };
        let mut both = of(None, None);
        both.merge(&of(Some(2.0), Some(3.0)));
        both.merge(&of(None, None));
        both.merge(&of(Some(1.0), Some(2.5)));
        assert_eq!((both.least, both.most), (Some(1.0), Some(3.0)));
    }
}
