//! Where the value of a field can go.

/// A place in the record for the value of a field.
pub(crate) struct Role {
    /// The word on the field.
    pub(crate) name: &'static str,
    /// The method that takes the value: of the record, or of its state.
    pub(crate) setter: &'static str,
    pub(crate) takes: Takes,
    /// A record has one of it.
    pub(crate) is_one: bool,
}

/// How a method takes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// As it prints.
    Text,
    /// Each of several as it prints.
    Texts,
    /// Converted by `Into`.
    Converted,
    /// As it is; the method converts it.
    AsIs,
    /// Each of several as it is.
    Each,
    /// A number under a name.
    Metric,
    /// As it serializes.
    Whole,
    /// As it serializes, under a name of the state.
    Named,
}

impl Takes {
    /// The value itself is taken, not what is printed of it.
    pub(crate) const fn is_owned(self) -> bool {
        !matches!(self, Self::Text | Self::Texts)
    }

    /// What serializes can have a rule for masking on it.
    pub(crate) const fn is_serialized(self) -> bool {
        matches!(self, Self::Whole | Self::Named)
    }
}

pub(crate) const TICKET_ID: &str = "ticket_id";
pub(crate) const STATUS: &str = "status";
/// What a field without a place of its own is.
pub(crate) const STATE: Role = many("state", "field", Takes::Named);

static ROLES: [Role; 25] = [
    one(TICKET_ID, Takes::Text),
    one(STATUS, Takes::Converted),
    one("status_reason", Takes::Text),
    one("category", Takes::Text),
    many("tag", "tag", Takes::Text),
    many("tags", "tag", Takes::Texts),
    many("metric", "metric", Takes::Metric),
    one("currency", Takes::Text),
    one("took", Takes::Converted),
    one("started_at", Takes::Converted),
    one("attempt", Takes::Converted),
    one("environment", Takes::Text),
    one("workflow_name", Takes::Text),
    one("workflow_version", Takes::Text),
    one("client_id", Takes::Text),
    one("input", Takes::Whole),
    many("steps", "step", Takes::Each),
    many("error", "error", Takes::AsIs),
    many("errors", "error", Takes::Each),
    one("final_response", Takes::Text),
    one("final_confidence", Takes::Converted),
    STATE,
    Role { name: "whole_state", setter: "state", takes: Takes::Whole, is_one: true },
    many("identity", IDENTITY, Takes::Text),
    many("identities", IDENTITY, Takes::Texts),
];

const IDENTITY: &str = "identity";

const fn one(name: &'static str, takes: Takes) -> Role {
    Role { name, setter: name, takes, is_one: true }
}

const fn many(name: &'static str, setter: &'static str, takes: Takes) -> Role {
    Role { name, setter, takes, is_one: false }
}

impl Role {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ROLES.iter().find(|role| role.name == name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ROLES.iter().map(|role| role.name)
    }

    /// The value stands there. What is only known by it goes elsewhere as well.
    pub(crate) fn is_told(&self) -> bool {
        self.setter != IDENTITY
    }
}
