//! What the way to a value says about it.

use super::super::policy::Treatment;
use super::super::traits::{Group, InPair, KeyTraits};

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
    pub(super) fn under(self, traits: KeyTraits) -> Self {
        let own =
            if traits.is_bare_name && self.in_person { Treatment::Name } else { traits.treatment };
        let inherits = matches!(
            self.treatment,
            Treatment::Remove | Treatment::RemoveEverywhere | Treatment::Keep
        ) || own == Treatment::Scan;
        Self {
            treatment: if inherits { self.treatment } else { own },
            in_person: traits.group == Group::Person
                || (self.in_person && traits.group == Group::Neutral),
            names_sibling: traits.in_pair == InPair::Name,
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
