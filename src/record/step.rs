//! The steps of a run, typed: each type has the fields that it can have and no others.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::cost::{Amount, Cost};
use super::value::Value;

/// One step of a run, of the type `K`.
///
/// Steps are numbered from 1 in the order in which a record gets them.
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
#[derive(Debug)]
#[must_use = "a step is added to a record with `Record::step`"]
pub struct Step<K> {
    common: Common,
    kind: K,
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

#[derive(Debug, Default)]
struct Common {
    name: Cow<'static, str>,
    parent: Option<u32>,
    start: Option<Duration>,
    took: Option<Duration>,
    status: Option<StepStatus>,
    attempt: Option<u32>,
    input: Option<Value>,
    output: Option<Value>,
    error: Option<String>,
    attributes: Vec<(Cow<'static, str>, Value)>,
}

/// A node of the workflow's graph, or an agent that it called.
#[derive(Debug, Default)]
pub struct Node {
    decision: Option<Value>,
}

/// One round of reasoning and acting.
#[derive(Debug, Default)]
pub struct ReactIteration {
    iteration: u32,
    thought: Option<String>,
    action: Option<Value>,
    observation: Option<Value>,
}

/// A call of a tool.
#[derive(Debug, Default)]
pub struct ToolCall {
    call_id: Option<String>,
    arguments: Option<Value>,
    result: Option<Value>,
}

/// A call of a language model.
#[derive(Debug, Default)]
pub struct LlmCall {
    provider: Cow<'static, str>,
    model: Cow<'static, str>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    cost: Option<Cost>,
    finish_reason: Option<Cow<'static, str>>,
}

/// A search in documents.
#[derive(Debug, Default)]
pub struct Retrieval {
    query: Option<String>,
    documents: Vec<Document>,
}

#[derive(Debug, Serialize)]
struct Document {
    id: String,
    score: f64,
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

impl Step<Node> {
    /// A node of the workflow.
    pub fn node(name: impl Into<Cow<'static, str>>) -> Self {
        Self::of(name.into(), Node::default())
    }

    /// What it decided.
    pub fn decision(mut self, decision: impl Serialize + Send + 'static) -> Self {
        self.kind.decision = Some(Value::new(decision));
        self
    }
}

impl Step<ReactIteration> {
    /// One round of reasoning and acting, counted from 1.
    pub fn react_iteration(iteration: u32) -> Self {
        let kind = ReactIteration { iteration, ..ReactIteration::default() };
        Self::of("react".into(), kind)
    }

    /// What the model thought.
    pub fn thought(mut self, thought: impl Into<String>) -> Self {
        self.kind.thought = Some(thought.into());
        self
    }

    /// What it did then.
    pub fn action(mut self, action: impl Serialize + Send + 'static) -> Self {
        self.kind.action = Some(Value::new(action));
        self
    }

    /// What it saw then.
    pub fn observation(mut self, observation: impl Serialize + Send + 'static) -> Self {
        self.kind.observation = Some(Value::new(observation));
        self
    }
}

impl Step<ToolCall> {
    /// A call of a tool by its name.
    pub fn tool_call(name: impl Into<Cow<'static, str>>) -> Self {
        Self::of(name.into(), ToolCall::default())
    }

    /// The id that the model gave the call.
    pub fn call_id(mut self, id: impl Into<String>) -> Self {
        self.kind.call_id = Some(id.into());
        self
    }

    /// What the tool was asked.
    pub fn arguments(mut self, arguments: impl Serialize + Send + 'static) -> Self {
        self.kind.arguments = Some(Value::new(arguments));
        self
    }

    /// What it answered.
    pub fn result(mut self, result: impl Serialize + Send + 'static) -> Self {
        self.kind.result = Some(Value::new(result));
        self
    }
}

impl Step<LlmCall> {
    /// A call of a provider's model, such as `openai` and `gpt-4o`.
    pub fn llm_call(
        provider: impl Into<Cow<'static, str>>,
        model: impl Into<Cow<'static, str>>,
    ) -> Self {
        let model = model.into();
        let kind =
            LlmCall { provider: provider.into(), model: model.clone(), ..LlmCall::default() };
        Self::of(model, kind)
    }

    /// Tokens that went in.
    pub fn input_tokens(mut self, tokens: u64) -> Self {
        self.kind.input_tokens = Some(tokens);
        self
    }

