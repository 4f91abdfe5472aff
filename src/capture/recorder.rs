//! What a run has left behind so far, shared by all that tell of it: the guard of the run, its
//! handles, its steps.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use crate::record::{AnyStep, Error, MAX_STEPS, Record, Status};

use super::panic::{Panic, PanicId};

/// Gathers one record, from any number of threads.
///
/// The lock is held for moves alone: what is given to a closure runs under it and must not drop,
/// serialize or otherwise ask a value of the host's. When the record is closed there is nothing
/// left to hold, and all that comes later is dropped.
pub(crate) struct Recorder {
    begun: Instant,
    recording: Mutex<Option<Recording>>,
}

struct Recording {
    record: Record,
    most_steps: usize,
    /// The innermost step that the last panic ended.
    fallen: Option<(PanicId, u32)>,
}

impl Recorder {
    /// Begins to gather this record; the run begins now.
    pub(crate) fn new(record: Record) -> Self {
        let record = record.started_at(SystemTime::now());
        let recording = Recording { record, most_steps: MAX_STEPS, fallen: None };
        Self { begun: Instant::now(), recording: Mutex::new(Some(recording)) }
    }

    /// Keeps no more steps than that; never more than a record can hold.
    pub(crate) fn limit_steps(&self, most: usize) {
        self.with(|recording| recording.most_steps = most.min(MAX_STEPS));
    }

    /// A step begins: it gets the next number, and its place in the record. `None` where it is
    /// not kept.
    pub(crate) fn begin(&self, step: impl Into<AnyStep>, parent: Option<u32>) -> Option<u32> {
        // Taken out where it is kept; otherwise it is dropped behind the lock.
        let mut step = Some(step.into());
        let id = self.with(|recording| {
            let id = recording.record.next_step(recording.most_steps, step.as_ref()?)?;
            let mut step = step.take()?;
            // Under the lock, so that the numbers are in the order of the beginnings.
            step.begin(parent, self.begun.elapsed());
            recording.record.push_step(step);
            Some(id)
        });
        id.flatten()
    }

    /// A step ends.
    pub(crate) fn end(&self, id: u32) {
        let now = self.begun.elapsed();
        self.with_step(id, |step| step.end(now));
    }

    /// A step ends because its thread panics.
    pub(super) fn fall(&self, id: u32, panic: &Panic) {
        let (now, message) = (self.begun.elapsed(), panic.to_string());
        self.with(|recording| {
            let step = recording.record.step_mut(id);
            let Some(step) = step.and_then(|step| step.end(now).then_some(step)) else {
                return;
            };
            step.fail(message);
            if recording.fallen.is_none_or(|(known, _)| known != panic.id()) {
                recording.fallen = Some((panic.id(), id));
            }
        });
    }

    /// Puts a step in the place of the one that began with this number; its parent and its
    /// beginning stay.
    #[cfg(any(test, feature = "tracing-layer"))]
    pub(crate) fn put(&self, id: u32, step: impl Into<AnyStep>) {
        let step = step.into();
        // The other one is dropped behind the lock.
        let _other = self.with_step(id, |begun| begun.replace(step));
    }

    /// Looks at a step, or changes it. What it returns is dropped behind the lock.
    pub(crate) fn with_step<T>(
        &self,
        id: u32,
        change: impl FnOnce(&mut AnyStep) -> T,
    ) -> Option<T> {
        let changed = self.with(|recording| match recording.record.step_mut(id) {
            Some(step) => Ok(change(step)),
            // What it holds is dropped behind the lock.
            None => Err(change),
        });
        changed?.ok()
    }

    /// Looks at the record, or changes it. What it returns is dropped behind the lock.
    pub(crate) fn with_record<T>(&self, change: impl FnOnce(&mut Record) -> T) -> Option<T> {
        self.with(|recording| change(&mut recording.record))
    }

    /// Changes the record by one of its setters; not by one that replaces a value of the host's.
    pub(crate) fn set(&self, set: impl FnOnce(Record) -> Record) {
        let mut lock = self.lock();
        if let Some(mut recording) = lock.take() {
            recording.record = set(recording.record);
            *lock = Some(recording);
        }
    }

    /// The run has ended like this; what the host has said of it is kept.
    pub(crate) fn end_as(&self, status: Status, reason: &str) {
        self.set(|record| record.status(status).default_reason(reason));
    }

    /// The run has ended because its thread panics.
    pub(super) fn crash(&self, panic: &Panic) {
        let fallen = self.with(|recording| recording.fallen).flatten();
        let mut error = Error::new("panic", panic.message());
        if let Some(place) = panic.place() {
            error = error.stack(place);
        }
        if let Some((_, id)) = fallen.filter(|(known, _)| *known == panic.id()) {
            error = error.step(id);
        }
        self.set(|record| record.error(error));
        self.end_as(Status::Crashed, &panic.reason());
    }

