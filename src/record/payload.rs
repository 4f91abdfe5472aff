//! A sealed record: masked bytes in parts, so that a trace can be given up without sealing
//! again. Only this folder makes one, and only from what the masking serializer wrote.

use std::fmt;

use uuid::Uuid;

use crate::level::Level;
use crate::mask::{Cut, Policy, Report};
use crate::wire;

use super::Record;
use super::cuts::Cuts;
use super::head::Head;
use super::shorten;

/// Room for what is written behind the head besides the list of what was cut and the policy's
/// name: twelve counts, eight reasons of losses, the instance.
const TAIL_BYTES: usize = 1_024;
/// The most cut places that a record lists.
const MAX_LISTED_CUTS: usize = 64;

/// Why a trace that was configured is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Degraded {
    /// There was more to send than the budget holds.
    Pressure,
    /// The record was larger than the limit, and shortening its texts was not enough; or the
    /// collector said so.
    TooLarge,
    /// The process was about to end.
    Shutdown,
    /// A value's `Serialize` failed, panicked or told two different stories.
    Unserializable,
}

impl Degraded {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pressure => "pressure",
            Self::TooLarge => "too_large",
            Self::Shutdown => "shutdown",
            Self::Unserializable => "unserializable",
        }
    }
}

impl fmt::Display for Degraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A sealed record: masked, and ready to be sent.
///
/// Its `Debug` tells sizes and no content.
#[derive(Clone)]
pub struct Payload {
    id: Uuid,
    level: Level,
    degraded: Option<Degraded>,
    is_success: bool,
    policy: Policy,
    head: Box<[u8]>,
    head_report: Report,
    head_cuts: Cuts,
    trace: Option<TracePart>,
}

/// The trace, which may be given up.
#[derive(Clone)]
pub(super) struct TracePart {
    pub(super) json: Box<[u8]>,
    pub(super) report: Report,
    pub(super) cuts: Cuts,
}

impl Payload {
    pub(super) fn new(
        record: &Record,
        policy: &Policy,
        head: Head,
        trace: Option<TracePart>,
        degraded: Option<Degraded>,
    ) -> Self {
        Self {
            id: record.id,
            level: match &trace {
                Some(_) => Level::FullTrace,
                None => Level::MetricsOnly,
            },
            degraded,
            is_success: record.ending().is_success,
            policy: policy.clone(),
            head: head.json.into_boxed_slice(),
            head_report: head.report,
            head_cuts: head.cuts,
            trace,
        }
    }

    /// What is left of a record at [`Level::Off`].
    pub(super) fn nothing(id: Uuid, policy: &Policy) -> Self {
        Self {
            id,
            level: Level::Off,
            degraded: None,
            is_success: false,
            policy: policy.clone(),
            head: Box::default(),
            head_report: Report::default(),
            head_cuts: Cuts::default(),
            trace: None,
        }
    }

    /// The record's id, its idempotency key.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What the payload holds; [`Level::Off`] holds nothing.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Why a configured trace is missing.
    pub fn degraded(&self) -> Option<Degraded> {
        self.degraded
    }

    /// What was masked in what is sent.
    pub fn report(&self) -> Report {
        match &self.trace {
            Some(trace) => self.head_report.merged(&trace.report),
            None => self.head_report,
        }
    }

