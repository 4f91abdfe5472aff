//! The masking pass of the collector's own: what a producer missed is masked and counted.

use std::collections::BTreeMap;

use epilogue::mask::{Policy, Report};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::refusal::Refusal;
use crate::fields::Fields;

/// Fields that identify and measure. A mask over them would make the record another's, and the
/// producer's own pass has been over those that a person can fill in.
const STRUCTURE: [&str; 20] = [
    "schema_version",
    "record_id",
    "kind",
    "client_id",
    "environment",
    "workflow_name",
    "workflow_version",
    "ticket_id",
    "attempt",
    "executed_at",
    "execution_time_seconds",
    "status",
    "category",
    "currency",
    "metrics",
    "level",
    "degraded",
    "masking",
    "truncation",
    "sdk",
];
const MASKING: &str = "masking";
const SERVER_COUNTS: &str = "server_counts";

/// Masks by the default policy.
#[derive(Debug, Default)]
pub(super) struct Masking {
    policy: Policy,
}

impl Masking {
    /// The record as it is to be stored; `None` where its text may stay as it is. That of a deep
    /// record never may: what the masking does not look at, it cuts.
    ///
    /// # Errors
    /// Where a value cannot be masked: what is not masked is not stored.
    pub(super) fn masked(
        &self,
        text: &str,
        fields: &Fields<'_>,
        is_deep: bool,
    ) -> Result<Option<String>, Refusal> {
        let masked = self.policy.mask(&Texts(fields)).map_err(|_| unmaskable())?;
        let claims = fields.get(MASKING).is_some_and(|own| own.get().contains(SERVER_COUNTS));
        if masked.report().total() == 0 && !claims && !is_deep {
            return Ok(None);
        }
        let texts: Fields<'_> = serde_json::from_str(masked.json()).map_err(|_| unmaskable())?;
        let counted = counted(fields.get(MASKING), masked.report())?;
        let mut json = Vec::with_capacity(text.len() + 64);
        let out = Spliced { fields, texts: &texts, masking: &counted };
        serde_json::to_writer(&mut json, &out).map_err(|_| unmaskable())?;
        String::from_utf8(json).map(Some).map_err(|_| unmaskable())
    }
}

/// The fields that may hold somebody.
struct Texts<'a>(&'a Fields<'a>);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.iter().filter(|(name, _)| !STRUCTURE.contains(name)) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The record with its texts masked, every other field as it was.
struct Spliced<'a> {
    fields: &'a Fields<'a>,
    texts: &'a Fields<'a>,
    masking: &'a RawValue,
}

impl Serialize for Spliced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let kept = self.fields.iter().filter(|(name, _)| STRUCTURE.contains(name));
        for (name, value) in kept.filter(|(name, _)| *name != MASKING) {
            map.serialize_entry(name, value)?;
        }
        map.serialize_entry(MASKING, self.masking)?;
        for (name, value) in self.texts.iter() {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// The producer's account of its masking, with the collector's beside it.
fn counted(own: Option<&RawValue>, report: &Report) -> Result<Box<RawValue>, Refusal> {
    let own: Option<Vec<(String, &RawValue)>> = own
        .map(|own| serde_json::from_str::<Fields<'_>>(own.get()))
        .transpose()
        .map_err(|_| Refusal::invalid("masking is not an object"))?
        .map(|own| own.iter().map(|(name, value)| (name.to_owned(), value)).collect());
    let counts: BTreeMap<_, _> =
        report.iter().map(|(entity, count)| (entity.as_str(), count)).collect();
    let counts = to_raw_value(&counts).map_err(|_| unmaskable())?;
    let mut all: BTreeMap<&str, &RawValue> = BTreeMap::new();
    for (name, value) in own.iter().flatten() {
        all.insert(name, value);
    }
    // A producer does not speak for the collector.
    all.remove(SERVER_COUNTS);
    if report.total() > 0 {
        all.insert(SERVER_COUNTS, &counts);
    }
    to_raw_value(&all).map_err(|_| unmaskable())
}

fn unmaskable() -> Refusal {
    Refusal::invalid("the record cannot be masked")
}
