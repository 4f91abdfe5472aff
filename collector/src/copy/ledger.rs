//! What was compared: counts and digests of both stores, by client, kind and month.

use std::collections::BTreeMap;
use std::fmt;

use crate::store::Listed;
use crate::time::rfc3339;

/// 2000-01-01 and 2100-01-01: what was made before or behind has a clock that tells nothing.
const FIRST: i64 = 946_684_800_000;
const LAST: i64 = 4_102_444_800_000;

/// What may be behind a difference where nothing is wrong.
const SINCE: &str =
    "what was made or changed in the source since the last copy is taken by another one";

/// What the source has and the target has not, or has in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// Records.
    Records {
        /// Whose.
        client: String,
        /// Of which kind.
        kind: &'static str,
        /// Made in which month, such as `2026-01`.
        month: String,
        /// How many the source has.
        source: u64,
        /// How many of these the target has.
        target: u64,
        /// How many of those say something else.
        changed: u64,
    },
    /// The sums for statistics, of all times.
    Sums {
        /// Of whose records.
        client: String,
        /// Of which kind.
        kind: String,
        /// How many the source counts.
        source: u64,
        /// How many the target counts.
        target: u64,
    },
    /// The key of this number.
    Key(i64),
    /// The user of this name.
    User(String),
    /// What the producers of this client have lost.
    Losses(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records { client, kind, month, source, target, changed } => write!(
                f,
                "records of {client}, {kind}, made in {month}: {source} in the source, {target} of \
                 them in the target, {changed} of these not the same"
            ),
            Self::Sums { client, kind, source, target } => write!(
                f,
                "sums of {client}, {kind}: over {source} records in the source, over {target} in the \
                 target"
            ),
            Self::Key(key) => write!(f, "key {key} is not the same; {SINCE}"),
            Self::User(name) => write!(f, "user {name} is not the same; {SINCE}"),
            Self::Losses(client) => write!(f, "losses of {client} are not the same; {SINCE}"),
        }
    }
}

/// Records of one client and kind, made in one month, in both stores.
#[derive(Debug, Default, PartialEq, Eq)]
struct Account {
    source: Sum,
    target: Sum,
    /// How many the target has in another way.
    changed: u64,
}

/// How many records, and the sum of what they mean modulo 2¹²⁸: whatever their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) records: u64,
    pub(super) digest: u128,
}

impl Sum {
    fn add(&mut self, meaning: u128) {
        self.records += 1;
        self.digest = self.digest.wrapping_add(meaning);
    }
}

/// All accounts.
#[derive(Debug, Default)]
pub(super) struct Ledger(BTreeMap<(String, &'static str, String), Account>);

impl Ledger {
    /// Enters a record of the source with what it means there, and in the target where it is there.
    pub(super) fn enter(&mut self, line: &Listed, source: u128, target: Option<u128>) {
        let place = (
            line.client.as_str().to_owned(),
            line.row.kind.as_str(),
            month(line.row.recorded_at()),
        );
        let account = self.0.entry(place).or_default();
        account.source.add(source);
        if let Some(target) = target {
            account.target.add(target);
            account.changed += u64::from(target != source);
        }
    }

    /// All of the source, or of the target.
    pub(super) fn totals(&self) -> (Sum, Sum) {
        let (mut source, mut target) = (Sum::default(), Sum::default());
        for account in self.0.values() {
            for (sum, own) in [(&mut source, account.source), (&mut target, account.target)] {
                sum.records += own.records;
                sum.digest = sum.digest.wrapping_add(own.digest);
            }
        }
        (source, target)
    }

    /// Where the two differ.
    pub(super) fn differences(self) -> impl Iterator<Item = Difference> {
        let differs = |(_, own): &(_, Account)| own.source != own.target || own.changed > 0;
        self.0.into_iter().filter(differs).map(|((client, kind, month), account)| {
            Difference::Records {
                client,
                kind,
                month,
                source: account.source.records,
                target: account.target.records,
                changed: account.changed,
            }
        })
    }
}

fn month(made: i64) -> String {
    if (FIRST..LAST).contains(&made) {
        rfc3339(made)[..7].to_owned()
    } else {
        "another age".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use uuid::{Builder, Uuid};

    use super::*;
    use crate::auth::ClientId;
    use crate::store::{Kind, Outcome, Row};

    fn line(client: &str, made: u64) -> Listed {
        let id: Uuid = Builder::from_unix_timestamp_millis(made, &[7; 10]).into_uuid();
        let row = Row::new(id, Kind::Audit, 0, Outcome::Ok);
        Listed { seq: 1, client: ClientId::new(client).unwrap(), row }
    }

    const MADE: u64 = 1_769_860_800_000;

    #[test]
    fn the_order_makes_no_difference() {
        let (mut one, mut other) = (Ledger::default(), Ledger::default());
        for (meaning, last) in [(1, u128::MAX), (5, 7), (u128::MAX, 3)] {
            one.enter(&line("a", MADE), meaning, Some(meaning));
            other.enter(&line("a", MADE), meaning, Some(meaning));
            one.enter(&line("b", MADE), last, Some(last));
        }
        for last in [3, u128::MAX, 7] {
            other.enter(&line("b", MADE), last, Some(last));
        }
        assert_eq!(one.totals(), other.totals());
        assert_eq!(one.differences().count(), 0);
    }

    #[test]
    fn a_difference_is_narrowed_down() {
        let mut ledger = Ledger::default();
        ledger.enter(&line("a", MADE), 1, Some(1));
        // Two that changed so that the sum is the same.
        ledger.enter(&line("b", MADE), 1, Some(2));
        ledger.enter(&line("b", MADE), 2, Some(1));
        ledger.enter(&line("c", 0), 1, None);
        let told: Vec<_> = ledger.differences().map(|own| own.to_string()).collect();
        let tail = "in the source";
        assert_eq!(
            told,
            [
                format!(
                    "records of b, audit, made in 2026-01: 2 {tail}, 2 of them in the target, 2 of \
                     these not the same"
                ),
                format!(
                    "records of c, audit, made in another age: 1 {tail}, 0 of them in the target, 0 \
                     of these not the same"
                ),
            ]
        );
    }
}
