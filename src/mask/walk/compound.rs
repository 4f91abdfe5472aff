//! Arrays and objects that are being walked, and the pairs among them.

use serde::ser::{self, Serialize};

use super::super::policy::Treatment;
use super::parts::{At, Compound, Fields, State};
use super::place::is_value_of_pair;
use super::text::{text_of, write_text};
use super::{Container, Sink, WalkError};

impl<S: Sink> Compound<'_, '_, S> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        if self.state == State::Cut {
            return Ok(());
        }
        let mut place = self.place.named(self.named.take());
        place.names_sibling = self.may_be_pair && self.index == 0;
        self.walk.sink.element(self.index);
        self.index += 1;
        self.walk.named = None;
        value.serialize(At { walk: self.walk, place })?;
        self.named = self.walk.named.take().filter(|_| place.names_sibling);
        self.is_bytes &= self.walk.last_was_byte;
        Ok(())
    }

    fn field_name(&mut self, key: &str) {
        if self.state == State::Cut {
            return;
        }
        self.walk.fingerprint.sampled(key);
        self.value_place = self.place.under(self.walk.policy, key);
        let is_value = is_value_of_pair(key);
        if is_value && self.named.is_some() {
            self.value_place = self.value_place.named(self.named);
        }
        self.walk.sink.key(self.index, key);
        self.index += 1;
        self.value_span = self.value_span.or_else(|| {
            let at = self.walk.sink.mark();
            is_value.then_some((at, at))
        });
    }

    fn field_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        if self.state == State::Cut {
            return Ok(());
        }
        let place = self.value_place;
        self.walk.named = None;
        value.serialize(At { walk: self.walk, place })?;
        if let Some((from, to)) = &mut self.value_span {
            if from == to {
                *to = self.walk.sink.mark();
            }
        }
        if place.names_sibling {
            self.named = self.walk.named.take().or(self.named);
            self.remove_earlier_value();
        }
        Ok(())
    }

    /// The name came behind its value: what was written as harmless is taken back.
    fn remove_earlier_value(&mut self) {
        let is_sensitive =
            matches!(self.named, Some(Treatment::Remove | Treatment::RemoveEverywhere));
        if let (true, Some((from, to))) = (is_sensitive, self.value_span) {
            self.walk.sink.remove(from, to);
            self.value_span = None;
        }
    }

    fn close(self) {
        if self.state == State::Open {
            self.walk.depth -= 1;
            self.walk.sink.end(self.container);
            let is_bytes = self.container == Container::Array && self.is_bytes && self.index > 0;
            if is_bytes {
                self.walk.sink.replace_with_bytes(self.mark, self.index);
            }
        }
        if self.is_variant {
            self.walk.sink.end(Container::Object);
        }
        self.walk.last_was_byte = false;
        self.walk.named = None;
    }
}

/// serde has four names for the elements of an array; here they are one thing.
macro_rules! elements {
    ($($name:ident :: $method:ident),+) => {$(
        impl<S: Sink> ser::$name for Compound<'_, '_, S> {
            type Ok = ();
            type Error = WalkError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
                self.element(value)
            }

            fn end(self) -> Result<(), WalkError> {
                self.close();
                Ok(())
            }
        }
    )+};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

impl<S: Sink> ser::SerializeMap for Compound<'_, '_, S> {
    type Ok = ();
    type Error = WalkError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WalkError> {
        let mut text = std::mem::take(&mut self.walk.key);
        text.clear();
        let written = write_text(key, &mut text);
        self.field_name(&text);
        self.walk.key = text;
        written
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        self.field_value(value)
    }

    fn end(self) -> Result<(), WalkError> {
        self.close();
        Ok(())
    }
}

impl<S: Sink> Fields<'_, '_, S> {
    fn field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), WalkError> {
        match self {
            Self::Of(object) => {
                object.field_name(key);
                object.field_value(value)
            }
            Self::Raw(at) => match at.take() {
                Some(at) => at.raw_json(&text_of(value)?),
                None => Err(WalkError),
            },
            Self::Number(at) => match at.take() {
                Some(at) => {
                    at.number_text(&text_of(value)?);
                    Ok(())
                }
                None => Err(WalkError),
            },
        }
    }

    fn close(self) -> Result<(), WalkError> {
        match self {
            Self::Of(object) => {
                object.close();
                Ok(())
            }
            Self::Raw(None) | Self::Number(None) => Ok(()),
            // The field that carries the text never came.
            Self::Raw(Some(_)) | Self::Number(Some(_)) => Err(WalkError),
        }
    }
}

/// serde has two names for the fields of a struct.
macro_rules! fields {
    ($($name:ident),+) => {$(
        impl<S: Sink> ser::$name for Fields<'_, '_, S> {
            type Ok = ();
            type Error = WalkError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), WalkError> {
                self.field(key, value)
            }

            fn end(self) -> Result<(), WalkError> {
                self.close()
            }
        }
    )+};
}

fields!(SerializeStruct, SerializeStructVariant);
