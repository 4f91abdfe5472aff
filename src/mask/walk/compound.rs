//! Arrays and objects that are being walked, and the pairs among them.

use serde::ser::{self, Serialize};

use super::super::policy::Treatment;
use super::super::traits::InPair;
use super::parts::{Around, Compound, Fields, State};
use super::text::{text_of, with_text};
use super::{Container, Sink, WalkError};

impl<S: Sink> Compound<'_, '_, '_, S> {
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        if self.state == State::Cut {
            return Ok(());
        }
        let place = self.place.element(self.walk.policy, &mut self.walk.reached, self.index);
        let mut place = place.named(self.named.take());
        let is_first = self.may_be_pair && self.index == 0;
        place.in_pair = if is_first { InPair::Name } else { InPair::Nothing };
        self.walk.values += 1;
        self.walk.sink.element(self.index);
        self.index += 1;
        self.walk.named = None;
        self.walk.value(place, value)?;
        if self.walk.take_left_out() {
            self.walk.sink.null();
        }
        self.named = self.walk.named.take().filter(|_| place.names_sibling());
        self.is_bytes &= self.walk.last_was_byte;
        Ok(())
    }

    fn field_name(&mut self, key: &str) {
        if self.state == State::Cut {
            return;
        }
        let key = &*self.walk.memory.without_nul(key);
        self.walk.values += 1;
        let traits = self.walk.memory.traits_of(self.walk.policy, key);
        self.value_place = self.place.under(self.walk.policy, &mut self.walk.reached, key, traits);
        if self.value_place.treatment == Treatment::Drop {
            return;
        }
        let is_value = traits.in_pair == InPair::Value;
        if is_value && self.named.is_some() {
            self.value_place = self.value_place.named(self.named);
        }
        self.key_from = Some(self.walk.sink.mark());
        self.walk.sink.key(self.index, key, traits.form);
        self.index += 1;
        self.value_from = is_value.then(|| self.walk.sink.mark());
    }

    fn field_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        if self.state == State::Cut {
            return Ok(());
        }
        let place = self.value_place;
        self.walk.named = None;
        let (key_from, value_from) = (self.key_from.take(), self.value_from.take());
        if value_from.is_some() {
            self.walk.sink.watch(true);
        }
        self.walk.value(place, value)?;
        if value_from.is_some() {
            self.walk.sink.watch(false);
        }
        if self.walk.take_left_out() {
            self.take_key_back(key_from);
        } else if let Some(from) = value_from.filter(|_| !place.treatment.is_opaque()) {
            // What is kept or hidden by its own name or path stays so.
            let to = self.walk.sink.mark();
            self.walk.value_spans.push((from, to));
        }
        if place.names_sibling() {
            self.named = self.walk.named.take().or(self.named);
            self.rename_earlier_values();
        }
        Ok(())
    }

    /// A key whose value is left out by a mark was written before anybody knew of the mark.
    fn take_key_back(&mut self, key_from: Option<S::Mark>) {
        if let Some(from) = key_from {
            self.walk.sink.take_key_back(from);
            self.index -= 1;
        }
    }

    /// The name came behind its value: what was taken for harmless is treated by the name.
    fn rename_earlier_values(&mut self) {
        let Some(treatment) = self.named.filter(|named| *named != Treatment::Keep) else {
            return;
        };
        // From behind, so that the places before stay what they are.
        while self.walk.value_spans.len() > self.value_spans_from {
            if let Some((from, to)) = self.walk.value_spans.pop() {
                self.walk.sink.rename(from, to, treatment);
            }
        }
    }

    fn close(self) {
        self.walk.value_spans.truncate(self.value_spans_from);
        if self.walk.value_spans.is_empty() {
            self.walk.sink.forget_watched();
        }
        if self.state == State::Open {
            self.walk.depth -= 1;
            self.walk.sink.end(self.container);
            let is_bytes = self.container == Container::Array && self.is_bytes && self.index > 0;
            if is_bytes {
                self.walk.sink.replace_with_bytes(self.mark, self.place.treatment, self.index);
            }
        }
        if self.around == Around::EmptyVariant {
            self.walk.sink.end_left_out();
        }
        if self.around != Around::Nothing {
            self.walk.depth -= 1;
            self.walk.sink.end(Container::Object);
        }
        self.walk.last_was_byte = false;
        self.walk.named = None;
    }
}

/// serde has four names for the elements of an array; here they are one thing.
macro_rules! elements {
    ($($name:ident :: $method:ident),+) => {$(
        impl<S: Sink> ser::$name for Compound<'_, '_, '_, S> {
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

impl<S: Sink> ser::SerializeMap for Compound<'_, '_, '_, S> {
    type Ok = ();
    type Error = WalkError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WalkError> {
        let mut buffer = std::mem::take(&mut self.walk.buffer);
        let named = with_text(key, &mut buffer, &mut |key| self.field_name(key));
        self.walk.buffer = buffer;
        named
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WalkError> {
        self.field_value(value)
    }

    fn end(self) -> Result<(), WalkError> {
        self.close();
        Ok(())
    }
}

impl<S: Sink> Fields<'_, '_, '_, S> {
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
                Some(at) => at.written_number(value),
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
        impl<S: Sink> ser::$name for Fields<'_, '_, '_, S> {
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
