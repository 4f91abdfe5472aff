//! The sums for statistics as they are made: records are first summed up by group and hour, and only
//! those sums reach the tables.

use std::collections::HashMap;

use super::entry::Numbered;
use super::tally::Tally;
use super::{Row, StoreError};
use crate::auth::ClientId;

pub(in crate::store) const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// The spans that sums are kept for; 0 is everything.
pub(in crate::store) const SPANS: [i64; 3] = [HOUR, DAY, 0];

/// By what records are grouped.
pub(in crate::store) const GROUP_COLUMNS: [&str; 11] = [
    "client_id",
    "kind",
    "outcome",
    "status",
    "category",
    "environment",
    "workflow_version",
    "provider_name",
    "action_type",
    "event_type",
    "currency",
];

/// What a record is grouped by, in the order of the columns; what it does not have is empty.
pub(in crate::store) type Parts<'a> = [&'a str; GROUP_COLUMNS.len()];

/// One row of sums.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::store) struct Place {
    pub(in crate::store) group: i64,
    pub(in crate::store) span: i64,
    pub(in crate::store) bucket: i64,
}

/// The sums of records by group and hour.
pub(in crate::store) type Sums = HashMap<Place, (ClientId, Tally)>;

/// Where the span begins that a moment lies in. The first one begins with time itself.
pub(in crate::store) fn begin(moment: i64, span: i64) -> i64 {
    if span == 0 { 0 } else { moment.div_euclid(span).saturating_mul(span) }
}

/// The parts by which a record is grouped, in the order of their columns.
pub(in crate::store) fn parts<'a>(client: &'a ClientId, row: &'a Row) -> Parts<'a> {
    let text = |part: &'a Option<String>| part.as_deref().unwrap_or_default();
    [
        client.as_str(),
        row.kind.as_str(),
        row.outcome.as_str(),
        text(&row.status),
        text(&row.category),
        text(&row.environment),
        text(&row.workflow_version),
        text(&row.provider_name),
        text(&row.action_type),
        text(&row.event_type),
        text(&row.currency),
    ]
}

/// The numbers of groups, as far as they were needed lately.
#[derive(Debug, Default)]
pub(in crate::store) struct Groups {
    /// By their parts, as `name` writes them.
    numbers: HashMap<Vec<u8>, i64>,
}

impl Groups {
    pub(in crate::store) fn len(&self) -> usize {
        self.numbers.len()
    }

    pub(in crate::store) fn forget(&mut self) {
        self.numbers.clear();
    }

    pub(in crate::store) fn number(&self, parts: &Parts<'_>) -> Option<i64> {
        self.numbers.get(&name(parts)).copied()
    }

    pub(in crate::store) fn learn(&mut self, parts: &Parts<'_>, number: i64) {
        self.numbers.insert(name(parts), number);
    }

    /// Sums records up, whose groups are all known.
    pub(in crate::store) fn sums<'a>(
        &self,
        records: impl IntoIterator<Item = &'a Numbered>,
    ) -> Result<Sums, StoreError> {
        let mut sums = Sums::new();
        for Numbered { client, entry, .. } in records {
            let group = self.number(&parts(client, &entry.row));
            let group = group.ok_or(StoreError::Damaged("a group has no number"))?;
            let place = Place { group, span: HOUR, bucket: begin(entry.row.executed_at, HOUR) };
            let (_, tally) =
                sums.entry(place).or_insert_with(|| (client.clone(), Tally::default()));
            tally.add(&entry.row);
        }
        Ok(sums)
    }
}

/// All parts as one key, each behind its length: no text of a part makes it look like two.
pub(in crate::store) fn name(parts: &Parts<'_>) -> Vec<u8> {
    let mut name = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        name.extend_from_slice(&part.len().to_le_bytes());
        name.extend_from_slice(part.as_bytes());
    }
    name
}
