//! A record as it would be sent, to be compared text by text.

use epilogue::mask::{MaskKey, Policy, PolicyBuilder};
use epilogue::{IntoRecord, Level};
use serde_json::Value;
use serde_json::value::RawValue;

pub(crate) fn rules() -> PolicyBuilder {
    Policy::builder().key(MaskKey::new([7; 32]).unwrap())
}

/// The record by the default policy.
pub(crate) fn sealed(event: impl IntoRecord, level: Level) -> Sealed {
    sealed_by(&rules().build().unwrap(), event, level)
}

pub(crate) fn sealed_by(policy: &Policy, event: impl IntoRecord, level: Level) -> Sealed {
    Sealed(event.into_record().seal(policy, level).render())
}

/// One line of JSON.
pub(crate) struct Sealed(pub(crate) String);

impl Sealed {
    /// The fields of the record with their JSON, in order.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        struct Fields;
        impl<'de> serde::de::Visitor<'de> for Fields {
            type Value = Vec<(String, String)>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    fields.push((name, value.get().to_owned()));
                }
                Ok(fields)
            }
        }
        let mut reader = serde_json::Deserializer::from_str(&self.0);
        serde::Deserializer::deserialize_map(&mut reader, Fields).unwrap()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.fields().into_iter().map(|(name, _)| name).collect()
    }

    /// A field's JSON as it was written, with `hash` in place of each hash; empty where there is no
    /// such field.
    pub(crate) fn text(&self, name: &str) -> String {
        let fields = self.fields().into_iter();
        let found = fields.filter(|(known, _)| known == name).map(|(_, json)| json);
        without_hashes(&found.collect::<String>())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.0).unwrap()
    }

    /// The paths of what was cut.
    pub(crate) fn cuts(&self) -> Vec<String> {
        let json = self.json();
        let fields = json["truncation"]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().map(|field| field["path"].as_str().unwrap().to_owned()).collect()
    }
}

/// `hash` in place of every long run of hexadecimal digits.
fn without_hashes(json: &str) -> String {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    let mut shown = String::new();
    let mut rest = json;
    while let Some(at) = rest.find(is_digit) {
        let end = at + rest[at..].find(|c| !is_digit(c)).unwrap_or(rest.len() - at);
        shown.push_str(&rest[..at]);
        shown.push_str(if end - at >= 16 { "hash" } else { &rest[at..end] });
        rest = &rest[end..];
    }
    shown + rest
}
