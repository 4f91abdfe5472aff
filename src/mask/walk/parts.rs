//! The parts of a walk: a place where a value is expected, and the array, object or struct that
//! is being walked there.

use super::super::policy::Treatment;
use super::place::Place;
use super::{Container, MAX_DEPTH, MAX_VALUES, Sink, Walk};

/// The serializer for the value at one place.
pub(super) struct At<'w, 's, S> {
    pub(super) walk: &'w mut Walk<'s, S>,
    pub(super) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Open,
    /// Too deep: what is in it is not even looked at.
    Cut,
}

/// An array or object that is being walked.
pub(super) struct Compound<'w, 's, S> {
    pub(super) walk: &'w mut Walk<'s, S>,
    pub(super) place: Place,
    pub(super) container: Container,
    pub(super) state: State,
    /// It stands in an object of one field, named after the variant.
    pub(super) is_variant: bool,
    pub(super) may_be_pair: bool,
    pub(super) index: usize,
    /// Where it begins in the output.
    pub(super) mark: usize,
    /// Nothing but bytes so far.
    pub(super) is_bytes: bool,
    /// How the value of a pair is to be treated, once its name was met.
    pub(super) named: Option<Treatment>,
    /// The place of the value whose key was just met.
    pub(super) value_place: Place,
    /// Where the value of a pair begins that is about to come.
    pub(super) value_from: Option<usize>,
    /// Where values of pairs stand, whose name may still come.
    pub(super) value_spans: Vec<(usize, usize)>,
}

/// A struct that is being walked: usually an object, seldom one of `serde_json`'s private types.
pub(super) enum Fields<'w, 's, S> {
    Of(Compound<'w, 's, S>),
    Raw(Option<At<'w, 's, S>>),
    Number(Option<At<'w, 's, S>>),
}

impl<'w, 's, S: Sink> At<'w, 's, S> {
    pub(super) fn open(self, container: Container, len: Option<usize>) -> Compound<'w, 's, S> {
        let Self { walk, place } = self;
        walk.last_was_byte = false;
        let state = if walk.depth >= MAX_DEPTH || walk.values >= MAX_VALUES {
            walk.cut();
            State::Cut
        } else {
            walk.depth += 1;
            walk.fingerprint.mix(5 + container as u64);
            State::Open
        };
        let mark = walk.sink.mark();
        if state == State::Open {
            walk.sink.begin(container);
        }
        Compound {
            may_be_pair: container == Container::Array && len.is_none_or(|len| len == 2),
            walk,
            place,
            container,
            state,
            is_variant: false,
            index: 0,
            mark,
            is_bytes: true,
            named: None,
            value_place: place,
            value_from: None,
            value_spans: Vec::new(),
        }
    }

    /// A variant with content is an object of one field.
    pub(super) fn open_variant(
        self,
        variant: &'static str,
        container: Container,
        len: usize,
    ) -> Compound<'w, 's, S> {
        let Self { walk, place } = self;
        let traits = walk.policy.traits_of(variant);
        let place = place.under(traits);
        let is_open = walk.depth < MAX_DEPTH;
        if is_open {
            walk.depth += 1;
            walk.sink.begin(Container::Object);
            walk.sink.key(0, variant, traits.is_plain);
        }
        let inner = At { walk, place };
        Compound { is_variant: is_open, ..inner.open(container, Some(len)) }
    }
}