    /// Tokens that came out.
    pub fn output_tokens(mut self, tokens: u64) -> Self {
        self.kind.output_tokens = Some(tokens);
        self
    }

    /// Tokens of the input that were read from a cache.
    pub fn cache_read_tokens(mut self, tokens: u64) -> Self {
        self.kind.cache_read_tokens = Some(tokens);
        self
    }

    /// Tokens that went into reasoning.
    pub fn reasoning_tokens(mut self, tokens: u64) -> Self {
        self.kind.reasoning_tokens = Some(tokens);
        self
    }

    /// What it cost: decimal text or a number, and an ISO 4217 code such as `USD`.
    pub fn cost(
        mut self,
        amount: impl Into<Amount>,
        currency: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.kind.cost =
            Some(Cost { amount: amount.into().into_text(), currency: currency.into() });
        self
    }

    /// Why the model stopped, such as `stop` or `length`.
    pub fn finish_reason(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.kind.finish_reason = Some(reason.into());
        self
    }
}

impl Step<Retrieval> {
    /// A search in a collection of documents.
    pub fn retrieval(name: impl Into<Cow<'static, str>>) -> Self {
        Self::of(name.into(), Retrieval::default())
    }

    /// What was searched for.
    pub fn query(mut self, query: impl Into<String>) -> Self {
        self.kind.query = Some(query.into());
        self
    }

    /// A document that was found, with its score.
    pub fn document(mut self, id: impl Into<String>, score: f64) -> Self {
        let id = id.into();
        self.kind.documents.push(Document { id, score });
        self
    }
}

/// A step of any type, as a record keeps it.
#[derive(Debug)]
pub struct AnyStep {
    common: Common,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
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
        entry(&mut map, "parent", &common.parent)?;
        map.serialize_entry("type", self.step.kind.name())?;
        map.serialize_entry("name", &common.name)?;
        entry(&mut map, "start_ms", &common.start.map(milliseconds))?;
        entry(&mut map, "duration_ms", &common.took.map(milliseconds))?;
        map.serialize_entry("status", self.step.status().as_str())?;
        entry(&mut map, "attempt", &common.attempt)?;
        entry(&mut map, "input", &common.input)?;
        entry(&mut map, "output", &common.output)?;
        entry(&mut map, "error", &common.error)?;
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
            Self::Node(node) => entry(map, "decision", &node.decision),
            Self::ReactIteration(react) => react.fields(map),
            Self::ToolCall(call) => call.fields(map),
            Self::LlmCall(call) => call.fields(map),
            Self::Retrieval(retrieval) => retrieval.fields(map),
        }
    }
}

impl ReactIteration {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("iteration", &self.iteration)?;
        entry(map, "thought", &self.thought)?;
        entry(map, "action", &self.action)?;
        entry(map, "observation", &self.observation)
    }
}

impl ToolCall {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        entry(map, "call_id", &self.call_id)?;
        entry(map, "arguments", &self.arguments)?;
        entry(map, "result", &self.result)
    }
}

impl LlmCall {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("provider", &self.provider)?;
        map.serialize_entry("model", &self.model)?;
        entry(map, "input_tokens", &self.input_tokens)?;
        entry(map, "output_tokens", &self.output_tokens)?;
        entry(map, "cache_read_tokens", &self.cache_read_tokens)?;
        entry(map, "reasoning_tokens", &self.reasoning_tokens)?;
        entry(map, "cost", &self.cost)?;
        entry(map, "finish_reason", &self.finish_reason)
    }
}

impl Retrieval {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        entry(map, "query", &self.query)?;
        if self.documents.is_empty() {
            return Ok(());
        }
        map.serialize_entry("documents", &self.documents)
    }
}

/// Absent values are left out.
fn entry<M: SerializeMap, T: Serialize>(
    map: &mut M,
    key: &'static str,
    value: &Option<T>,
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

impl fmt::Display for StepStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
    fn an_error_makes_the_step_failed_unless_its_status_says_otherwise() {
        assert_eq!(json(Step::node("a").error("no"))["status"], "error");
        let skipped = Step::node("a").error("no").status(StepStatus::Skipped);
        assert_eq!(json(skipped)["status"], "skipped");
    }
}
