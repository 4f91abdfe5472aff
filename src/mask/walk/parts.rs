//! The parts of a walk: a place where a value is expected, and the array, object or struct that
//! is being walked there.

use super::super::policy::Treatment;
use super::place::Place;
use super::{Container, MAX_DEPTH, MAX_VALUES, Sink, Walk};

/// The serializer for the value at one place.
pub(in crate::mask) struct At<'w, 's, 'm, S: Sink> {
    pub(super) walk: &'w mut Walk<'s, 'm, S>,
    pub(super) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mask) enum State {
    Open,
    /// Too deep: what is in it is not even looked at.
    Cut,
}

/// What was opened around an array or object for its sake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mask) enum Around {
    Nothing,
    /// An object of one field, named after the variant.
    Variant,
    /// An object without that field: it is walked and not written.
    EmptyVariant,
}

/// An array or object that is being walked.
pub(in crate::mask) struct Compound<'w, 's, 'm, S: Sink> {
    pub(super) walk: &'w mut Walk<'s, 'm, S>,
    pub(super) place: Place,
    pub(super) container: Container,
    pub(super) state: State,
    pub(super) around: Around,
    pub(super) may_be_pair: bool,
    pub(super) index: usize,
    /// Where it begins in the output.
    pub(super) mark: S::Mark,
    /// Nothing but bytes so far.
    pub(super) is_bytes: bool,
    /// How the value of a pair is to be treated, once its name was met.
    pub(super) named: Option<Treatment>,
    /// The place of the value whose key was just met.
    pub(super) value_place: Place,
    /// Where that key begins in the output.
    pub(super) key_from: Option<S::Mark>,
    /// Where the value of a pair begins that is about to come.
    pub(super) value_from: Option<S::Mark>,
    /// Where its own begin among the walk's values of pairs.
    pub(super) value_spans_from: usize,
}

/// A struct that is being walked: usually an object, seldom one of `serde_json`'s private types.
pub(in crate::mask) enum Fields<'w, 's, 'm, S: Sink> {
    Of(Compound<'w, 's, 'm, S>),
    Raw(Option<At<'w, 's, 'm, S>>),
    Number(Option<At<'w, 's, 'm, S>>),
}

impl<'w, 's, 'm, S: Sink> At<'w, 's, 'm, S> {
    pub(super) fn open(self, container: Container, len: Option<usize>) -> Compound<'w, 's, 'm, S> {
        let Self { walk, place } = self;
        walk.last_was_byte = false;
        let state = if walk.depth >= MAX_DEPTH || walk.values >= MAX_VALUES {
            walk.cut();
            State::Cut
        } else {
            walk.depth += 1;
            walk.memory.fingerprint.mix(5 + container as u64);
            State::Open
        };
        let mark = walk.sink.mark();
        let value_spans_from = walk.value_spans.len();
        if state == State::Open {
            walk.sink.begin(container);
        }
        Compound {
            may_be_pair: container == Container::Array && len.is_none_or(|len| len == 2),
            walk,
            place,
            container,
            state,
            around: Around::Nothing,
            index: 0,
            mark,
            is_bytes: true,
            named: None,
            value_place: place,
            key_from: None,
            value_from: None,
            value_spans_from,
        }
    }

    /// A variant with content is an object of one field.
    pub(super) fn open_variant(
        self,
        variant: &'static str,
        container: Container,
        len: usize,
    ) -> Compound<'w, 's, 'm, S> {
        let Self { walk, place } = self;
        let traits = walk.policy.traits_of(variant);
        let place = place.under(walk.policy, &mut walk.reached, variant, traits);
        let around = match place.treatment {
            _ if walk.depth >= MAX_DEPTH => Around::Nothing,
            Treatment::Drop => Around::EmptyVariant,
            _ => Around::Variant,
        };
        if around != Around::Nothing {
            walk.depth += 1;
            walk.sink.begin(Container::Object);
        }
        match around {
            Around::Nothing => {}
            Around::Variant => walk.sink.key(0, variant, traits.form),
            Around::EmptyVariant => walk.sink.begin_left_out(),
        }
        let place = if around == Around::EmptyVariant { place.left_out() } else { place };
        let inner = At { walk, place };
        Compound { around, ..inner.open(container, Some(len)) }
    }
}
