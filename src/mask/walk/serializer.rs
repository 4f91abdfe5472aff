//! The serializer for the value at one place: serde's data model, told to the walk.

use std::io::Cursor;

use serde::ser::{self, Serialize};

use super::super::json::{self, JsonText};
use super::super::marked::{self, Recognised};
use super::super::policy::Action;
use super::parts::{At, Compound, Fields};
use super::text::with_text;
use super::value::{VALUE, walk_next};
use super::{Container, MAX_DEPTH, Sink, WalkError};

/// How many wrappers (`Some`, newtypes) may follow each other; they use the stack as well.
const MAX_HOPS: usize = 4 * MAX_DEPTH;
/// Room for the longest number in decimal: an `i128` has 40 characters, an `f64` at most 24.
const NUMBER_BYTES: usize = 48;

/// What the story of a marked value begins with, beside the number of its rule.
const MARKED: u64 = 16;

/// `serde_json`'s private names for raw JSON and for numbers of arbitrary precision: its own
/// serializer copies what stands in them, so it must not pass unseen.
const RAW_VALUE: &str = "$serde_json::private::RawValue";
const ARBITRARY_NUMBER: &str = "$serde_json::private::Number";

impl<S: Sink> At<'_, '_, '_, S> {
    fn hop<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WalkError> {
        let Self { walk, place } = self;
        if walk.hops >= MAX_HOPS {
            walk.cut();
            return Ok(());
        }
        walk.hops += 1;
        let done = walk.value(place, value);
        walk.hops -= 1;
        done
    }

    /// A value with a rule of the host's on it. Another rule the second time is another story.
    fn marked<T: Serialize + ?Sized>(self, action: Action, value: &T) -> Result<(), WalkError> {
        let Self { walk, place } = self;
        walk.memory.fingerprint.mix(MARKED + action as u64);
        At { walk, place: place.marked(action.into()) }.hop(&Recognised(value))
    }

    fn number<T: Serialize>(self, value: T) -> Result<(), WalkError> {
        let mut buffer = Cursor::new([0_u8; NUMBER_BYTES]);
        serde_json::to_writer(&mut buffer, &value).map_err(|_| WalkError)?;
        let len = usize::try_from(buffer.position()).map_err(|_| WalkError)?;
        let text = std::str::from_utf8(&buffer.get_ref()[..len]).map_err(|_| WalkError)?;
        self.walk.number(self.place, text);
        Ok(())
    }

    fn float<T: Serialize>(self, is_finite: bool, value: T) -> Result<(), WalkError> {
        if is_finite {
            return self.number(value);
        }
        self.walk.cut();
        Ok(())
    }

    /// Raw JSON that another serializer would copy: parsed and walked like any value.
    pub(super) fn raw_json(self, text: &str) -> Result<(), WalkError> {
        if let Some(json) = JsonText::parse(text) {
            json.serialize(self)
        } else {
            self.walk.text(self.place, text);
            Ok(())
        }
    }

    /// A number that comes as a text.
    pub(super) fn written_number<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WalkError> {
        let Self { walk, place } = self;
        let mut buffer = std::mem::take(&mut walk.buffer);
        let taken = with_text(value, &mut buffer, &mut |text| {
            At { walk: &mut *walk, place }.number_text(text);
        });
        walk.buffer = buffer;
        taken
    }

    /// A number by its text, where it is one.
    fn number_text(self, text: &str) {
        let is_number = || {
            JsonText::parse(text).is_some()
                && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        };
        if is_short_integer(text) {
            self.walk.number(self.place, text);
        } else if is_number() {
            // Beyond an f64 most readers refuse the whole record.
            if text.parse().is_ok_and(f64::is_finite) {
                self.walk.number(self.place, text);
            } else {
                self.walk.cut();
            }
        } else {
            self.walk.text(self.place, text);
        }
    }
}

