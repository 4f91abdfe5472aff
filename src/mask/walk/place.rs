//! What the way to a value says about it.

use super::super::policy::{Policy, Reach, Treatment, Way};
use super::super::root::Root;
use super::super::traits::{Group, InPair, KeyTraits};

/// What the way to a value says about it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) treatment: Treatment,
    /// What the default rules alone would say: what the host hides is known all the same.
    tells: Treatment,
    /// Inside a person, where a bare `name` is that person's.
    in_person: bool,
    /// What it may be to the value beside it.
    pub(super) in_pair: InPair,
    /// A rule of the host's has settled it, or what lies around it: a mark can only be stricter.
    is_settled: bool,
    /// How far the way leads along the host's paths.
    reach: Reach,
}

impl Place {
    /// Where a walk begins.
    pub(super) fn root(policy: &Policy, stack: &mut Vec<u32>, root: Root<'_>) -> Self {
        let start = Self {
            treatment: Treatment::Scan,
            tells: Treatment::Scan,
            in_person: false,
            in_pair: InPair::Nothing,
            is_settled: false,
            reach: policy.paths().start(stack),
        };
        root.ways().fold(start, |place, way| match way {
            Way::Field(name) => place.under(policy, stack, name, policy.traits_of(name)),
            Way::Element(index) => place.element(policy, stack, index),
        })
    }

    /// The place of the value under `key`. A sensitive container keeps its treatment for all
    /// that is in it, unless a field inside says something more exact.
    pub(super) fn under(
        self,
        policy: &Policy,
        stack: &mut Vec<u32>,
        key: &str,
        traits: KeyTraits,
    ) -> Self {
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
            in_person: traits.group == Group::Person
                || (self.in_person && traits.group == Group::Neutral),
            in_pair: traits.in_pair,
            is_settled: self.is_settled || self.treatment.is_opaque() || host.is_some(),
            reach,
        }
    }

    /// The place of an element of the array here.
    pub(super) fn element(self, policy: &Policy, stack: &mut Vec<u32>, index: usize) -> Self {
        let is_settled = self.is_settled || self.treatment.is_opaque();
        if self.reach.is_empty() {
            return Self { is_settled, ..self };
        }
        let (reach, at_path) = policy.paths().step(stack, self.reach, Way::Element(index));
        Self {
            treatment: self.treatment.within(Treatment::Scan, at_path),
            is_settled: is_settled || at_path.is_some(),
            reach,
            ..self
        }
    }

    /// The value may be the name of the value beside it, or its type.
    pub(super) fn names_sibling(self) -> bool {
        matches!(self.in_pair, InPair::Name | InPair::EntityType)
    }

    /// The place of the second of a pair, when the first names it. What is kept or hidden by its
    /// own name or path stays so, and nobody vouches for what is only called so beside it.
    pub(super) fn named(self, treatment: Option<Treatment>) -> Self {
        let named = match treatment {
            None | Some(Treatment::Scan | Treatment::Keep) => self.treatment,
            // A field is left out by its own name alone.
            Some(Treatment::Drop) => Treatment::Remove,
            Some(named) => named,
        };
        // The key around both may say more than the first of them.
        let wins =
            self.treatment == Treatment::Scan || (!self.treatment.is_opaque() && named.hides_all());
        Self {
            treatment: if wins { named } else { self.treatment },
            in_pair: InPair::Nothing,
            is_settled: self.is_settled || wins,
            ..self
        }
    }

    /// The same place, with a rule that stands on the value itself. It is a rule of the host's for
    /// this field: it holds over the default rules for it, and of the host's the stricter holds.
    pub(super) fn marked(self, mark: Treatment) -> Self {
        let treatment = if self.is_settled { self.treatment.or_stricter(mark) } else { mark };
        Self { treatment, is_settled: true, ..self }
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
