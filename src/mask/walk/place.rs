//! What the way to a value says about it.

use super::super::policy::{Policy, Treatment};

/// What the way to a value says about it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) treatment: Treatment,
    /// Inside a person, where a bare `name` is that person's.
    in_person: bool,
    /// The value may be the name of the value beside it.
    pub(super) names_sibling: bool,
}

impl Place {
    pub(super) const ROOT: Self =
        Self { treatment: Treatment::Scan, in_person: false, names_sibling: false };

    /// The place of the value under `key`. A sensitive container keeps its treatment for all
    /// that is in it, unless a field inside says something more exact.
    pub(super) fn under(self, policy: &Policy, key: &str) -> Self {
        let traits = policy.traits_of(key);
        let own =
            if traits.is_bare_name && self.in_person { Treatment::Name } else { traits.treatment };
        let inherits = matches!(
            self.treatment,
            Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Keep
        ) || own == Treatment::Scan;
        Self {
            treatment: if inherits { self.treatment } else { own },
            in_person: traits.is_person || (self.in_person && is_neutral(key)),
            names_sibling: is_name_of_pair(key),
        }
    }

    /// The place of the second of a pair, when the first names it.
    pub(super) fn named(self, treatment: Option<Treatment>) -> Self {
        let named = treatment.unwrap_or(Treatment::Scan);
        // The key around both may say more than the first of them.
        let wins = match self.treatment {
            Treatment::Scan => true,
            Treatment::Remove | Treatment::RemoveEverywhere => false,
            _ => matches!(named, Treatment::Remove | Treatment::RemoveEverywhere),
        };
        Self { treatment: if wins { named } else { self.treatment }, names_sibling: false, ..self }
    }
}

/// Containers that only group what belongs to the one around them.
#[rustfmt::skip] // Packed, as the lists of words are.
const NEUTRAL: [&str; 12] = [
    "attributes", "data", "details", "fields", "general", "info", "information", "personal",
    "personal_info", "profile", "properties", "value",
];

fn is_neutral(key: &str) -> bool {
    NEUTRAL.iter().any(|neutral| key.eq_ignore_ascii_case(neutral))
}

/// `{"name": "authorization", "value": "…"}`: the fields that name the value beside them.
fn is_name_of_pair(key: &str) -> bool {
    ["name", "key", "header", "field", "param", "parameter", "variable"]
        .iter()
        .any(|name| key.eq_ignore_ascii_case(name))
}

pub(super) fn is_value_of_pair(key: &str) -> bool {
    ["value", "val", "values"].iter().any(|name| key.eq_ignore_ascii_case(name))
}
