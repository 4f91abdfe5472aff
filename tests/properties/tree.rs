//! Any value at all, read from bytes: a fuzzer writes them, or a property test.

use serde::ser::{SerializeMap, SerializeStructVariant, SerializeTuple};
use serde::{Serialize, Serializer};

use super::text;

/// Names of fields and variants, which serde wants to be known when a program is compiled.
const NAMES: [&str; 12] = [
    "name",
    "value",
    "customer",
    "email",
    "phone",
    "password",
    "first_name",
    "username",
    "id",
    "Some words",
    "4111 1111 1111 1111",
    "$serde_json::private::Number",
];

/// How often JSON may stand in a text in JSON: each time doubles its backslashes.
const MAX_EMBEDDED: u8 = 5;
/// How deep a value may grow element by element; [`Tree::Nested`] goes further.
const MAX_GROWN: u8 = 32;

/// A value with everything that serde's data model knows.
#[derive(Debug)]
pub(crate) enum Tree {
    Null,
    Bool(bool),
    Byte(u8),
    Signed(i64),
    Wide(u128),
    Float(f64),
    Char(char),
    Text(String),
    Bytes(Vec<u8>),
    Wrapped(Box<Self>),
    List(Vec<Self>),
    Pair([Box<Self>; 2]),
    Map(Vec<(Self, Self)>),
    Unit(&'static str),
    Newtype(&'static str, Box<Self>),
    Struct(&'static str, [&'static str; 2], [Box<Self>; 2]),
    /// The value in as many lists.
    Nested(u8, Box<Self>),
    /// JSON as a text.
    Embedded(Box<Self>),
    /// What says of itself that it is JSON.
    Raw(String),
    /// What says of itself that it is a number.
    Precise(String),
}

impl Tree {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        Reader { bytes, grown: 0, embedded: 0 }.tree()
    }
}

/// Bytes that are used up; behind their end there are zeros, which end every value.
struct Reader<'a> {
    bytes: &'a [u8],
    grown: u8,
    embedded: u8,
}

impl Reader<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else {
            return 0;
        };
        self.bytes = rest;
        *first
    }

    fn some(&mut self, len: usize) -> Vec<u8> {
        let (taken, rest) = self.bytes.split_at(len.min(self.bytes.len()));
        self.bytes = rest;
        taken.to_vec()
    }

    fn text(&mut self) -> String {
        match self.byte() {
            pieces @ 0..128 => {
                (0..pieces % 8).map(|_| text::PIECES[self.index(text::PIECES.len())]).collect()
            }
            len => String::from_utf8_lossy(&self.some(usize::from(len - 128))).into_owned(),
        }
    }

    fn index(&mut self, len: usize) -> usize {
        usize::from(self.byte()) % len
    }

    fn name(&mut self) -> &'static str {
        NAMES[self.index(NAMES.len())]
    }

    fn word(&mut self) -> u64 {
        (0..8).fold(0, |word, _| word << 8 | u64::from(self.byte()))
    }

    fn inner(&mut self) -> Tree {
        if self.grown >= MAX_GROWN {
            return Tree::Null;
        }
        self.grown += 1;
        let tree = self.tree();
        self.grown -= 1;
        tree
    }

    fn boxed(&mut self) -> Box<Tree> {
        Box::new(self.inner())
    }

    fn two(&mut self) -> [Box<Tree>; 2] {
        [self.boxed(), self.boxed()]
    }

    fn char(&mut self) -> char {
        let [plane, high, low] = [self.byte() % 17, self.byte(), self.byte()];
        char::from_u32(u32::from_be_bytes([0, plane, high, low])).unwrap_or('\0')
    }

    fn tree(&mut self) -> Tree {
        match self.byte() % 24 {
            0 => Tree::Null,
            1 => Tree::Bool(self.byte() > 127),
            2 => Tree::Byte(self.byte()),
            3 => Tree::Signed(i64::from_be_bytes(self.word().to_be_bytes())),
            4 => Tree::Wide(u128::from(self.word()) * u128::from(self.word())),
            5 => Tree::Float(f64::from_bits(self.word())),
            6 => Tree::Char(self.char()),
            7 => Tree::Bytes(self.text().into_bytes()),
            8 => Tree::Wrapped(self.boxed()),
            9 | 10 => Tree::List((0..self.byte() % 8).map(|_| self.inner()).collect()),
            11 => Tree::Pair(self.two()),
            12..15 => self.map(),
            15 => Tree::Unit(self.name()),
            16 => Tree::Newtype(self.name(), self.boxed()),
            17 => Tree::Struct(self.name(), [self.name(), self.name()], self.two()),
            18 => Tree::Nested(self.byte(), self.boxed()),
            19 => self.embedded(),
            20 => Tree::Raw(self.text()),
            21 => Tree::Precise(self.text()),
            _ => Tree::Text(self.text()),
        }
    }

    /// Keys are texts mostly, and anything else that serde lets through.
    fn map(&mut self) -> Tree {
        let len = self.byte();
        let is_odd = len >= 200;
        let entries = (0..len % 8).map(|_| {
            let key = if is_odd { self.inner() } else { Tree::Text(self.text()) };
            (key, self.inner())
        });
        Tree::Map(entries.collect())
    }

    fn embedded(&mut self) -> Tree {
        if self.embedded >= MAX_EMBEDDED {
            return Tree::Null;
        }
        self.embedded += 1;
        let tree = Tree::Embedded(self.boxed());
        self.embedded -= 1;
        tree
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Byte(value) => serializer.serialize_u8(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Wide(value) => serializer.serialize_u128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Char(value) => serializer.serialize_char(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Bytes(value) => serializer.serialize_bytes(value),
            Self::Wrapped(value) => serializer.serialize_some(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Pair(pair) => pair.serialize(serializer),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Unit(name) => serializer.serialize_unit_variant("Tree", 0, name),
            Self::Newtype(name, value) => {
                serializer.serialize_newtype_variant("Tree", 1, name, value)
            }
            Self::Struct(name, fields, values) => {
                let mut variant = serializer.serialize_struct_variant("Tree", 2, name, 2)?;
                variant.serialize_field(fields[0], &values[0])?;
                variant.serialize_field(fields[1], &values[1])?;
                variant.end()
            }
            Self::Nested(levels, value) => Nested(*levels, value).serialize(serializer),
            Self::Embedded(value) => {
                serializer.serialize_str(&serde_json::to_string(value).unwrap_or_default())
            }
            Self::Raw(text) => Told("$serde_json::private::RawValue", text).serialize(serializer),
            Self::Precise(text) => Told("$serde_json::private::Number", text).serialize(serializer),
        }
    }
}

struct Nested<'a>(u8, &'a Tree);

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 == 0 {
            return self.1.serialize(serializer);
        }
        let mut list = serializer.serialize_tuple(1)?;
        list.serialize_element(&Nested(self.0 - 1, self.1))?;
        list.end()
    }
}

/// A text that `serde_json` would copy as it is: its private types, without their checks.
pub(crate) struct Told<'a>(pub(crate) &'static str, pub(crate) &'a str);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut told = serializer.serialize_struct(self.0, 1)?;
        told.serialize_field(self.0, self.1)?;
        told.end()
    }
}
