//! A record's fields as they stand in its text: found in one pass, and read only where needed.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of one JSON object in their order, each with the text of its value.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The text of a field's value.
    pub(crate) fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0.iter().find_map(|(own, value)| (own == name).then_some(*value))
    }

    /// All of them, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> + '_ {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// All of them, owned.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = (Cow<'a, str>, &'a RawValue)> {
        self.0.into_iter()
    }

    /// A field's value as a type; `None` where the field is absent.
    ///
    /// # Errors
    /// Where the value is of another type.
    pub(crate) fn read<T: Deserialize<'a>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, WrongType> {
        let read = |value: &'a RawValue| serde_json::from_str(value.get());
        self.get(name).map(read).transpose().map_err(|_| WrongType(name))
    }

    /// Whether two fields have one name.
    pub(crate) fn holds_a_name_twice(&self) -> bool {
        let mut names: Vec<_> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).any(|pair| pair[0] == pair[1])
    }
}

/// A field whose value is of another type than the contract's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrongType(pub(crate) &'static str);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor).map(Self)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(24);
        while let Some(Name(name)) = map.next_key()? {
            fields.push((name, map.next_value()?));
        }
        Ok(fields)
    }
}

/// A name that is borrowed where it holds no escape; a plain `Cow` never is.
pub(crate) struct Name<'a>(pub(crate) Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor).map(Self)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn values_keep_their_text() {
        let fields = fields(r#"{"a": 1.0, "b\u0041": {"x":[ 1 ]}}"#);
        assert_eq!(fields.get("a").unwrap().get(), "1.0");
        assert_eq!(fields.get("bA").unwrap().get(), r#"{"x":[ 1 ]}"#);
        assert_eq!(fields.read::<f64>("a").unwrap(), Some(1.0));
        assert_eq!(fields.read::<f64>("c").unwrap(), None);
        assert_eq!(fields.read::<String>("a").unwrap_err().0, "a");
    }

    #[test]
    fn a_name_that_stands_twice_is_seen() {
        assert!(fields(r#"{"a": 1, "b": 2, "\u0061": 3}"#).holds_a_name_twice());
        assert!(!fields(r#"{"a": 1, "b": 2}"#).holds_a_name_twice());
    }
}