    /// The record as it is now; the first time. Nothing is gathered any more.
    pub(crate) fn close(&self) -> Option<Record> {
        let recording = self.lock().take()?;
        Some(recording.record.took(self.begun.elapsed()))
    }

    fn with<T>(&self, change: impl FnOnce(&mut Recording) -> T) -> Option<T> {
        // What the closure holds outlives the lock, also where there is nothing to change.
        let mut lock = self.lock();
        let recording = lock.as_mut()?;
        Some(change(recording))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Recording>> {
        // Nothing that can be half done is done under the lock.
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("begun", &self.begun).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use serde::{Serialize, Serializer};

    use super::*;
    use crate::level::Level;
    use crate::mask::Policy;
    use crate::record::{Step, StepType, ToolCall, Value};

    fn trace(record: Record) -> serde_json::Value {
        let json = record.seal(&Policy::default(), Level::FullTrace).render();
        serde_json::from_str::<serde_json::Value>(&json).expect("a record")["trace"].clone()
    }

    #[test]
    fn steps_stand_in_the_order_of_their_beginnings_whichever_ends_first() {
        let recorder = Recorder::new(Record::workflow("1"));
        let outer = recorder.begin(Step::node("outer"), None).expect("kept");
        let inner = recorder.begin(Step::tool_call("inner"), Some(outer)).expect("kept");
        recorder.end(inner);
        recorder.put(outer, Step::node("renamed").decision("done"));
        let steps = &trace(recorder.close().expect("the first time"))["steps"];
        assert_eq!(steps[0]["name"], "renamed");
        assert_eq!(steps[0]["decision"], "done");
        assert_eq!(steps[0].get("duration_ms"), None);
        assert_eq!(steps[1]["parent"], 1);
        assert!(steps[1]["duration_ms"].is_number());
    }

    #[test]
    fn nothing_is_gathered_when_the_record_is_closed() {
        let recorder = Recorder::new(Record::workflow("1"));
        let id = recorder.begin(Step::node("a"), None).expect("kept");
        assert!(recorder.close().is_some());
        recorder.end(id);
        recorder.set(|record| record.tag("late"));
        assert!(recorder.begin(Step::node("b"), None).is_none());
        assert!(recorder.with_step(id, |_| ()).is_none());
        assert!(recorder.close().is_none());
    }

    /// Tells, when it is dropped, whether the recorder could be used meanwhile.
    struct Probe(Arc<Recorder>, Arc<AtomicBool>);

    impl Serialize for Probe {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }

    impl Drop for Probe {
        fn drop(&mut self) {
            self.1.store(self.0.recording.try_lock().is_ok(), Ordering::SeqCst);
        }
    }

    #[test]
    fn no_value_of_the_hosts_is_dropped_under_the_lock() {
        let recorder = Arc::new(Recorder::new(Record::workflow("1")));
        let was_free = Arc::new(AtomicBool::new(false));
        let probe = || Value::new(Probe(Arc::clone(&recorder), Arc::clone(&was_free)));
        let drops: [fn(&Recorder, u32, Value); 5] = [
            |recorder, id, value| {
                let fill = |value| {
                    recorder.with_step(id, |step| {
                        ToolCall::of(step)
                            .and_then(|call| std::mem::replace(&mut call.result, value))
                    })
                };
                fill(Some(value));
                fill(None);
            },
            |recorder, id, value| {
                recorder.put(id, Step::node("a").input(value));
                recorder.put(id, Step::tool_call("b"));
            },
            |recorder, _, value| {
                recorder.with_step(99, |step| step.common().input = Some(value));
            },
            |recorder, _, value| {
                recorder.limit_steps(0);
                assert!(recorder.begin(Step::node("a").input(value), None).is_none());
            },
            |recorder, _, value| {
                drop(recorder.close());
                recorder.with_record(|record| record.replace_state(value));
            },
        ];
        let id = recorder.begin(Step::tool_call("a"), None).expect("kept");
        for (number, drops) in drops.into_iter().enumerate() {
            was_free.store(false, Ordering::SeqCst);
            drops(&recorder, id, probe());
            assert!(was_free.load(Ordering::SeqCst), "{number}");
        }
    }

    #[test]
    fn a_poisoned_lock_is_no_panic() {
        let recorder = Recorder::new(Record::workflow("1"));
        let id = recorder.begin(Step::node("a"), None).expect("kept");
        let panicked =
            crate::mask::caught(|| recorder.with_step(id, |_| -> u8 { panic!("on purpose") }));
        assert!(panicked.is_none());
        recorder.end(id);
        assert!(
            trace(recorder.close().expect("still there"))["steps"][0]["duration_ms"].is_number()
        );
    }
}
