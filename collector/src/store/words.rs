//! The words of a record, whatever index they go into.

use std::fmt::{self, Write};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// One word for a field that a list can be filtered by, whatever its text is made of.
pub(in crate::store) fn label(name: &str, text: &str) -> String {
    let mut word = String::with_capacity(name.len() + 1 + 2 * text.len());
    word.extend(name.chars().filter(|character| *character != '_'));
    word.push('x');
    for byte in text.bytes() {
        let _ = write!(word, "{byte:02x}");
    }
    word
}

/// From which whole number on one is a word: what is shorter is a count, and stands everywhere.
const LONG: u64 = 1_000;

/// Every text and every long number in a record, one a line. Names of fields are no text: every
/// record has them.
pub(in crate::store) fn of_record(payload: &str) -> String {
    let mut text = String::with_capacity(payload.len());
    let mut json = serde_json::Deserializer::from_str(payload);
    // A record was checked when it came; of one that is broken nothing can be found.
    let _ = Texts(&mut text).deserialize(&mut json);
    text
}

/// Collects texts from a value.
struct Texts<'t>(&'t mut String);

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        self.0.push('\n');
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.visit_u64(number.unsigned_abs())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        if number >= LONG {
            let _ = writeln!(self.0, "{number}");
        }
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Texts(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key::<Name>()?.is_some() {
            map.next_value_seed(Texts(self.0))?;
        }
        Ok(())
    }
}

/// A name that nobody wants to know.
struct Name;

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(serde::de::IgnoredAny).map(|_| Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_text_and_names_are_not() {
        let payload = r#"{"a": "one", "b": [999, null, true, {"c": "tw\u006f"}], "d": 2500.5,
            "1000": [1000, -70001]}"#;
        assert_eq!(of_record(payload), "one\ntwo\n1000\n70001\n");
    }

    #[test]
    fn a_field_is_one_word() {
        assert_eq!(label("client_id", "a b"), "clientidx612062");
    }
}
