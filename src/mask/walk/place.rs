//! What the way to a value says about it.

use super::super::policy::{Policy, Reach, Treatment, Way};
use super::super::root::Root;

/// What the way to a value says about it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) treatment: Treatment,
    /// What the default rules alone would say: what the host hides is known all the same.
    tells: Treatment,
    /// Inside a person, where a bare `name` is that person's.
    in_person: bool,
    /// The value may be the name of the value beside it.
    pub(super) names_sibling: bool,
    /// How far the way leads along the host's paths.
    reach: Reach,
}

impl Place {
    /// Where a walk begins.
    pub(super) fn root(policy: &Policy, stack: &mut Vec<u32>, root: Root) -> Self {
        let start = Self {
            treatment: Treatment::Scan,
            tells: Treatment::Scan,
            in_person: false,
            names_sibling: false,
            reach: policy.paths().start(stack),
        };
        root.ways().fold(start, |place, way| match way {
            Way::Field(name) => place.under(policy, stack, name),
            Way::Element(index) => place.element(policy, stack, index),
        })
    }

    /// The place of the value under `key`. A sensitive container keeps its treatment for all
    /// that is in it, unless a field inside says something more exact.
    pub(super) fn under(self, policy: &Policy, stack: &mut Vec<u32>, key: &str) -> Self {
        let traits = policy.traits_of(key);
        let own =
            if traits.is_bare_name && self.in_person { Treatment::Name } else { traits.treatment };
        let (reach, at_path) = if self.reach.is_empty() {
            (self.reach, None)
        } else {
            policy.paths().step(stack, self.reach, Way::Field(key))
        };
        let host = match (traits.host, at_path) {
            (Some(by_key), Some(by_path)) => Some(by_key.or_stricter(by_path)),
            (by_key, by_path) => by_key.or(by_path),
        };
        Self {
            treatment: self.treatment.within(own, host),
            tells: self.tells.within(own, None),
            in_person: traits.is_person || (self.in_person && is_neutral(key)),
            names_sibling: is_name_of_pair(key),
            reach,
        }
    }

    /// The place of an element of the array here.
    pub(super) fn element(self, policy: &Policy, stack: &mut Vec<u32>, index: usize) -> Self {
        if self.reach.is_empty() {
            return self;
        }
        let (reach, at_path) = policy.paths().step(stack, self.reach, Way::Element(index));
        Self { treatment: self.treatment.within(Treatment::Scan, at_path), reach, ..self }
    }

    /// The place of the second of a pair, when the first names it. What is kept or hidden by its
    /// own name or path stays so, and nobody vouches for what is only called so beside it.
    pub(super) fn named(self, treatment: Option<Treatment>) -> Self {
        let treatment = match treatment {
            None | Some(Treatment::Keep) => self.treatment,
            _ if self.treatment.is_opaque() => self.treatment,
            // A field is left out by its own name alone.
            Some(Treatment::Drop) => Treatment::Remove,
            Some(named) => named,
        };
        Self { treatment, names_sibling: false, ..self }
    }

    /// The same place, kept as the host vouches for what stands there.
    pub(super) fn kept(self) -> Self {
        Self { treatment: Treatment::Keep, ..self }
    }

    /// The same place inside of what is left out.
    pub(super) fn left_out(self) -> Self {
        Self { treatment: Treatment::Remove, ..self }
    }

    /// What a value says about the rest of the record although the host hides it here.
    pub(super) fn also_tells(self) -> Option<Treatment> {
        (self.treatment.hides_all() && !self.tells.is_opaque()).then_some(self.tells)
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
