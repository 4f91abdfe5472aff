//! The guard of a step: it measures itself, is filled while it goes on, and ends on drop.

mod types;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;

use crate::mask::caught;
use crate::record::{AnyStep, Common, Error, Step, StepStatus, StepType, Value};

use super::begin::begins_steps;
use super::panic::Lookout;
use super::recorder::Recorder;

/// A step that goes on, of the type `K`: begun by [`RunHandle`](super::RunHandle) or by another
/// step, ended by its drop.
///
/// It has the setters of its type, which can be called from any thread. Steps that are begun from
/// it are its children, also after it has ended. Of a step that a panic ends the record says so.
/// Its `Debug` tells its number and no content.
///
/// ```
/// use epilogue::{Client, Status};
///
/// let logs = Client::from_env();
/// let run = logs.run("12345");
/// let plan = run.node("plan");
/// let call = plan.llm_call("openai", "gpt-4o");
/// call.input_tokens(812).output_tokens(64).cost("0.0031", "USD").finish_reason("stop");
/// call.end();
/// plan.decision("look the order up").end();
/// run.finish(Status::Success);
/// ```
#[must_use = "a step that is not kept ends at once"]
pub struct StepGuard<K> {
    /// `None` where nothing is recorded.
    recorder: Option<Arc<Recorder>>,
    /// `None` where it is not kept.
    id: Option<u32>,
    lookout: Lookout,
    kind: PhantomData<fn() -> K>,
}

impl<K> StepGuard<K> {
    pub(super) fn begin_in(
        recorder: Option<Arc<Recorder>>,
        parent: Option<u32>,
        step: impl FnOnce() -> Step<K>,
    ) -> Self
    where
        AnyStep: From<Step<K>>,
    {
        let id = recorder.as_ref().and_then(|recorder| recorder.begin(step(), parent));
        Self { recorder, id, lookout: Lookout::new(), kind: PhantomData }
    }

    /// Its number in the record, from 1; `None` where it is not kept.
    pub fn id(&self) -> Option<u32> {
        self.id
    }

    begins_steps!("step");

    /// How it ended.
    ///
    /// # Default
    /// See [`StepStatus`].
    pub fn status(&self, status: StepStatus) -> &Self {
        self.put_common(|step| &mut step.status, || Some(status))
    }

    /// Which try it is, from 1.
    pub fn attempt(&self, attempt: u32) -> &Self {
        self.put_common(|step| &mut step.attempt, || Some(attempt))
    }

    /// What goes in.
    pub fn input(&self, input: impl Serialize + Send + 'static) -> &Self {
        self.put_common(|step| &mut step.input, || Some(Value::new(input)))
    }

    /// What came out.
    pub fn output(&self, output: impl Serialize + Send + 'static) -> &Self {
        self.put_common(|step| &mut step.output, || Some(Value::new(output)))
    }

    /// What went wrong in it, for the step alone; [`fail`](Self::fail) tells the run too.
    pub fn error(&self, message: impl Into<String>) -> &Self {
        self.put_common(|step| &mut step.error, || Some(message.into()))
    }

    /// An error of the run that happened in this step, which has failed.
    ///
    /// ```
    /// use epilogue::{Client, record::Error};
    ///
    /// let logs = Client::from_env();
    /// let run = logs.run("12345");
    /// let call = run.tool_call("lookup_order");
    /// call.fail(Error::new("Timeout", "the order service did not answer").handled());
    /// # drop((call, run));
    /// ```
    pub fn fail(&self, error: impl Into<Error>) -> &Self {
        let Some(recorder) = &self.recorder else {
            return self;
        };
        let error = error.into();
        let error = match self.id {
            Some(id) => {
                let message = error.message().to_owned();
                recorder.with_step(id, |step| step.fail(message));
                error.step(id)
            }
            None => error,
        };
        recorder.set(|record| record.error(error));
        self
    }

    /// Anything else about it.
    pub fn attribute(
        &self,
        name: impl Into<Cow<'static, str>>,
        value: impl Serialize + Send + 'static,
    ) -> &Self {
        self.change(
            || (name.into(), Value::new(value)),
            |step, attribute| step.common().attributes.push(attribute),
        )
    }

    /// The step is over, before its guard is dropped.
    ///
    /// # Default
    /// Its drop ends it.
    pub fn end(&self) {
        if let Some((recorder, id)) = self.place() {
            recorder.end(id);
        }
    }

    fn begin<C>(&self, step: impl FnOnce() -> Step<C>) -> StepGuard<C>
    where
        AnyStep: From<Step<C>>,
    {
        StepGuard::begin_in(self.recorder.clone(), self.id, step)
    }

    fn place(&self) -> Option<(&Recorder, u32)> {
        Some((self.recorder.as_deref()?, self.id?))
    }

    /// Makes a value, where there is a place for it, and changes the step by it. What the change
    /// returns is dropped behind the recorder's lock.
    fn change<V, T>(
        &self,
        value: impl FnOnce() -> V,
        change: impl FnOnce(&mut AnyStep, V) -> T,
    ) -> &Self {
        match self.place() {
            Some((recorder, id)) => {
                let value = value();
                let _replaced = recorder.with_step(id, |step| change(step, value));
            }
            // A `Drop` of the host's that panics ends here.
            None => {
                let _ = caught(|| drop(value));
            }
        }
        self
    }

    fn put_common<T>(
        &self,
        place: impl FnOnce(&mut Common) -> &mut T,
        value: impl FnOnce() -> T,
    ) -> &Self {
        self.change(value, |step, value| std::mem::replace(place(step.common()), value))
    }

    /// Changes what steps of this type alone have.
    fn change_own<V, T>(
        &self,
        value: impl FnOnce() -> V,
        change: impl FnOnce(&mut K, V) -> T,
    ) -> &Self
    where
        K: StepType,
    {
        self.change(value, |step, value| K::of(step).map(|own| change(own, value)))
    }

    fn put<T>(&self, place: impl FnOnce(&mut K) -> &mut T, value: impl FnOnce() -> T) -> &Self
    where
        K: StepType,
    {
        self.change_own(value, |own, value| std::mem::replace(place(own), value))
    }
}

impl<K> Drop for StepGuard<K> {
    fn drop(&mut self) {
        let Some((recorder, id)) = self.place() else {
            return;
        };
        match self.lookout.panic() {
            Some(panic) => recorder.fall(id, &panic),
            None => recorder.end(id),
        }
    }
}

impl<K> fmt::Debug for StepGuard<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepGuard").field("id", &self.id).finish_non_exhaustive()
    }
}
