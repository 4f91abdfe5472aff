//! What a rule of the host's does to what it finds.

use std::fmt;

use super::super::treatment::Treatment;

/// What a rule of the host's does to what it finds.
///
/// Where two of the host's rules meet, the stricter holds, whichever came first:
/// [`Drop`](Self::Drop), then [`Mask`](Self::Mask), then [`Hash`](Self::Hash), then
/// [`Keep`](Self::Keep). Over the default rules for the same field or text the host's rule holds;
/// but what a default rule removes with all that is in it, such as an address, is kept only by a
/// rule for the whole of it. A rule for an object or array goes for everything in it, and a rule
/// inside can only be stricter.
///
/// | action | what stands under a key or path | a match in a text |
/// | --- | --- | --- |
/// | `Keep` | left as it is, and not looked through | left as it is by the default rules |
/// | `Mask` | every text and number in it becomes `[REMOVED]` | becomes `[REMOVED]` |
/// | `Hash` | every text and number in it becomes `[ID:hash]` | becomes `[ID:hash]` |
/// | `Drop` | the field is left out with its name; an element becomes `null` | the whole text becomes `[REMOVED]` |
///
/// What is masked or hashed by its key or path is masked wherever else the record tells it, where
/// it is long or distinctive enough to be nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Leaves it as it is: the host vouches for it.
    Keep,
    /// Puts `[ID:hash]` in its place: equal values stay comparable.
    Hash,
    /// Puts `[REMOVED]` in its place.
    Mask,
    /// Leaves it out altogether.
    Drop,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keep => "keep",
            Self::Hash => "hash",
            Self::Mask => "mask",
            Self::Drop => "drop",
        })
    }
}

/// How much is told of the body of a message: of what a person or a model wrote.
///
/// Unlike what a rule with an [`Action`] removes, a body is not looked for elsewhere in the record.
/// Names and addresses that stand in it under a key are, as always.
///
/// # Default
/// [`Body::Mask`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Body {
    /// `[REMOVED]` in place of every text and number.
    #[default]
    Mask,
    /// `[BLOB:bytes]` in place of every text and number: its length in UTF-8 alone. In an object or
    /// array each leaf tells its own; a text that holds JSON is one text.
    Length,
    /// Nothing: the field is left out with its name, an element becomes `null`.
    Drop,
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mask => "mask",
            Self::Length => "length only",
            Self::Drop => "drop",
        })
    }
}

impl From<Action> for Treatment {
    fn from(action: Action) -> Self {
        match action {
            Action::Keep => Self::Keep,
            Action::Mask => Self::RemoveEverywhere,
            Action::Hash => Self::Id,
            Action::Drop => Self::Drop,
        }
    }
}

impl From<Body> for Treatment {
    fn from(body: Body) -> Self {
        match body {
            Body::Mask => Self::Remove,
            Body::Length => Self::Length,
            Body::Drop => Self::Drop,
        }
    }
}