    /// The record as it is sent: one line of JSON; empty at [`Level::Off`].
    ///
    /// `sdk.instance` and `sdk.lost` are the shipper's to tell; they are left out here.
    pub fn render(&self) -> String {
        let sdk = wire::Sdk {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..wire::Sdk::default()
        };
        let mut out = Vec::with_capacity(self.size());
        self.render_into(&sdk, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Appends the record as it is sent.
    pub(crate) fn render_into(&self, sdk: &wire::Sdk, out: &mut Vec<u8>) {
        if self.level == Level::Off {
            return;
        }
        out.extend_from_slice(&self.head);
        field(out, "level", &self.level);
        if let Some(degraded) = self.degraded {
            field(out, "degraded", degraded.as_str());
        }
        field(out, "masking", &self.masking());
        if let Some(truncation) = self.truncation() {
            field(out, "truncation", &truncation);
        }
        field(out, "sdk", sdk);
        if let Some(trace) = &self.trace {
            out.extend_from_slice(b",\"trace\":");
            out.extend_from_slice(&trace.json);
        }
        out.push(b'}');
    }

    /// How many bytes it holds, to within the few hundred that are written when it is rendered.
    pub(crate) fn size(&self) -> usize {
        let listed = self.listed_cuts().map(|cut| cut.path.len() + 40).sum::<usize>();
        let trace = self.trace.as_ref().map_or(0, |trace| trace.json.len());
        self.head.len() + TAIL_BYTES + self.policy.name().len() + listed + trace
    }

    pub(crate) fn is_success(&self) -> bool {
        self.is_success
    }

    pub(crate) fn has_trace(&self) -> bool {
        self.trace.is_some()
    }

    /// Consent was taken back: no more than `level` may be sent.
    pub(crate) fn lower(&mut self, level: Level) {
        if level < self.level {
            self.trace = None;
            self.level = level;
        }
    }

    /// Gives up the trace to make room or time. Returns how many bytes that freed.
    pub(crate) fn give_up_trace(&mut self, why: Degraded) -> usize {
        let before = self.size();
        if self.trace.take().is_some() {
            self.level = Level::MetricsOnly;
            self.degraded = Some(why);
        }
        before - self.size()
    }

    /// Shortens the largest texts of the trace until the record fits; where that is not enough,
    /// the trace goes.
    pub(super) fn fit(&mut self, max_bytes: usize) {
        // The list of what was cut takes room itself, which is known only once it is there.
        for _ in 0..3 {
            let size = self.size();
            let Some(trace) = self.trace.as_mut().filter(|_| size > max_bytes) else {
                return;
            };
            let around = size - trace.json.len();
            let room = max_bytes.saturating_sub(around + MAX_LISTED_CUTS * 64);
            let Some((json, cuts)) = shorten::shorten(&trace.json, room, "trace") else {
                break;
            };
            trace.json = json.into_boxed_slice();
            add_cuts(&mut trace.cuts.fields, cuts);
        }
        if self.size() > max_bytes {
            self.give_up_trace(Degraded::TooLarge);
        }
    }

    fn masking(&self) -> wire::Masking {
        wire::Masking {
            policy: self.policy.name().to_owned(),
            key_id: self.policy.key_id().to_owned(),
            counts: self
                .report()
                .iter()
                .map(|(entity, count)| (entity.as_str().to_owned(), count))
                .collect(),
        }
    }

    fn truncation(&self) -> Option<wire::Truncation> {
        let trace = self.trace.as_ref().map(|trace| &trace.cuts);
        let truncation = wire::Truncation {
            dropped_steps: trace.map_or(0, |cuts| cuts.dropped_steps),
            dropped_metrics: self.head_cuts.dropped_metrics,
            fields: self
                .listed_cuts()
                .map(|cut| wire::TruncatedField {
                    path: cut.path.clone(),
                    original_bytes: cut.original_bytes.map(|bytes| bytes as u64),
                })
                .collect(),
        };
        (truncation != wire::Truncation::default()).then_some(truncation)
    }

    fn listed_cuts(&self) -> impl Iterator<Item = &Cut> {
        let trace = self.trace.iter().flat_map(|trace| &trace.cuts.fields);
        self.head_cuts.fields.iter().chain(trace).take(MAX_LISTED_CUTS)
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("id", &self.id)
            .field("level", &self.level)
            .field("degraded", &self.degraded)
            .field("bytes", &self.size())
            .finish_non_exhaustive()
    }
}

/// Lists what was cut: a text that is cut again keeps the size it had first.
fn add_cuts(listed: &mut Vec<Cut>, cuts: Vec<Cut>) {
    for cut in cuts.into_iter().take(MAX_LISTED_CUTS) {
        if !listed.iter().any(|known| known.path == cut.path) {
            listed.push(cut);
        }
    }
}

fn field(out: &mut Vec<u8>, name: &str, value: &(impl serde::Serialize + ?Sized)) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    // Writing to memory cannot fail, and these values always serialize.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_cut_twice_is_listed_once_with_its_first_size() {
        let cut = |path: &str, bytes| Cut { path: path.to_owned(), original_bytes: Some(bytes) };
        let mut listed = vec![cut("a", 9)];
        add_cuts(&mut listed, vec![cut("a", 5), cut("b", 7)]);
        assert_eq!(listed, [cut("a", 9), cut("b", 7)]);
        let many = (0..1_000).map(|index| cut(&format!("c{index}"), 1)).collect();
        add_cuts(&mut listed, many);
        assert_eq!(listed.len(), 2 + MAX_LISTED_CUTS);
    }

    #[test]
    fn the_longest_tail_is_smaller_than_its_room() {
        let policy = Policy::builder().name("p".repeat(256)).build().expect("it is well");
        let mut payload = Record::workflow("1").seal(&policy, Level::MetricsOnly);
        for entity in crate::mask::Entity::ALL {
            payload.head_report.add(entity);
        }
        assert!(payload.render().len() + 256 < payload.size());
    }
}
