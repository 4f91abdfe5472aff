//! A page of a list: what to look for, in which order, where to go on, what was found.

use crate::auth::ClientId;

use super::entry::{Kind, Outcome, Row};

/// What a list holds; everything that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// That ended so.
    pub outcome: Option<Outcome>,
    /// With this status.
    pub status: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// From this environment.
    pub environment: Option<String>,
    /// Of this workflow.
    pub workflow_name: Option<String>,
    /// In this version.
    pub workflow_version: Option<String>,
    /// Of this ticket.
    pub ticket_id: Option<String>,
    /// That called this provider, or came from it.
    pub provider_name: Option<String>,
    /// That did this.
    pub action_type: Option<String>,
    /// That tell of such an event.
    pub event_type: Option<String>,
    /// That tell of an event of this group.
    pub event_category: Option<String>,
    /// That changed such a thing.
    pub resource_type: Option<String>,
    /// That changed this one.
    pub resource_id: Option<String>,
    /// That happened to such a thing.
    pub entity_type: Option<String>,
    /// That happened to this one.
    pub entity_id: Option<String>,
    /// Done by this user.
    pub user_id: Option<String>,
    /// From this time on, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// That took so many seconds or more.
    pub min_duration: Option<f64>,
    /// That took so many seconds or less.
    pub max_duration: Option<f64>,
    /// That were so sure or surer.
    pub min_confidence: Option<f64>,
    /// That were so sure or less.
    pub max_confidence: Option<f64>,
    /// With all of these words in it. Words are indexed a moment after the commit, and a list of
    /// records with words has an order of its own: [`By::Stored`].
    pub words: Option<String>,
}

impl Filter {
    /// The fields that can be asked to be equal, by their names in a row.
    pub(super) const EQUAL: [&str; 17] = [
        "kind",
        "outcome",
        "status",
        "category",
        "environment",
        "workflow_name",
        "workflow_version",
        "ticket_id",
        "provider_name",
        "action_type",
        "event_type",
        "event_category",
        "resource_type",
        "resource_id",
        "entity_type",
        "entity_id",
        "user_id",
    ];

    /// Those that are, each with the text asked for.
    pub(super) fn equal(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = [
            self.kind.map(Kind::as_str),
            self.outcome.map(Outcome::as_str),
            self.status.as_deref(),
            self.category.as_deref(),
            self.environment.as_deref(),
            self.workflow_name.as_deref(),
            self.workflow_version.as_deref(),
            self.ticket_id.as_deref(),
            self.provider_name.as_deref(),
            self.action_type.as_deref(),
            self.event_type.as_deref(),
            self.event_category.as_deref(),
            self.resource_type.as_deref(),
            self.resource_id.as_deref(),
            self.entity_type.as_deref(),
            self.entity_id.as_deref(),
            self.user_id.as_deref(),
        ];
        Self::EQUAL.into_iter().zip(texts).filter_map(|(name, text)| Some((name, text?)))
    }

    /// What is asked for, by the names of the query's parameters.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let others = [
            ("since", self.since.is_some()),
            ("until", self.until.is_some()),
            ("min_duration", self.min_duration.is_some()),
            ("max_duration", self.max_duration.is_some()),
            ("min_confidence", self.min_confidence.is_some()),
            ("max_confidence", self.max_confidence.is_some()),
            ("q", self.words.is_some()),
        ];
        let others = others.into_iter().filter_map(|(name, is_given)| is_given.then_some(name));
        self.equal().map(|(name, _)| name).chain(others).collect()
    }

    /// How many bounds are set to what an order goes by.
    pub(super) fn bounds(&self, by: By) -> usize {
        let given = match by {
            By::Time => [self.since.is_some(), self.until.is_some()],
            By::Duration => [self.min_duration.is_some(), self.max_duration.is_some()],
            By::Confidence => [self.min_confidence.is_some(), self.max_confidence.is_some()],
            By::Stored => [false; 2],
        };
        given.into_iter().filter(|given| *given).count()
    }

    /// How many bounds are set to anything.
    pub(super) fn all_bounds(&self) -> usize {
        [By::Time, By::Duration, By::Confidence].map(|by| self.bounds(by)).iter().sum()
    }
}

/// By what a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum By {
    /// When it happened.
    #[default]
    Time,
    /// How long it took; what has no duration is not in the list.
    Duration,
    /// How sure it was; what has no confidence is not in the list.
    Confidence,
    /// When it was stored: nearly when it happened. This is the order of lists with words, which
    /// have no other, and of no other list.
    Stored,
}

/// Which end of an order comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The newest, the longest, the surest.
    #[default]
    Descending,
    /// The oldest, the shortest, the least sure.
    Ascending,
}

/// The order of a list. Records that are equal in it follow each other as they were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    /// By what.
    pub by: By,
    /// From which end.
    pub direction: Direction,
}

impl Sort {
    /// The order that a list has which is asked for in this one.
    pub fn of(self, filter: &Filter) -> Self {
        let by = match (&filter.words, self.by) {
            (Some(_), _) => By::Stored,
            (None, By::Stored) => By::Time,
            (None, by) => by,
        };
        Self { by, ..self }
    }
}

/// Which page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageRequest {
    /// In which order, as far as the list has it: [`Sort::of`].
    pub sort: Sort,
    /// Behind this place; from the beginning where there is none. One of another order than the
    /// list's is as good as none.
    pub after: Option<Cursor>,
    /// So many at most.
    pub limit: usize,
}

/// What a record's place in an order depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key {
    /// When it happened, in milliseconds since 1970.
    Time(i64),
    /// How many seconds it took.
    Duration(f64),
    /// How sure it was.
    Confidence(f64),
    /// Its number alone.
    Stored,
}

impl Key {
    /// The order that it belongs to.
    pub const fn by(self) -> By {
        match self {
            Self::Time(_) => By::Time,
            Self::Duration(_) => By::Duration,
            Self::Confidence(_) => By::Confidence,
            Self::Stored => By::Stored,
        }
    }
}

/// A place in a list: behind the record with this key and number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cursor {
    /// From which end the list begins.
    pub direction: Direction,
    /// What the list is sorted by, of that record.
    pub key: Key,
    /// Its number in the store, which tells records with the same key apart.
    pub seq: i64,
}

impl Cursor {
    /// The order that it belongs to.
    pub const fn sort(self) -> Sort {
        Sort { by: self.key.by(), direction: self.direction }
    }
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its number in the store.
    pub seq: i64,
    /// Whose it is.
    pub client: ClientId,
    /// What lists tell of it.
    pub row: Row,
}

impl Listed {
    /// Its place in a list; `None` where it does not have what the list is sorted by.
    pub fn place(&self, sort: Sort) -> Option<Cursor> {
        let key = match sort.by {
            By::Time => Key::Time(self.row.executed_at),
            By::Duration => Key::Duration(self.row.execution_time_seconds?),
            By::Confidence => Key::Confidence(self.row.confidence?),
            By::Stored => Key::Stored,
        };
        Some(Cursor { direction: sort.direction, key, seq: self.seq })
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The records. Where little of what was looked through holds, a page has fewer of them than
    /// were asked for, or none, and the list goes on behind it all the same.
    pub items: Vec<Listed>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}