/// An integer that is one at a glance and that an `f64` holds.
fn is_short_integer(text: &str) -> bool {
    const DIGITS: usize = 15;
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    (1..=DIGITS).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_digit)
        && (digits[0] != b'0' || digits.len() == 1)
}

impl<'w, 's, 'm, S: Sink> ser::Serializer for At<'w, 's, 'm, S> {
    type Ok = ();
    type Error = WalkError;
    type SerializeSeq = Compound<'w, 's, 'm, S>;
    type SerializeTuple = Compound<'w, 's, 'm, S>;
    type SerializeTupleStruct = Compound<'w, 's, 'm, S>;
    type SerializeTupleVariant = Compound<'w, 's, 'm, S>;
    type SerializeMap = Compound<'w, 's, 'm, S>;
    type SerializeStruct = Fields<'w, 's, 'm, S>;
    type SerializeStructVariant = Fields<'w, 's, 'm, S>;

    fn serialize_bool(self, v: bool) -> Result<(), WalkError> {
        self.walk.boolean(v);
        Ok(())
    }

    fn serialize_i8(self, v: i8) -> Result<(), WalkError> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), WalkError> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<(), WalkError> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<(), WalkError> {
        self.walk.number(self.place, itoa::Buffer::new().format(v));
        Ok(())
    }

    fn serialize_i128(self, v: i128) -> Result<(), WalkError> {
        self.number(v)
    }

    fn serialize_u8(self, v: u8) -> Result<(), WalkError> {
        self.walk.number(self.place, itoa::Buffer::new().format(v));
        self.walk.last_was_byte = true;
        Ok(())
    }

    fn serialize_u16(self, v: u16) -> Result<(), WalkError> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<(), WalkError> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<(), WalkError> {
        self.walk.number(self.place, itoa::Buffer::new().format(v));
        Ok(())
    }

    fn serialize_u128(self, v: u128) -> Result<(), WalkError> {
        self.number(v)
    }

    fn serialize_f32(self, v: f32) -> Result<(), WalkError> {
        self.float(v.is_finite(), v)
    }

    fn serialize_f64(self, v: f64) -> Result<(), WalkError> {
        self.float(v.is_finite(), v)
    }

    fn serialize_char(self, v: char) -> Result<(), WalkError> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), WalkError> {
        self.walk.text(self.place, v);
        Ok(())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), WalkError> {
        self.walk.bytes(self.place, v.len());
        Ok(())
    }

    fn serialize_none(self) -> Result<(), WalkError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WalkError> {
        self.hop(value)
    }

    fn serialize_unit(self) -> Result<(), WalkError> {
        self.walk.null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), WalkError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), WalkError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), WalkError> {
        match name {
            json::NUMBER => self.written_number(value),
            VALUE => walk_next(|value| S::walk_value(value, self)),
            _ => match marked::action_of(name) {
                Some(action) => self.marked(action, value),
                None => self.hop(value),
            },
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), WalkError> {
        let mut object = self.open(Container::Object, Some(1));
        ser::SerializeMap::serialize_entry(&mut object, variant, value)?;
        ser::SerializeMap::end(object)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self::SerializeSeq, WalkError> {
        Ok(self.open(Container::Array, len))
    }

    fn serialize_tuple(self, len: usize) -> Result<Self::SerializeTuple, WalkError> {
        Ok(self.open(Container::Array, Some(len)))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleStruct, WalkError> {
        Ok(self.open(Container::Array, Some(len)))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, WalkError> {
        Ok(self.open_variant(variant, Container::Array, len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self::SerializeMap, WalkError> {
        Ok(self.open(Container::Object, len))
    }

    fn serialize_struct(
        self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, WalkError> {
        Ok(match name {
            RAW_VALUE => Fields::Raw(Some(self)),
            ARBITRARY_NUMBER => Fields::Number(Some(self)),
            _ => Fields::Of(self.open(Container::Object, Some(len))),
        })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, WalkError> {
        Ok(Fields::Of(self.open_variant(variant, Container::Object, len)))
    }
}
