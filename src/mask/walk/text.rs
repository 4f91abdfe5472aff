//! A value as the text of a JSON key.

use std::fmt::Write as _;

use serde::ser::{self, Impossible, Serialize};

use super::WalkError;

/// The text of a scalar that stands as text.
pub(super) fn text_of<T: Serialize + ?Sized>(value: &T) -> Result<String, WalkError> {
    let mut text = String::new();
    with_text(value, &mut String::new(), &mut |taken| taken.clone_into(&mut text))?;
    Ok(text)
}

/// Gives `take` the text of `value`: scalars as they are printed, anything else as its JSON. What
/// is no text yet is written to `buffer`.
pub(super) fn with_text<T: Serialize + ?Sized>(
    value: &T,
    buffer: &mut String,
    take: &mut dyn FnMut(&str),
) -> Result<(), WalkError> {
    if value.serialize(Scalar { buffer, take: &mut *take }).is_ok() {
        return Ok(());
    }
    take(&serde_json::to_string(value).map_err(|_| WalkError)?);
    Ok(())
}

/// Takes scalars and refuses everything else.
struct Scalar<'a> {
    buffer: &'a mut String,
    take: &'a mut dyn FnMut(&str),
}

impl Scalar<'_> {
    fn display(self, value: impl std::fmt::Display) -> Result<(), WalkError> {
        self.buffer.clear();
        write!(self.buffer, "{value}").map_err(|_| WalkError)?;
        (self.take)(self.buffer);
        Ok(())
    }
}

impl ser::Serializer for Scalar<'_> {
    type Ok = ();
    type Error = WalkError;
    type SerializeSeq = Impossible<(), WalkError>;
    type SerializeTuple = Impossible<(), WalkError>;
    type SerializeTupleStruct = Impossible<(), WalkError>;
    type SerializeTupleVariant = Impossible<(), WalkError>;
    type SerializeMap = Impossible<(), WalkError>;
    type SerializeStruct = Impossible<(), WalkError>;
    type SerializeStructVariant = Impossible<(), WalkError>;

    fn serialize_bool(self, v: bool) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_i8(self, v: i8) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_i16(self, v: i16) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_i32(self, v: i32) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_i64(self, v: i64) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_i128(self, v: i128) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_u8(self, v: u8) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_u16(self, v: u16) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_u32(self, v: u32) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_u64(self, v: u64) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_u128(self, v: u128) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_f32(self, v: f32) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_f64(self, v: f64) -> Result<(), WalkError> {
        self.display(v)
    }

    fn serialize_char(self, v: char) -> Result<(), WalkError> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), WalkError> {
        (self.take)(v);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), WalkError> {
        Err(WalkError)
    }

    fn serialize_none(self) -> Result<(), WalkError> {
        self.serialize_str("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WalkError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WalkError> {
        self.serialize_str("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), WalkError> {
        self.serialize_str("null")
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
        _: &'static str,
        value: &T,
    ) -> Result<(), WalkError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), WalkError> {
        Err(WalkError)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, WalkError> {
        Err(WalkError)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, WalkError> {
        Err(WalkError)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, WalkError> {
        Err(WalkError)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, WalkError> {
        Err(WalkError)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, WalkError> {
        Err(WalkError)
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, WalkError> {
        Err(WalkError)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, WalkError> {
        Err(WalkError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_key_becomes_text() {
        assert_eq!(text_of(&7).as_deref(), Ok("7"));
        assert_eq!(text_of(&Some('x')).as_deref(), Ok("x"));
        assert_eq!(text_of(&(1, "a")).as_deref(), Ok(r#"[1,"a"]"#));
    }
}
