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
use super::written::Written;

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
    /// A value's `Serialize` failed, panicked, or answered differently when it was asked twice.
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

    pub(super) fn named(name: &str) -> Option<Self> {
        let all = [Self::Pressure, Self::TooLarge, Self::Shutdown, Self::Unserializable];
        all.into_iter().find(|why| why.as_str() == name)
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
    /// The fields before the level, without the closing brace.
    head: Box<[u8]>,
    tail: Tail,
    trace: Option<TracePart>,
}

/// The fields behind the level but for the trace.
#[derive(Clone)]
enum Tail {
    /// To be written when the record is.
    Told(Told),
    /// Of a record that was written before.
    Written(Box<[u8]>),
}

impl Tail {
    fn told(&self) -> Option<&Told> {
        match self {
            Self::Told(told) => Some(told),
            Self::Written(_) => None,
        }
    }
}

/// What was masked and cut outside of the trace, and by which policy.
#[derive(Clone)]
struct Told {
    policy: Policy,
    report: Report,
    cuts: Cuts,
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
            head: head.json.into_boxed_slice(),
            tail: Tail::Told(Told { policy: policy.clone(), report: head.report, cuts: head.cuts }),
            trace,
        }
    }

    /// What is left of a record at [`Level::Off`].
    pub(super) fn nothing(id: Uuid) -> Self {
        Self {
            id,
            level: Level::Off,
            degraded: None,
            is_success: false,
            head: Box::default(),
            tail: Tail::Written(Box::default()),
            trace: None,
        }
    }

    /// A record that was written before, such as [`render`](Self::render) writes one. `None` where
    /// it is none.
    pub(crate) fn written(line: &[u8]) -> Option<Self> {
        let Written { id, level, degraded, is_success, head, tail, trace } = Written::parse(line)?;
        let trace = trace.map(|json| TracePart {
            json: json.into_boxed_slice(),
            report: Report::default(),
            cuts: Cuts::default(),
        });
        let (head, tail) = (head.into_boxed_slice(), Tail::Written(tail.into_boxed_slice()));
        Some(Self { id, level, degraded, is_success, head, tail, trace })
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
        let head = self.tail.told().map(|told| told.report).unwrap_or_default();
        self.trace.iter().fold(head, |report, trace| report.merged(&trace.report))
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
        match &self.tail {
            Tail::Written(tail) => out.extend_from_slice(tail),
            Tail::Told(told) => self.render_tail(told, sdk, out),
        }
        if let Some(trace) = &self.trace {
            out.extend_from_slice(b",\"trace\":");
            out.extend_from_slice(&trace.json);
        }
        out.push(b'}');
    }

    fn render_tail(&self, told: &Told, sdk: &wire::Sdk, out: &mut Vec<u8>) {
        field(out, "masking", &self.masking(&told.policy));
        if let Some(truncation) = self.truncation(told) {
            field(out, "truncation", &truncation);
        }
        field(out, "sdk", sdk);
    }

    /// How many bytes it holds, to within the few hundred that are written when it is rendered.
    pub(crate) fn size(&self) -> usize {
        let listed = self.listed_cuts().map(|cut| cut.path.len() + 40).sum::<usize>();
        let trace = self.trace.as_ref().map_or(0, |trace| trace.json.len());
        let tail = match &self.tail {
            Tail::Told(told) => told.policy.name().len() + TAIL_BYTES,
            Tail::Written(tail) => tail.len(),
        };
        self.head.len() + tail + listed + trace
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

    fn masking(&self, policy: &Policy) -> wire::Masking {
        wire::Masking {
            policy: policy.name().to_owned(),
            key_id: policy.key_id().to_owned(),
            counts: self
                .report()
                .iter()
                .map(|(entity, count)| (entity.as_str().to_owned(), count))
                .collect(),
        }
    }

    fn truncation(&self, told: &Told) -> Option<wire::Truncation> {
        let trace = self.trace.as_ref().map(|trace| &trace.cuts);
        let truncation = wire::Truncation {
            dropped_steps: trace.map_or(0, |cuts| cuts.dropped_steps),
            dropped_metrics: told.cuts.dropped_metrics,
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
        let head = self.tail.told().into_iter().flat_map(|told| &told.cuts.fields);
        head.chain(trace).take(MAX_LISTED_CUTS)
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
    fn a_record_that_was_written_is_the_same_when_it_is_read() {
        let record = Record::workflow("1").status(crate::Status::Success).state("x ".repeat(50));
        let sealed = record.seal(&Policy::default(), Level::FullTrace);
        let line = sealed.render();
        let mut read = Payload::written(line.as_bytes()).expect("a record");
        assert_eq!(read.id(), sealed.id());
        assert!(read.has_trace() && read.is_success());
        assert_eq!(read.render(), line);
        let freed = read.give_up_trace(Degraded::Pressure);
        assert!(freed >= 100);
        let again = Payload::written(read.render().as_bytes()).expect("a record");
        assert_eq!(again.level(), Level::MetricsOnly);
        assert_eq!(again.degraded(), Some(Degraded::Pressure));
        assert_eq!(again.render(), read.render());
    }

    #[test]
    fn what_is_no_record_is_not_read_as_one() {
        let record = Record::workflow("1").seal(&Policy::default(), Level::FullTrace).render();
        for line in [
            "",
            "{}",
            "[1]",
            &record[..record.len() - 1],
            &record[1..],
            &format!("{record}{record}"),
            &record.replace("record_id", "id"),
            &record.replace("FULL_TRACE", "ALL"),
            &record.replace(r#""trace":"#, r#""level":"FULL_TRACE","trace":"#),
        ] {
            assert!(Payload::written(line.as_bytes()).is_none(), "{line}");
        }
    }

    #[test]
    fn the_longest_tail_is_smaller_than_its_room() {
        let policy = Policy::builder().name("p".repeat(256)).build().expect("it is well");
        let mut payload = Record::workflow("1").seal(&policy, Level::MetricsOnly);
        let Tail::Told(told) = &mut payload.tail else { unreachable!("it was just sealed") };
        for entity in crate::mask::Entity::ALL {
            told.report.add(entity);
        }
        assert!(payload.render().len() + 256 < payload.size());
    }
}
