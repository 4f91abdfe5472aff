//! The types of step, each with the fields of its own.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeMap;

use super::super::cost::{Amount, Cost};
use super::super::value::Value;
use super::Step;
use super::any::entry;

/// A node of the workflow's graph, or an agent that it called.
#[derive(Debug, Default)]
pub struct Node {
    pub(crate) decision: Option<Value>,
}

/// One round of reasoning and acting.
#[derive(Debug, Default)]
pub struct ReactIteration {
    iteration: u32,
    pub(crate) thought: Option<String>,
    pub(crate) action: Option<Value>,
    pub(crate) observation: Option<Value>,
}

/// A call of a tool.
#[derive(Debug, Default)]
pub struct ToolCall {
    pub(crate) call_id: Option<String>,
    pub(crate) arguments: Option<Value>,
    pub(crate) result: Option<Value>,
}

/// A call of a language model.
#[derive(Debug, Default)]
pub struct LlmCall {
    provider: Cow<'static, str>,
    model: Cow<'static, str>,
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    pub(crate) cache_read_tokens: Option<u64>,
    pub(crate) reasoning_tokens: Option<u64>,
    pub(crate) cost: Option<Cost>,
    pub(crate) finish_reason: Option<Cow<'static, str>>,
}

/// A search in documents.
#[derive(Debug, Default)]
pub struct Retrieval {
    pub(crate) query: Option<String>,
    documents: Vec<Document>,
}

#[derive(Debug, Serialize)]
struct Document {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
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
        self.kind.cost = Some(Cost::new(amount.into(), currency.into()));
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

    /// A document that was found, with its score, which is left out where it is not finite.
    pub fn document(mut self, id: impl Into<String>, score: f64) -> Self {
        self.kind.found(id.into(), score);
        self
    }
}

impl Node {
    pub(super) fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        entry(map, "decision", self.decision.as_ref())
    }
}

impl ReactIteration {
    pub(super) fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("iteration", &self.iteration)?;
        entry(map, "thought", self.thought.as_ref())?;
        entry(map, "action", self.action.as_ref())?;
        entry(map, "observation", self.observation.as_ref())
    }
}

impl ToolCall {
    pub(super) fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        entry(map, "call_id", self.call_id.as_ref())?;
        entry(map, "arguments", self.arguments.as_ref())?;
        entry(map, "result", self.result.as_ref())
    }
}

impl LlmCall {
    pub(super) fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("provider", &self.provider)?;
        map.serialize_entry("model", &self.model)?;
        entry(map, "input_tokens", self.input_tokens.as_ref())?;
        entry(map, "output_tokens", self.output_tokens.as_ref())?;
        entry(map, "cache_read_tokens", self.cache_read_tokens.as_ref())?;
        entry(map, "reasoning_tokens", self.reasoning_tokens.as_ref())?;
        entry(map, "cost", self.cost.as_ref())?;
        entry(map, "finish_reason", self.finish_reason.as_ref())
    }
}

impl Retrieval {
    pub(crate) fn found(&mut self, id: String, score: f64) {
        let score = Some(score).filter(|score| score.is_finite());
        self.documents.push(Document { id, score });
    }

    pub(super) fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        entry(map, "query", self.query.as_ref())?;
        if self.documents.is_empty() {
            return Ok(());
        }
        map.serialize_entry("documents", &self.documents)
    }
}
