//! The words of a record, and how to ask for them.

use std::fmt::{self, Write};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::auth::{ClientId, Clients, Scope};

/// One word for a client, whatever its name is made of.
pub(super) fn of_client(client: &str) -> String {
    let mut word = String::with_capacity(1 + 2 * client.len());
    word.push('c');
    for byte in client.bytes() {
        let _ = write!(word, "{byte:02x}");
    }
    word
}

/// Every text in a record, one a line. Names of fields are no text: every record has them.
pub(super) fn of_record(payload: &str) -> String {
    let mut text = String::with_capacity(payload.len());
    let mut json = serde_json::Deserializer::from_str(payload);
    // A record was checked when it came; of one that is broken nothing can be found.
    let _ = Texts(&mut text).deserialize(&mut json);
    text
}

/// The expression that finds the records of a scope with all of these words.
pub(super) fn expression(scope: &Scope, query: &str) -> String {
    let mut expression = match scope.clients() {
        Clients::One(client) => format!("client : {} AND ", own_word(client)),
        Clients::All => String::new(),
    };
    expression.push_str("text : (");
    for word in query.split_whitespace() {
        // In quotes every character stands for itself but the quotation mark.
        let _ = write!(expression, "\"{}\" ", word.replace('"', "\"\""));
    }
    expression.push(')');
    expression
}

fn own_word(client: &ClientId) -> String {
    of_client(client.as_str())
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

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
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
        let payload = r#"{"a": "one", "b": [1, null, true, {"c": "tw\u006f"}], "d": 2.5}"#;
        assert_eq!(of_record(payload), "one\ntwo\n");
    }

    #[test]
    fn a_client_is_one_word() {
        assert_eq!(of_client("a b"), "c612062");
    }
}
