//! A step of any type, and how it stands on the wire.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::cost::Cost;
use super::super::value::Value;
use super::{Common, LlmCall, Node, ReactIteration, Retrieval, Step, StepStatus, ToolCall};

/// A step of any type, as a record keeps it.
pub struct AnyStep {
    pub(super) common: Common,
    pub(super) kind: Kind,
}

impl fmt::Debug for AnyStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStep")
            .field("type", &self.kind.name())
            .field("common", &self.common)
            .finish_non_exhaustive()
    }
}

pub(super) enum Kind {
    Node(Node),
    ReactIteration(ReactIteration),
    ToolCall(ToolCall),
    LlmCall(LlmCall),
    Retrieval(Retrieval),
}

/// Every type of step becomes one that a record can keep.
macro_rules! any_step_from {
    ($($kind:ident),+) => {$(
        impl From<Step<$kind>> for AnyStep {
            fn from(step: Step<$kind>) -> Self {
                Self { common: step.common, kind: Kind::$kind(step.kind) }
            }
        }
    )+};
}

any_step_from!(Node, ReactIteration, ToolCall, LlmCall, Retrieval);

impl AnyStep {
    pub(crate) fn is_tool_call(&self) -> bool {
        matches!(self.kind, Kind::ToolCall(_))
    }

    pub(crate) fn is_react_iteration(&self) -> bool {
        matches!(self.kind, Kind::ReactIteration(_))
    }

    pub(crate) fn failed(&self) -> bool {
        self.status() == StepStatus::Error
    }

    /// Tokens in, tokens out and cost, where it is a call of a model.
    pub(crate) fn llm_usage(&self) -> Option<(u64, u64, Option<&Cost>)> {
        match &self.kind {
            Kind::LlmCall(call) => Some((
                call.input_tokens.unwrap_or_default(),
                call.output_tokens.unwrap_or_default(),
                call.cost.as_ref(),
            )),
            _ => None,
        }
    }

    pub(crate) fn numbered(&self, id: u32) -> NumberedStep<'_> {
        NumberedStep { id, step: self }
    }

    fn status(&self) -> StepStatus {
        let default = match self.common.error {
            Some(_) => StepStatus::Error,
            None => StepStatus::Ok,
        };
        self.common.status.unwrap_or(default)
    }
}

/// A step with its place in the run, as it stands on the wire.
#[derive(Debug)]
pub(crate) struct NumberedStep<'a> {
    id: u32,
    step: &'a AnyStep,
}

impl Serialize for NumberedStep<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let common = &self.step.common;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        entry(&mut map, "parent", common.parent.as_ref())?;
        map.serialize_entry("type", self.step.kind.name())?;
        map.serialize_entry("name", &common.name)?;
        entry(&mut map, "start_ms", common.start.map(milliseconds).as_ref())?;
        entry(&mut map, "duration_ms", common.took.map(milliseconds).as_ref())?;
        map.serialize_entry("status", self.step.status().as_str())?;
        entry(&mut map, "attempt", common.attempt.as_ref())?;
        entry(&mut map, "input", common.input.as_ref())?;
        entry(&mut map, "output", common.output.as_ref())?;
        entry(&mut map, "error", common.error.as_ref())?;
        if !common.attributes.is_empty() {
            map.serialize_entry("attributes", &Attributes(&common.attributes))?;
        }
        self.step.kind.fields(&mut map)?;
        map.end()
    }
}

impl Kind {
    const fn name(&self) -> &'static str {
        match self {
            Self::Node(_) => "node",
            Self::ReactIteration(_) => "react_iteration",
            Self::ToolCall(_) => "tool_call",
            Self::LlmCall(_) => "llm_call",
            Self::Retrieval(_) => "retrieval",
        }
    }

    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Node(node) => node.fields(map),
            Self::ReactIteration(react) => react.fields(map),
            Self::ToolCall(call) => call.fields(map),
            Self::LlmCall(call) => call.fields(map),
            Self::Retrieval(retrieval) => retrieval.fields(map),
        }
    }
}

/// Absent values are left out.
pub(super) fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(key, value),
        None => Ok(()),
    }
}

/// Milliseconds with three decimals: a step may take less than one.
fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}

struct Attributes<'a>(&'a [(Cow<'static, str>, Value)]);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(step: impl Into<AnyStep>) -> serde_json::Value {
        serde_json::to_value(step.into().numbered(1)).expect("it serializes")
    }

    #[test]
    fn a_step_has_the_fields_of_its_type_and_no_nulls() {
        let step = Step::llm_call("openai", "gpt-4o")
            .took(Duration::from_micros(1_500))
            .output_tokens(7)
            .cost("0.10", "USD");
        assert_eq!(
            json(step),
            serde_json::json!({
                "id": 1, "type": "llm_call", "name": "gpt-4o", "duration_ms": 1.5, "status": "ok",
                "provider": "openai", "model": "gpt-4o", "output_tokens": 7,
                "cost": {"amount": "0.10", "currency": "USD"},
            })
        );
    }

    #[test]
    fn a_score_that_is_no_number_is_left_out() {
        let step = Step::retrieval("faq").document("a", f64::NAN).document("b", 0.5);
        let documents = serde_json::json!([{"id": "a"}, {"id": "b", "score": 0.5}]);
        assert_eq!(json(step)["documents"], documents);
    }

    #[test]
    fn an_error_makes_the_step_failed_unless_its_status_says_otherwise() {
        assert_eq!(json(Step::node("a").error("no"))["status"], "error");
        let skipped = Step::node("a").error("no").status(StepStatus::Skipped);
        assert_eq!(json(skipped)["status"], "skipped");
    }
}
