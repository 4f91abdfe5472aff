//! A record as it was written before: read as far as it may still change.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::level::Level;

use super::kinds;
use super::payload::Degraded;

/// The parts of a written record.
pub(super) struct Written {
    pub(super) id: Uuid,
    pub(super) level: Level,
    pub(super) degraded: Option<Degraded>,
    pub(super) is_success: bool,
    /// The fields before the level, without the closing brace.
    pub(super) head: Vec<u8>,
    /// The fields behind it but for the trace, each with a comma before it.
    pub(super) tail: Vec<u8>,
    pub(super) trace: Option<Vec<u8>>,
}

impl Written {
    /// `None` where the line is no record of ours.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

/// The fields that are taken out of the head or looked at.
#[derive(Default)]
struct Fields {
    id: Option<Uuid>,
    level: Option<Level>,
    degraded: Option<Degraded>,
    kind: Option<String>,
    status: Option<String>,
    /// The field named after the kind.
    own: Option<String>,
    head: Vec<u8>,
    tail: Vec<u8>,
    trace: Option<Vec<u8>>,
}

impl Fields {
    /// `None` where the value cannot be that field's, or the field came before.
    fn take(&mut self, name: &str, value: &RawValue) -> Option<()> {
        let json = value.get();
        let text = || serde_json::from_str::<String>(json).ok();
        match name {
            "level" if self.level.is_none() => {
                let level = text()?.parse().ok()?;
                self.level = (level != Level::Off).then_some(level);
                return self.level.map(drop);
            }
            "degraded" if self.degraded.is_none() => {
                self.degraded = Some(Degraded::named(&text()?)?);
                return Some(());
            }
            "trace" if self.trace.is_none() => {
                self.trace = Some(json.as_bytes().to_vec());
                return Some(());
            }
            "level" | "degraded" | "trace" => return None,
            "record_id" => self.id = Some(text()?.parse().ok()?),
            "kind" => self.kind = Some(text()?),
            "status" => self.status = Some(text()?),
            _ if self.kind.as_deref() == Some(name) => self.own = Some(json.to_owned()),
            _ => {}
        }
        self.keep(name, json)
    }

    fn keep(&mut self, name: &str, json: &str) -> Option<()> {
        let part = if self.level.is_none() { &mut self.head } else { &mut self.tail };
        let is_first = self.level.is_none() && part.is_empty();
        part.push(if is_first { b'{' } else { b',' });
        serde_json::to_writer(&mut *part, name).ok()?;
        part.push(b':');
        part.extend_from_slice(json.as_bytes());
        Some(())
    }
}

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = deserializer.deserialize_map(FieldsVisitor)?;
        let missing = || D::Error::custom("not a record");
        Ok(Self {
            id: fields.id.ok_or_else(missing)?,
            level: fields.level.ok_or_else(missing)?,
            degraded: fields.degraded,
            is_success: kinds::is_success(fields.status.as_deref(), fields.own.as_deref()),
            head: fields.head,
            tail: fields.tail,
            trace: fields.trace,
        })
    }
}

struct FieldsVisitor;

impl<'de> Visitor<'de> for FieldsVisitor {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Fields::default();
        while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
            fields.take(&name, &value).ok_or_else(|| A::Error::custom("not a record"))?;
        }
        Ok(fields)
    }
}
