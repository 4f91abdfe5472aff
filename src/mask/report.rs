//! What was masked, counted by type.

use super::entity::Entity;

/// How many values were masked, by type.
///
/// ```
/// use epilogue::mask::{Entity, Policy};
///
/// let masked = Policy::default().mask(&"write to maria@example.com")?;
/// assert_eq!(masked.report().count(Entity::Email), 1);
/// # Ok::<(), epilogue::mask::Unserializable>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    counts: [u64; Entity::ALL.len()],
}

impl Report {
    /// How many values of this type were masked.
    pub fn count(&self, entity: Entity) -> u64 {
        self.counts[entity as usize]
    }

    /// The types that were masked at least once, with their counts, by type name.
    pub fn iter(&self) -> impl Iterator<Item = (Entity, u64)> + '_ {
        Entity::ALL
            .into_iter()
            .map(|entity| (entity, self.count(entity)))
            .filter(|(_, count)| *count > 0)
    }

    /// How many values were masked in all.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(crate) fn add(&mut self, entity: Entity) {
        self.counts[entity as usize] += 1;
    }

    /// Both reports together.
    pub(crate) fn merged(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
        self
    }
}
