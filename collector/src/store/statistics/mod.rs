//! Statistics: what is counted, by what it is grouped, and what comes of it.
//!
//! A store finds the sums; how a period is taken apart, how sums are added up and which groups are
//! answered is the same for every store.

mod bucket;
mod figures;
mod gather;
mod plan;

use crate::auth::Scope;

use super::entry::{Kind, Outcome};

pub use self::bucket::{Bucket, TooManyBuckets};
pub use self::figures::Figures;
pub(super) use self::figures::finite;
pub(super) use self::gather::{Part, Plot, Ranking};
pub(super) use self::plan::{DAY, HOUR, Piece, Source, pieces};

/// What records can be grouped by, and chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// What it is about.
    Kind,
    /// Whose it is.
    Client,
    /// The kind's own word for what became of it.
    Status,
    /// What the run was about.
    Category,
    /// `production`, `staging`, …
    Environment,
    /// In which version a workflow ran.
    WorkflowVersion,
    /// Which provider was called, or which system an event came from.
    ProviderName,
    /// What was done.
    ActionType,
    /// What happened.
    EventType,
    /// What became of it, whatever the kind calls that.
    Outcome,
}

impl Dimension {
    /// Everything that records can be grouped by.
    pub const ALL: [Self; 10] = [
        Self::Kind,
        Self::Client,
        Self::Status,
        Self::Category,
        Self::Environment,
        Self::WorkflowVersion,
        Self::ProviderName,
        Self::ActionType,
        Self::EventType,
        Self::Outcome,
    ];

    /// The name in questions and answers, which is that of the column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Client => "client_id",
            Self::Status => "status",
            Self::Category => "category",
            Self::Environment => "environment",
            Self::WorkflowVersion => "workflow_version",
            Self::ProviderName => "provider_name",
            Self::ActionType => "action_type",
            Self::EventType => "event_type",
            Self::Outcome => "outcome",
        }
    }

    /// The dimension of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.as_str() == name)
    }

    /// Whether a record can have this value here. Most values are the producers' own.
    pub fn may_be(self, value: &str) -> bool {
        match self {
            Self::Kind => Kind::named(value).is_some(),
            Self::Outcome => Outcome::named(value).is_some(),
            _ => true,
        }
    }
}

/// A time from a first moment on, up to and without a last one, in milliseconds since 1970; without
/// an end where none is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// From this moment on.
    pub since: Option<i64>,
    /// Before this one.
    pub until: Option<i64>,
}

/// Which records are counted; everything that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// That happened then.
    pub period: Period,
    /// That have these values; an empty one is that of records without.
    pub conditions: Vec<(Dimension, String)>,
}

impl Selection {
    /// The part of a right that these records can lie in. What lies outside of it stays outside,
    /// because the condition stays as well.
    pub(super) fn narrow(&self, scope: &Scope) -> Scope {
        let client = self.conditions.iter().find(|(dimension, _)| *dimension == Dimension::Client);
        client
            .and_then(|(_, name)| crate::auth::ClientId::new(name))
            .and_then(|client| scope.narrowed(&client))
            .unwrap_or_else(|| scope.clone())
    }
}

/// By what they are grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// One group for every combination of values that there is; no groups where this is empty.
    pub by: Vec<Dimension>,
    /// So many groups at most: those with the most records, and of equal ones the first by name.
    pub limit: usize,
}

/// What statistics tell of the records that were chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    /// All of them.
    pub total: Figures,
    /// The groups, those with the most records first.
    pub groups: Vec<Group>,
    /// How many groups there are beyond the limit.
    pub left_out: usize,
}

/// What statistics tell of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its values, in the order of the grouping; an empty one is that of records without.
    pub names: Vec<String>,
    /// Its records.
    pub figures: Figures,
}

/// The same over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// All records, for every bucket.
    pub total: Vec<Figures>,
    /// The groups, those with the most records first.
    pub lines: Vec<Line>,
    /// How many groups there are beyond the limit.
    pub left_out: usize,
}

/// One group over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its values, in the order of the grouping; an empty one is that of records without.
    pub names: Vec<String>,
    /// Its records, for every bucket.
    pub points: Vec<Figures>,
}
