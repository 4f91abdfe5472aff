//! The place of a value in a record, as text (RFC 6901), and the value that stands there.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use crate::fields::Name;

/// How many steps a place is away at most.
const MOST: usize = 256;

/// The place of a value: names and numbers, from the record on.
#[derive(Clone, Default, PartialEq, Eq)]
pub(in crate::dashboard) struct Pointer(Vec<String>);

impl Pointer {
    /// The place that is written so; `None` where it is none.
    pub(in crate::dashboard) fn read(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let parts = text.strip_prefix('/')?.split('/');
        let parts: Vec<_> =
            parts.take(MOST + 1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
        (parts.len() <= MOST).then_some(Self(parts))
    }

    /// A place inside of this one.
    pub(in crate::dashboard) fn then(&self, part: impl Into<String>) -> Self {
        let mut inside = self.clone();
        inside.0.push(part.into());
        inside
    }

    /// What leads there.
    pub(in crate::dashboard) fn parts(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|part| write!(f, "/{}", part.replace('~', "~0").replace('/', "~1")))
    }
}

/// Its parts are names in records.
impl fmt::Debug for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pointer").field("parts", &self.0.len()).finish()
    }
}

/// The JSON of the value at a place. Texts that are JSON themselves are looked into.
pub(in crate::dashboard) fn part<'a>(json: &'a str, place: &Pointer) -> Option<Cow<'a, str>> {
    let (mut text, mut rest) = match descend(json, place.parts())? {
        Found::Value(value) => return Some(Cow::Borrowed(value)),
        Found::Text(text, rest) => (text, rest),
    };
    loop {
        (text, rest) = match descend(&text, rest)? {
            Found::Value(value) => return Some(Cow::Owned(value.to_owned())),
            Found::Text(text, rest) => (text, rest),
        };
    }
}

/// What stands at the end of a path, or the text in which it goes on.
enum Found<'j, 'p> {
    Value(&'j str),
    Text(String, &'p [String]),
}

/// One pass, however long the path is.
fn descend<'j, 'p>(json: &'j str, path: &'p [String]) -> Option<Found<'j, 'p>> {
    Descent(path).deserialize(&mut serde_json::Deserializer::from_str(json)).ok()?
}

/// Looks along a path.
struct Descent<'p>(&'p [String]);

impl<'de, 'p> DeserializeSeed<'de> for Descent<'p> {
    type Value = Option<Found<'de, 'p>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            return Ok(Some(Found::Value(<&RawValue>::deserialize(deserializer)?.get())));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, 'p> Visitor<'de> for Descent<'p> {
    type Value = Option<Found<'de, 'p>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Name(name)) = map.next_key()? {
            if found.is_none() && name == self.0[0].as_str() {
                found = map.next_value_seed(Self(&self.0[1..]))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let wanted = self.0[0].parse().unwrap_or(usize::MAX);
        let mut found = None;
        for at in 0.. {
            let goes_on = if at == wanted {
                let own = seq.next_element_seed(Self(&self.0[1..]))?;
                own.map(|own| found = own).is_some()
            } else {
                seq.next_element::<IgnoredAny>()?.is_some()
            };
            if !goes_on {
                break;
            }
        }
        Ok(found)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Found::Text(text.to_owned(), self.0)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(json: &'a str, place: &str) -> Option<Cow<'a, str>> {
        part(json, &Pointer::read(place).unwrap())
    }

    #[test]
    fn a_value_is_found_at_its_place() {
        let json =
            r#"{"a/b": [1, {"~": [true ], "": null}], "c": "[{\"d\": \"{\\\"e\\\": 5}\"}]"}"#;
        for (place, expected) in [
            ("", Some(json)),
            ("/a~1b/0", Some("1")),
            ("/a~1b/1/~0", Some("[true ]")),
            ("/a~1b/1/~0/0", Some("true")),
            ("/a~1b/1/", Some("null")),
            ("/c/0/d/e", Some("5")),
            ("/a~1b/2", None),
            ("/a~1b/x", None),
            ("/a~1b/0/0", None),
            ("/c/1", None),
            ("/x", None),
        ] {
            assert_eq!(at(json, place).as_deref(), expected, "{place}");
            assert_eq!(Pointer::read(place).unwrap().to_string(), place);
        }
        assert_eq!(Pointer::read("a"), None);
        assert_eq!(Pointer::read(&"/".repeat(MOST + 1)), None);
    }

    #[test]
    fn what_is_nested_deeply_is_not_found_and_does_no_harm() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(at(&deep, &"/0".repeat(MOST)), None);
        assert_eq!(at(&deep, "").map(|all| all.len()), Some(deep.len()));
    }
}
