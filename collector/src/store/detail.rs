//! What some kinds have beside the row, for the pages that tell of them alone.

use std::collections::HashMap;
use std::fmt;

use super::entry::Numbered;

/// The latest moment that is kept: the last one of the year 9999.
const LAST: i64 = 253_402_300_799_999;
/// The longest duration that is kept, in seconds: about thirty years. A sum of such stays a number.
const LONGEST: f64 = 1e9;

/// What a record has beside its row.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// What a synchronisation tried, in the order of its record.
    Sync(Vec<Attempt>),
    /// How an event of a webhook was dealt with.
    Webhook(Webhook),
    /// What a parser found.
    Parsing(Parsing),
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttemptStatus {
    /// It did what it was for.
    Success,
    /// It could not.
    Failed,
    /// There was no answer in time.
    Timeout,
}

impl AttemptStatus {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
        }
    }

    /// The status of this name in the store.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Success, Self::Failed, Self::Timeout].into_iter().find(|it| it.as_str() == name)
    }
}

/// One attempt of a synchronisation. One that several records of a ticket tell of is one all the
/// same: it is known by its moment.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When, in milliseconds since 1970.
    pub attempted_at: i64,
    /// How it ended.
    pub status: AttemptStatus,
    /// What the other system answered.
    pub http_status: Option<i64>,
    /// Why it failed, masked.
    pub error: Option<String>,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("status", &self.status).finish_non_exhaustive()
    }
}

/// How an event was dealt with, as one of its records tells.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Webhook {
    /// When it came, in milliseconds since 1970; where that is not told, when the record happened.
    pub received_at: Option<i64>,
    /// By what.
    pub handler: Option<String>,
    /// How often that was tried again.
    pub retries: i64,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("retries", &self.retries).finish_non_exhaustive()
    }
}

/// What a parser found.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parsing {
    /// Which version of the parser.
    pub version: Option<String>,
    /// How many entities, of all types.
    pub entities: Option<i64>,
}

impl fmt::Debug for Parsing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parsing").field("entities", &self.entities).finish_non_exhaustive()
    }
}

/// A moment that sums can be kept for.
pub(super) fn kept_moment(moment: i64) -> i64 {
    moment.clamp(0, LAST)
}

/// A duration that can be summed up.
pub(super) fn kept_seconds(seconds: Option<f64>) -> Option<f64> {
    seconds.filter(|seconds| (0.0..=LONGEST).contains(seconds))
}

/// A confidence from 0 to 1; any other is none.
pub(super) fn kept_confidence(confidence: Option<f64>) -> Option<f64> {
    confidence.filter(|confidence| (0.0..=1.0).contains(confidence))
}

/// In which tenth a confidence lies: the last one has both its ends.
pub(super) fn tenth(confidence: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "it lies between 0 and 10")]
    let tenth = (confidence * 10.0) as i64;
    tenth.clamp(0, 9)
}

/// Each attempt with its place among those before it of the same moment.
pub(super) fn turns<'r>(
    record: &'r Numbered,
    attempts: &'r [Attempt],
) -> impl Iterator<Item = (&'r Numbered, &'r Attempt, i64)> {
    let mut seen = HashMap::new();
    attempts.iter().map(move |attempt| {
        let next = seen.entry(attempt.attempted_at).or_insert(0);
        let turn = *next;
        *next += 1;
        (record, attempt, turn)
    })
}

pub(super) fn or_empty(text: Option<&String>) -> &str {
    text.map_or("", String::as_str)
}

/// What the record is about; its own id where it does not say.
pub(super) fn entity(record: &Numbered) -> String {
    let row = &record.entry.row;
    row.entity_id.clone().unwrap_or_else(|| row.record_id.hyphenated().to_string())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::{Entry, Kind, Outcome, Row};

    #[test]
    fn a_confidence_lies_in_one_tenth() {
        for (confidence, expected) in [(0.0, 0), (0.099, 0), (0.1, 1), (0.95, 9), (1.0, 9)] {
            assert_eq!(tenth(confidence), expected, "{confidence}");
        }
    }

    #[test]
    fn what_cannot_be_summed_up_is_left_out() {
        for absurd in [-1.0, f64::NAN, f64::INFINITY, 2e9] {
            assert_eq!(kept_seconds(Some(absurd)), None, "{absurd}");
            assert_eq!(kept_confidence(Some(absurd)), None, "{absurd}");
        }
        assert_eq!((kept_seconds(Some(0.5)), kept_confidence(Some(1.0))), (Some(0.5), Some(1.0)));
        assert_eq!((kept_moment(i64::MIN), kept_moment(i64::MAX)), (0, LAST));
    }

    #[test]
    fn attempts_of_one_moment_are_told_apart() {
        let attempt = |attempted_at| Attempt {
            attempted_at,
            status: AttemptStatus::Failed,
            http_status: None,
            error: None,
        };
        let attempts = [5, 5, 6, 5].map(attempt);
        let row = Row::new(Uuid::nil(), Kind::TaskSync, 0, Outcome::Ok);
        let client = ClientId::new("a").unwrap();
        let record = Numbered { seq: 1, client, entry: Entry::new(row, String::new()) };
        let turns: Vec<_> = turns(&record, &attempts).map(|(.., turn)| turn).collect();
        assert_eq!(turns, [0, 1, 0, 2]);
    }
}
