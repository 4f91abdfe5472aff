//! What a kind of record tells beside the envelope: a tree of values, each with how it is to be
//! masked and cut. Learning the names in it and writing it are two walks over the same tree.

mod fields;
mod learn;
mod place;
mod write;

use serde::{Serialize, Serializer};

pub(super) use self::fields::Fields;
pub(super) use self::learn::{FirstWalk, learn};
pub(super) use self::place::Place;
pub(super) use self::write::{People, Writer};

use super::value::Value;

/// The most elements of a list, and the most fields with names of the host's.
pub(super) const MAX_ITEMS: usize = 64;

/// A value of a kind's own, before it is masked.
#[derive(Debug)]
pub(super) enum Told<'a> {
    /// A number, a time or a word of the SDK's own: nothing personal.
    Ours(serde_json::Value),
    /// A number or a boolean of the host's.
    Host(serde_json::Value),
    /// A text of the host's own code, in which a customer's name is chance.
    Constant(&'a str),
    /// A text that tells one thing from another: kept, or hashed whole.
    Identifier(&'a str),
    /// Whoever did it: kept where it is an identifier, hashed whole where it may be a name.
    User(&'a str),
    /// A number that tells one thing from another.
    NumericId(&'a serde_json::Number),
    /// One line of free text.
    Line(&'a str),
    /// The keyed hash of a text.
    HashOf(&'a str),
    /// The names of the fields that lead to a place in an audited value.
    Way(&'a [String]),
    /// A value that is left out, and how many bytes it had.
    LeftOut(Option<usize>),
    /// What only the trace holds.
    Traced(Traced<'a>),
    List(Vec<Told<'a>>),
    Object(Fields<'a>),
}

/// A value of the trace, of any size: serialized twice, and each time it must be the same.
#[derive(Debug)]
pub(super) enum Traced<'a> {
    Any(&'a Value),
    Text(&'a str),
    /// A text of which the first characters are told, once it is masked.
    Preview(&'a str, usize),
    Entities(&'a [super::ParsedEntity]),
}

impl Serialize for Traced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any(value) => value.serialize(serializer),
            Self::Text(text) | Self::Preview(text, _) => serializer.serialize_str(text),
            Self::Entities(entities) => entities.serialize(serializer),
        }
    }
}
