//! A record on its way to the shipper's thread: moved, not looked at.

use std::fmt;
use std::time::SystemTime;

use crate::level::Level;
use crate::mask::Policy;

use super::payload::Payload;
use super::reasons::INTO_RECORD_PANICKED;
use super::seal::{Sealing, Walk};
use super::{IntoRecord, Outcome, Record, Status};
use crate::mask::caught;

/// What the client says of every record that does not say it itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Producer {
    pub(crate) client_id: String,
    pub(crate) environment: Option<String>,
    pub(crate) workflow_name: Option<String>,
    pub(crate) workflow_version: Option<String>,
}

/// A value of the host's that will be a record, opaque until it is sealed.
pub(crate) struct Unsealed {
    /// `None` only while it is being dropped.
    state: Option<Box<dyn Opaque>>,
    handed_over_at: SystemTime,
}

trait Opaque: Send {
    fn open(self: Box<Self>) -> Record;
}

impl<T: IntoRecord + Send> Opaque for T {
    fn open(self: Box<Self>) -> Record {
        (*self).into_record()
    }
}

impl Unsealed {
    pub(crate) fn new(state: impl IntoRecord + Send + 'static, handed_over_at: SystemTime) -> Self {
        Self { state: Some(Box::new(state)), handed_over_at }
    }

    /// The log builder, with what the client adds: `level` is asked for the record's outcome,
    /// once that is known.
    pub(crate) fn seal(
        mut self,
        policy: &Policy,
        producer: &Producer,
        max_bytes: usize,
        walk: Walk,
        level: impl FnOnce(&Outcome<'_>) -> Level,
    ) -> Payload {
        let state = self.state.take();
        let (mut record, walk) = match caught(|| state.map(Opaque::open)).flatten() {
            Some(record) => (record, walk),
            None => (unknown_run(), Walk::Failed),
        };
        record.created_at = record.created_at.min(self.handed_over_at);
        record.adopt(producer);
        let level = caught(|| level(&Outcome::of(&record)))
            // A rule that panics has not allowed a trace.
            .unwrap_or(Level::MetricsOnly);
        Sealing::new(record, policy).max_bytes(max_bytes).seal(level, walk)
    }
}

impl Drop for Unsealed {
    /// A `Drop` of the host's that panics ends here.
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            let _ = caught(|| drop(state));
        }
    }
}

impl fmt::Debug for Unsealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsealed").finish_non_exhaustive()
    }
}

/// All that is left to say when a state's `into_record` panicked.
fn unknown_run() -> Record {
    let mut record = Record::new("workflow").status(Status::Partial);
    record.status_reason = Some(INTO_RECORD_PANICKED.into());
    record
}

impl Record {
    fn adopt(&mut self, producer: &Producer) {
        let fill = |own: &mut Option<String>, default: Option<&String>| {
            if own.as_ref().is_none_or(|own| own.trim().is_empty()) {
                *own = default.cloned();
            }
        };
        fill(&mut self.client_id, Some(&producer.client_id));
        fill(&mut self.environment, producer.environment.as_ref());
        fill(&mut self.workflow_name, producer.workflow_name.as_ref());
        fill(&mut self.workflow_version, producer.workflow_version.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_the_clients() {
        let producer = Producer { client_id: "acme".into(), ..Producer::default() };
        let mut record = Record::workflow("1").client_id(" ").environment("test");
        record.adopt(&producer);
        assert_eq!(record.client_id.as_deref(), Some("acme"));
        assert_eq!(record.environment.as_deref(), Some("test"));
    }
}
