//! The fields of a JSON object in the order in which they were written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The field that holds what happened.
pub(super) const TRACE: &str = "trace";

/// The fields of one record, in the order of the text; `serde_json`'s own map sorts them.
///
/// The trace is kept as text: it is most of a record, and a load run needs none of it.
#[derive(Debug)]
pub(super) struct Fields {
    /// With `null` in the place of the trace.
    fields: Vec<(String, Value)>,
    trace: Option<Box<RawValue>>,
}

impl Fields {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The JSON of the trace.
    pub(super) fn trace(&self) -> Option<&str> {
        self.trace.as_deref().map(RawValue::get)
    }

    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// All fields but the trace.
    pub(super) fn into_map(self) -> Map<String, Value> {
        self.fields.into_iter().filter(|(name, _)| name != TRACE).collect()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FieldsVisitor)
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::new();
        let mut trace = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == TRACE {
                trace = Some(map.next_value()?);
                fields.push((name, Value::Null));
            } else {
                fields.push((name, map.next_value()?));
            }
        }
        Ok(Fields { fields, trace })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_text_is_kept() {
        let fields: Fields = serde_json::from_str(r#"{"b": 1, "a": "x"}"#).unwrap();
        let names: Vec<_> = fields.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a"]);
        assert_eq!(fields.text("a"), Some("x"));
        assert_eq!(fields.text("b"), None);
    }

    #[test]
    fn the_trace_is_left_as_it_is() {
        let fields: Fields = serde_json::from_str(r#"{"trace": {"z": 1.0}, "a": 1}"#).unwrap();
        assert_eq!(fields.trace(), Some(r#"{"z": 1.0}"#));
        assert_eq!(fields.into_map().len(), 1);
    }
}
