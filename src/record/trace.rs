//! What happened in a run: its input, its steps, its errors and where it ended.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use super::step::AnyStep;
use super::value::Value;

/// The most steps of one record; what comes after is counted in `truncation.dropped_steps`.
pub(crate) const MAX_STEPS: usize = 10_000;

/// How many steps were left out, and of which types.
#[derive(Debug, Default)]
pub(crate) struct LeftOut {
    steps: usize,
    pub(crate) react_iterations: usize,
    pub(crate) llm_calls: usize,
    pub(crate) tool_calls: usize,
}

impl LeftOut {
    pub(crate) fn count(&mut self, step: &AnyStep) {
        self.steps += 1;
        self.react_iterations += usize::from(step.is_react_iteration());
        self.llm_calls += usize::from(step.llm_usage().is_some());
        self.tool_calls += usize::from(step.is_tool_call());
    }
}

/// Everything of a record that `METRICS_ONLY` leaves out.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    pub(crate) input: Option<Value>,
    pub(crate) steps: Vec<AnyStep>,
    /// Steps of a run that were never held, because there were too many.
    pub(crate) left_out: LeftOut,
    pub(crate) errors: Vec<Error>,
    pub(crate) final_response: Option<FinalResponse>,
    pub(crate) state: Option<Value>,
}

impl Trace {
    pub(crate) fn dropped_steps(&self) -> usize {
        self.steps.len().saturating_sub(MAX_STEPS) + self.left_out.steps
    }

    /// All steps of the run.
    pub(crate) fn step_count(&self) -> usize {
        self.steps.len() + self.left_out.steps
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(input) = &self.input {
            map.serialize_entry("input", input)?;
        }
        if !self.steps.is_empty() {
            map.serialize_entry("steps", &Numbered(&self.steps))?;
        }
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        if let Some(response) = &self.final_response {
            map.serialize_entry("final_response", response)?;
        }
        if let Some(state) = &self.state {
            map.serialize_entry("state", state)?;
        }
        map.end()
    }
}

/// Steps with their ids, from 1 in their order.
struct Numbered<'a>(&'a [AnyStep]);

impl Serialize for Numbered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = &self.0[..self.0.len().min(MAX_STEPS)];
        let mut seq = serializer.serialize_seq(Some(kept.len()))?;
        for (step, id) in kept.iter().zip(1_u32..) {
            seq.serialize_element(&step.numbered(id))?;
        }
        seq.end()
    }
}

/// An error of the run. Its `Debug` tells its type and no text.
///
/// ```
/// use epilogue::{Record, record::Error};
///
/// let record = Record::workflow("12345")
///     .error(Error::new("Timeout", "the order service did not answer").handled().step(3));
/// # drop(record);
/// ```
#[derive(Clone, Serialize)]
pub struct Error {
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<u32>,
    #[serde(rename = "type")]
    kind: Cow<'static, str>,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<String>,
    handled: bool,
}

impl Error {
    /// An error of a type, such as `Timeout`, with what it says. It counts as not handled.
    pub fn new(kind: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { step: None, kind: kind.into(), message: message.into(), stack: None, handled: false }
    }

    /// The step it happened in, by its id: the first step is 1.
    pub fn step(mut self, id: u32) -> Self {
        self.step = Some(id);
        self
    }

    /// Where it happened, as text.
    pub fn stack(mut self, stack: impl Into<String>) -> Self {
        self.stack = Some(stack.into());
        self
    }

    /// The run went on in spite of it.
    pub fn handled(mut self) -> Self {
        self.handled = true;
        self
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_handled(&self) -> bool {
        self.handled
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("step", &self.step)
            .field("type", &self.kind)
            .field("handled", &self.handled)
            .finish_non_exhaustive()
    }
}

/// What the run answered in the end.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct FinalResponse {
    pub(crate) content: String,
    #[serde(skip_serializing_if = "is_no_number")]
    pub(crate) confidence: Option<f64>,
}

impl FinalResponse {
    /// A confidence that JSON cannot write, and that is left out.
    pub(crate) fn drops_confidence(&self) -> bool {
        self.confidence.is_some_and(|confidence| !confidence.is_finite())
    }
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference")]
fn is_no_number(confidence: &Option<f64>) -> bool {
    !confidence.is_some_and(f64::is_finite)
}
