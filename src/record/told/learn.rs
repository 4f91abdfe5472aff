//! The first walk over what a kind tells: whom does it name?

use serde::Serialize;

use crate::mask::{self, Known, Policy, Seen, Unserializable};

use super::{Fields, MAX_ITEMS, Place, Told};

/// How the values of the trace are walked for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum FirstWalk {
    /// For the names alone.
    NamesOnly,
    /// Writing on the way, for as long as nobody is known.
    WithDraft,
}

impl FirstWalk {
    /// Walks one value.
    ///
    /// # Errors
    /// [`Unserializable`] where it cannot be sent.
    pub(in super::super) fn walk<T: Serialize + ?Sized>(
        self,
        policy: &Policy,
        value: &T,
        root: mask::Root<'_>,
        known: &mut Known,
    ) -> Result<Seen, Unserializable> {
        match self {
            Self::NamesOnly => mask::collect(policy, value, root, known),
            Self::WithDraft => mask::collect_or_draft(policy, value, root, known),
        }
    }
}

/// Learns what the fields tell, and keeps what was seen of the values of the trace, in order.
///
/// # Errors
/// [`Unserializable`] where a value cannot be sent.
pub(in super::super) fn learn<'a>(
    policy: &Policy,
    fields: &Fields<'a>,
    place: &mut Place<'a>,
    first_walk: FirstWalk,
    known: &mut Known,
) -> Result<Vec<Seen>, Unserializable> {
    let mut learner = Learner { policy, first_walk, known, seen: Vec::new() };
    learner.fields(fields, place)?;
    Ok(learner.seen)
}

struct Learner<'k> {
    policy: &'k Policy,
    first_walk: FirstWalk,
    known: &'k mut Known,
    seen: Vec<Seen>,
}

impl Learner<'_> {
    fn fields<'a>(
        &mut self,
        fields: &Fields<'a>,
        place: &mut Place<'a>,
    ) -> Result<(), Unserializable> {
        let mut fields = fields.iter().take(MAX_ITEMS);
        // A value that is not written has no need of a path to be shown.
        fields.try_for_each(|(name, told)| {
            place.in_field(name.text, "", |place| self.told(told, place))
        })
    }

    fn told<'a>(&mut self, told: &Told<'a>, place: &mut Place<'a>) -> Result<(), Unserializable> {
        match told {
            Told::Ours(_) | Told::LeftOut(_) | Told::HashOf(_) | Told::Way(_) => Ok(()),
            Told::Host(value) => self.value(value, place),
            Told::NumericId(number) => self.value(*number, place),
            Told::Constant(text) | Told::Identifier(text) | Told::User(text) | Told::Line(text) => {
                self.value(*text, place)
            }
            Told::Traced(value) => {
                let seen = self.first_walk.walk(self.policy, value, place.root(), self.known)?;
                self.seen.push(seen);
                Ok(())
            }
            Told::List(list) => {
                let mut list = list.iter().take(MAX_ITEMS).enumerate();
                list.try_for_each(|(index, told)| {
                    place.in_element(index, |place| self.told(told, place))
                })
            }
            Told::Object(fields) => self.fields(fields, place),
        }
    }

    fn value<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
        place: &Place<'_>,
    ) -> Result<(), Unserializable> {
        mask::collect(self.policy, value, place.root(), self.known).map(drop)
    }
}
