//! The steps of a run, typed: each type has the fields that it can have and no others.

mod any;
mod open;
mod types;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

pub use self::any::AnyStep;
pub use self::types::{LlmCall, Node, ReactIteration, Retrieval, ToolCall};

pub(crate) use self::open::StepType;

use super::value::Value;

/// One step of a run, of the type `K`.
///
/// Steps are numbered from 1 in the order in which a record gets them. The `Debug` of a step tells
/// its place in the run and no content.
///
/// ```
/// use std::time::Duration;
/// use epilogue::record::{Step, StepStatus};
///
/// let plan = Step::node("plan").decision("look the order up");
/// let call = Step::tool_call("lookup_order")
///     .parent(1)
///     .arguments(serde_json::json!({"order": "A-17"}))
///     .error("connection reset")
///     .took(Duration::from_millis(230));
/// let again = Step::tool_call("lookup_order").parent(1).attempt(2).result("shipped");
/// let answer = Step::llm_call("openai", "gpt-4o")
///     .input_tokens(812)
///     .output_tokens(64)
///     .cost("0.0031", "USD");
/// # let _ = (plan, call.status(StepStatus::Error), again, answer);
/// ```
#[must_use = "a step is added to a record with `Record::step`"]
pub struct Step<K> {
    common: Common,
    kind: K,
}

impl<K> fmt::Debug for Step<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("common", &self.common).finish_non_exhaustive()
    }
}

/// How a step ended.
///
/// # Default
/// [`StepStatus::Error`] where the step has an error, else [`StepStatus::Ok`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepStatus {
    /// It did what it was for.
    Ok,
    /// It failed.
    Error,
    /// It was not needed.
    Skipped,
}

impl StepStatus {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// What steps of every type have.
#[derive(Default)]
pub(crate) struct Common {
    pub(crate) name: Cow<'static, str>,
    parent: Option<u32>,
    start: Option<Duration>,
    took: Option<Duration>,
    pub(crate) status: Option<StepStatus>,
    pub(crate) attempt: Option<u32>,
    pub(crate) input: Option<Value>,
    pub(crate) output: Option<Value>,
    pub(crate) error: Option<String>,
    pub(crate) attributes: Vec<(Cow<'static, str>, Value)>,
}

impl fmt::Debug for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Common")
            .field("parent", &self.parent)
            .field("took", &self.took)
            .field("status", &self.status)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

impl<K> Step<K> {
    fn of(name: Cow<'static, str>, kind: K) -> Self {
        let common = Common { name, ..Common::default() };
        Self { common, kind }
    }

    /// The step that it belongs to, by its id: the first step is 1.
    pub fn parent(mut self, id: u32) -> Self {
        self.common.parent = Some(id);
        self
    }

    /// When it began, from the beginning of the run.
    pub fn started_after(mut self, offset: Duration) -> Self {
        self.common.start = Some(offset);
        self
    }

    /// How long it took.
    pub fn took(mut self, duration: Duration) -> Self {
        self.common.took = Some(duration);
        self
    }

    /// How it ended.
    ///
    /// # Default
    /// See [`StepStatus`].
    pub fn status(mut self, status: StepStatus) -> Self {
        self.common.status = Some(status);
        self
    }

    /// Which try it was, from 1.
    pub fn attempt(mut self, attempt: u32) -> Self {
        self.common.attempt = Some(attempt);
        self
    }

    /// What went in.
    pub fn input(mut self, input: impl Serialize + Send + 'static) -> Self {
        self.common.input = Some(Value::new(input));
        self
    }

    /// What came out.
    pub fn output(mut self, output: impl Serialize + Send + 'static) -> Self {
        self.common.output = Some(Value::new(output));
        self
    }

    /// What went wrong.
    pub fn error(mut self, message: impl Into<String>) -> Self {
        self.common.error = Some(message.into());
        self
    }

    /// Anything else about it.
    pub fn attribute(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Serialize + Send + 'static,
    ) -> Self {
        self.common.attributes.push((name.into(), Value::new(value)));
        self
    }
}

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
