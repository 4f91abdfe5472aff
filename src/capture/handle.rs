//! What can be said of a run from anywhere while it goes on.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::record::{AnyStep, Error, MetricValue, Record, Step, Value};

use super::begin::begins_steps;
use super::recorder::Recorder;
use super::step::StepGuard;

/// A handle to a run that goes on: cheap to clone, to be taken into other tasks and threads.
///
/// A [`Run`](super::Run) is one too, so that everything here can be said of the run itself. A
/// handle does not keep the run open: what is said after its end is dropped, and so is everything
/// where the client is disabled or its level was OFF when the run began. The handle's `Debug`
/// shows no content.
///
/// ```
/// use epilogue::{Client, Status};
///
/// let logs = Client::from_env();
/// let run = logs.run("12345");
/// let handle = run.handle();
/// let worker = std::thread::spawn(move || {
///     let call = handle.tool_call("lookup_order");
///     call.arguments("A-1017").result("shipped");
///     handle.metric("orders_seen", 1);
/// });
/// worker.join().unwrap();
/// run.finish(Status::Success);
/// ```
#[derive(Clone)]
pub struct RunHandle {
    /// `None` where nothing is recorded.
    recorder: Option<Arc<Recorder>>,
}

impl RunHandle {
    pub(super) fn new(recorder: Option<Recorder>) -> Self {
        Self { recorder: recorder.map(Arc::new) }
    }

    pub(super) fn recorder(&self) -> Option<&Recorder> {
        self.recorder.as_deref()
    }

    begins_steps!("run");

    /// A number by its name, as [`Record::metric`] takes it.
    pub fn metric(&self, name: impl Into<Cow<'static, str>>, value: impl MetricValue) -> &Self {
        let (name, value) = (name.into(), value.into_metric());
        self.set(|record| record.metric(name, value))
    }

    /// What went wrong. Where it went wrong in a step, say it there: [`StepGuard::fail`].
    pub fn error(&self, error: impl Into<Error>) -> &Self {
        let error = error.into();
        self.set(|record| record.error(error))
    }

    /// A label, masked; at most 64.
    pub fn tag(&self, tag: impl Into<String>) -> &Self {
        let tag = tag.into();
        self.set(|record| record.tag(tag))
    }

    /// What the run is about, such as `PRODUCT_SUPPORT`.
    pub fn category(&self, category: impl Into<String>) -> &Self {
        let category = category.into();
        self.set(|record| record.category(category))
    }

    /// Why it ends as it does: one line, masked, at most 1,024 bytes.
    ///
    /// # Default
    /// None; of a run that was not finished, that and how it ended.
    pub fn status_reason(&self, reason: impl Into<String>) -> &Self {
        let reason = reason.into();
        self.set(|record| record.status_reason(reason))
    }

    /// The ISO 4217 code of `metrics.cost`, as [`Record::currency`] takes it.
    pub fn currency(&self, code: impl Into<Cow<'static, str>>) -> &Self {
        let code = code.into();
        self.set(|record| record.currency(code))
    }

    /// A name or address that is masked wherever the record tells it, beside those that its own
    /// fields tell.
    pub fn identity(&self, text: impl Into<String>) -> &Self {
        let text = text.into();
        self.set(|record| record.identity(text))
    }

    /// Which workflow runs.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_name(&self, name: impl Into<String>) -> &Self {
        let name = name.into();
        self.set(|record| record.workflow_name(name))
    }

    /// In which version.
    ///
    /// # Default
    /// The client's.
    pub fn workflow_version(&self, version: impl Into<String>) -> &Self {
        let version = version.into();
        self.set(|record| record.workflow_version(version))
    }

    /// `production`, `staging`, …
    ///
    /// # Default
    /// The client's.
    pub fn environment(&self, environment: impl Into<String>) -> &Self {
        let environment = environment.into();
        self.set(|record| record.environment(environment))
    }

    /// Which run of the ticket it is: 1 for the first.
    pub fn attempt(&self, attempt: u32) -> &Self {
        self.set(|record| record.attempt(attempt))
    }

    /// What the run was given.
    pub fn input(&self, input: impl Serialize + Send + 'static) -> &Self {
        let input = Value::new(input);
        self.change(|record| record.replace_input(input))
    }

    /// What the run answers in the end.
    pub fn final_response(&self, content: impl Into<String>) -> &Self {
        let content = content.into();
        self.set(|record| record.final_response(content))
    }

    /// How sure the run is of its answer, usually from 0 to 1.
    pub fn final_confidence(&self, confidence: f64) -> &Self {
        self.set(|record| record.final_confidence(confidence))
    }

    /// The host's own state as far as it is known; the last one stays, however the run ends.
    pub fn state(&self, state: impl Serialize + Send + 'static) -> &Self {
        let state = Value::new(state);
        self.change(|record| record.replace_state(state))
    }

    fn begin<K>(&self, step: impl FnOnce() -> Step<K>) -> StepGuard<K>
    where
        AnyStep: From<Step<K>>,
    {
        StepGuard::begin_in(self.recorder.clone(), None, step)
    }

    fn set(&self, set: impl FnOnce(Record) -> Record) -> &Self {
        if let Some(recorder) = &self.recorder {
            recorder.set(set);
        }
        self
    }

    /// What the change returns is dropped behind the recorder's lock.
    fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> &Self {
        if let Some(recorder) = &self.recorder {
            let _replaced = recorder.with_record(change);
        }
        self
    }
}

impl fmt::Debug for RunHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunHandle")
            .field("records", &self.recorder.is_some())
            .finish_non_exhaustive()
    }
}
