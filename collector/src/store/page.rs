//! A page of a list: what to look for, where to go on, what was found.

use crate::auth::ClientId;

use super::entry::{Kind, Row};

/// What a list holds; everything that is given has to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this ticket.
    pub ticket_id: Option<String>,
    /// With this status.
    pub status: Option<String>,
    /// From this time on, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// With all of these words in it. Words are indexed a moment after the commit.
    pub words: Option<String>,
}

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Behind this place; from the beginning where there is none.
    pub after: Option<Cursor>,
    /// So many at most.
    pub limit: usize,
}

/// A place in a list: behind the record with this time and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When that record happened.
    pub executed_at: i64,
    /// Its number in the store, which tells records of one moment apart.
    pub seq: i64,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Whose it is.
    pub client: ClientId,
    /// What lists tell of it.
    pub row: Row,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The records.
    pub items: Vec<Listed>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}
