//! The masking pass of the collector's own: what a producer missed is masked and counted.

use std::collections::BTreeMap;

use epilogue::mask::{Policy, Report};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::accounts::{ACCOUNTS, Account};
use super::refusal::Refusal;
use crate::fields::{Fields, Name};

/// Fields that identify and measure. A mask over them would make the record another's, and the
/// producer's own pass has been over those that a person can fill in.
const STRUCTURE: [&str; 13] = [
    "schema_version",
    "record_id",
    "kind",
    "client_id",
    "environment",
    "workflow_version",
    "ticket_id",
    "attempt",
    "executed_at",
    "execution_time_seconds",
    "status",
    "currency",
    "level",
];
const MASKING: &str = "masking";
const METRICS: &str = "metrics";
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
        let parts = Parts::of(fields)?;
        let masked = self.policy.mask(&parts).map_err(|_| unmaskable())?;
        if masked.report().total() == 0 && !parts.speaks_for_the_collector() && !is_deep {
            return Ok(None);
        }
        let texts: Fields<'_> = serde_json::from_str(masked.json()).map_err(|_| unmaskable())?;
        let mut json = Vec::with_capacity(text.len() + 64);
        parts.write(&mut json, &texts, masked.report())?;
        String::from_utf8(json).map(Some).map_err(|_| unmaskable())
    }
}

/// A record, divided by what the masking does with it. As a value it is what may hold somebody.
struct Parts<'f, 'a> {
    fields: &'f Fields<'a>,
    accounts: Vec<Account<'a>>,
    metrics: Vec<(String, &'a RawValue)>,
}

impl<'f, 'a> Parts<'f, 'a> {
    fn of(fields: &'f Fields<'a>) -> Result<Self, Refusal> {
        let accounts = ACCOUNTS.into_iter().filter_map(|name| Account::of(fields, name)).collect();
        let metrics: Fields<'a> = fields.read(METRICS)?.unwrap_or_default();
        let metrics = metrics.into_iter().map(|(name, value)| (name.into_owned(), value)).collect();
        Ok(Self { fields, accounts, metrics })
    }

    /// Whether the record has counts that the collector alone may give.
    fn speaks_for_the_collector(&self) -> bool {
        let own = self.account(MASKING);
        own.is_some_and(|own| own.rest.iter().any(|(name, _)| name == SERVER_COUNTS))
    }

    fn account(&self, name: &str) -> Option<&Account<'a>> {
        self.accounts.iter().find(|account| account.name == name)
    }

    /// Whether the field is masked, if at all, in parts.
    fn is_divided(&self, name: &str) -> bool {
        name == METRICS || self.account(name).is_some()
    }

    /// The record with its texts masked, every other field as it was.
    fn write(
        &self,
        json: &mut Vec<u8>,
        texts: &Fields<'_>,
        report: &Report,
    ) -> Result<(), Refusal> {
        if self.fields.get(MASKING).is_some() && self.account(MASKING).is_none() {
            return Err(Refusal::invalid("masking is not an object"));
        }
        let counts: BTreeMap<_, _> =
            report.iter().map(|(entity, count)| (entity.as_str(), count)).collect();
        let counts = to_raw_value(&counts).map_err(|_| unmaskable())?;
        let mut out: Vec<(String, Box<RawValue>)> = Vec::new();
        for (name, value) in self.fields.iter().filter(|(name, _)| STRUCTURE.contains(name)) {
            out.push((name.to_owned(), value.to_owned()));
        }
        for account in self.accounts.iter().filter(|account| account.name != MASKING) {
            out.push((account.name.to_owned(), joined(account, texts, None)?));
        }
        let counts = (report.total() > 0).then_some(&*counts);
        let masking = match self.account(MASKING) {
            Some(own) => joined(own, texts, counts)?,
            None => object(counts.map(|counts| (SERVER_COUNTS, counts)))?,
        };
        out.push((MASKING.to_owned(), masking));
        if self.fields.get(METRICS).is_some() {
            out.push((METRICS.to_owned(), self.renamed(texts)?));
        }
        let free = texts.iter().filter(|(name, _)| !self.is_divided(name));
        out.extend(free.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let all = object(out.iter().map(|(name, value)| (name.as_str(), &**value)))?;
        json.extend_from_slice(all.get().as_bytes());
        Ok(())
    }

    /// The metrics under their masked names.
    fn renamed(&self, texts: &Fields<'_>) -> Result<Box<RawValue>, Refusal> {
        let names: Vec<Name<'_>> = texts.read(METRICS)?.unwrap_or_default();
        if names.len() != self.metrics.len() {
            return Err(unmaskable());
        }
        object(names.iter().zip(&self.metrics).map(|(name, (_, value))| (&*name.0, *value)))
    }
}

impl Serialize for Parts<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let free = self
            .fields
            .iter()
            .filter(|(name, _)| !STRUCTURE.contains(name) && !self.is_divided(name));
        for (name, value) in free {
            map.serialize_entry(name, value)?;
        }
        for account in &self.accounts {
            let own = |(name, _): &&(String, &RawValue)| {
                (account.name, name.as_str()) != (MASKING, SERVER_COUNTS)
            };
            map.serialize_entry(account.name, &Object(account.rest.iter().filter(own)))?;
        }
        let names: Vec<_> = self.metrics.iter().map(|(name, _)| name).collect();
        map.serialize_entry(METRICS, &names)?;
        map.end()
    }
}

/// Fields, of which two may have one name: both are looked at.
struct Object<I>(I);

impl<'a, I> Serialize for Object<I>
where
    I: Iterator<Item = &'a (String, &'a RawValue)> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.clone().map(|(name, value)| (name, value)))
    }
}

/// An account with its rest masked, and with the collector's own beside it.
fn joined(
    account: &Account<'_>,
    texts: &Fields<'_>,
    counts: Option<&RawValue>,
) -> Result<Box<RawValue>, Refusal> {
    let rest: Fields<'_> = texts.read(account.name)?.unwrap_or_default();
    let kept = account.kept.iter().map(|(name, value)| (name.as_str(), *value));
    let counts = counts.map(|counts| (SERVER_COUNTS, counts));
    object(kept.chain(rest.iter()).chain(counts))
}

fn object<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a RawValue)>,
) -> Result<Box<RawValue>, Refusal> {
    let mut json = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut json);
    serializer.collect_map(entries).map_err(|_| unmaskable())?;
    let json = String::from_utf8(json).map_err(|_| unmaskable())?;
    RawValue::from_string(json).map_err(|_| unmaskable())
}

fn unmaskable() -> Refusal {
    Refusal::invalid("the record cannot be masked")
}
