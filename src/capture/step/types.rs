//! What each type of step can say of itself while it goes on.

use std::borrow::Cow;

use serde::Serialize;

use crate::record::{Amount, Cost, LlmCall, Node, ReactIteration, Retrieval, ToolCall, Value};

use super::StepGuard;

impl StepGuard<Node> {
    /// What it decided.
    pub fn decision(&self, decision: impl Serialize + Send + 'static) -> &Self {
        self.put(|node| &mut node.decision, || Some(Value::new(decision)))
    }
}

impl StepGuard<ReactIteration> {
    /// What the model thought.
    pub fn thought(&self, thought: impl Into<String>) -> &Self {
        self.put(|react| &mut react.thought, || Some(thought.into()))
    }

    /// What it did then.
    pub fn action(&self, action: impl Serialize + Send + 'static) -> &Self {
        self.put(|react| &mut react.action, || Some(Value::new(action)))
    }

    /// What it saw then.
    pub fn observation(&self, observation: impl Serialize + Send + 'static) -> &Self {
        self.put(|react| &mut react.observation, || Some(Value::new(observation)))
    }
}

impl StepGuard<ToolCall> {
    /// The id that the model gave the call.
    pub fn call_id(&self, id: impl Into<String>) -> &Self {
        self.put(|call| &mut call.call_id, || Some(id.into()))
    }

    /// What the tool is asked.
    pub fn arguments(&self, arguments: impl Serialize + Send + 'static) -> &Self {
        self.put(|call| &mut call.arguments, || Some(Value::new(arguments)))
    }

    /// What it answered.
    pub fn result(&self, result: impl Serialize + Send + 'static) -> &Self {
        self.put(|call| &mut call.result, || Some(Value::new(result)))
    }
}

impl StepGuard<LlmCall> {
    /// Tokens that went in.
    pub fn input_tokens(&self, tokens: u64) -> &Self {
        self.put(|call| &mut call.input_tokens, || Some(tokens))
    }

    /// Tokens that came out.
    pub fn output_tokens(&self, tokens: u64) -> &Self {
        self.put(|call| &mut call.output_tokens, || Some(tokens))
    }

    /// Tokens of the input that were read from a cache.
    pub fn cache_read_tokens(&self, tokens: u64) -> &Self {
        self.put(|call| &mut call.cache_read_tokens, || Some(tokens))
    }

    /// Tokens that went into reasoning.
    pub fn reasoning_tokens(&self, tokens: u64) -> &Self {
        self.put(|call| &mut call.reasoning_tokens, || Some(tokens))
    }

    /// What it cost: decimal text or a number, and an ISO 4217 code such as `USD`.
    pub fn cost(&self, amount: impl Into<Amount>, currency: impl Into<Cow<'static, str>>) -> &Self {
        self.put(|call| &mut call.cost, || Some(Cost::new(amount.into(), currency.into())))
    }

    /// Why the model stopped, such as `stop` or `length`.
    pub fn finish_reason(&self, reason: impl Into<Cow<'static, str>>) -> &Self {
        self.put(|call| &mut call.finish_reason, || Some(reason.into()))
    }
}

impl StepGuard<Retrieval> {
    /// What is searched for.
    pub fn query(&self, query: impl Into<String>) -> &Self {
        self.put(|search| &mut search.query, || Some(query.into()))
    }

    /// A document that was found, with its score, which is left out where it is not finite.
    pub fn document(&self, id: impl Into<String>, score: f64) -> &Self {
        self.change_own(|| id.into(), |search, id| search.found(id, score))
    }
}
