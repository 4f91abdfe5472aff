//! A span becomes a step: its type, its name and its fields.

use std::borrow::Cow;

use serde::Deserialize;

use crate::record::{
    Amount, AnyStep, Cost, LlmCall, Node, ReactIteration, Retrieval, Step, StepStatus, StepType,
    ToolCall,
};

use super::fields::{FieldValue, Fields};
use super::meaning::Meaning;

/// The type of step that a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Node,
    ReactIteration,
    ToolCall,
    LlmCall,
    Retrieval,
}

/// The step that this span is; `error` is what an event in it has told.
pub(super) fn step(span: &'static str, mut fields: Fields, error: Option<String>) -> AnyStep {
    let kind = kind(span, &fields);
    let name = name(span, kind, &mut fields);
    let mut step = match kind {
        Kind::Node => node(&mut fields),
        Kind::ReactIteration => react_iteration(&mut fields),
        Kind::ToolCall => tool_call(&mut fields),
        Kind::LlmCall => llm_call(&mut fields),
        Kind::Retrieval => retrieval(&mut fields),
    };
    let common = step.common();
    common.name = name;
    common.attempt = fields.take_number(Meaning::Attempt);
    common.input =
        fields.take_value(Meaning::Input).or_else(|| fields.take_value(Meaning::EntityInput));
    common.output =
        fields.take_value(Meaning::Output).or_else(|| fields.take_value(Meaning::EntityOutput));
    tell_outcome(&mut step, &mut fields, error);
    step.common().attributes = fields.into_attributes();
    step
}

fn kind(span: &str, fields: &Fields) -> Kind {
    let told = fields.text(Meaning::Operation).and_then(kind_of_operation);
    told.or_else(|| fields.text(Meaning::EntityKind).and_then(kind_of_entity))
        .or_else(|| kind_of_name(span))
        .or_else(|| kind_of_fields(fields))
        .unwrap_or(Kind::Node)
}

/// `gen_ai.operation.name`. Embeddings are made by a model, for tokens and money.
fn kind_of_operation(operation: &str) -> Option<Kind> {
    match operation {
        "chat" | "text_completion" | "generate_content" | "embeddings" => Some(Kind::LlmCall),
        "execute_tool" => Some(Kind::ToolCall),
        "retrieval" | "search_memory" => Some(Kind::Retrieval),
        "invoke_agent" | "invoke_workflow" | "create_agent" | "plan" => Some(Kind::Node),
        _ => None,
    }
}

/// `traceloop.span.kind`
fn kind_of_entity(kind: &str) -> Option<Kind> {
    match kind {
        "tool" => Some(Kind::ToolCall),
        "workflow" | "task" | "agent" => Some(Kind::Node),
        _ => None,
    }
}

/// A span that is called like a type of step, or like an operation.
fn kind_of_name(span: &str) -> Option<Kind> {
    match span {
        "node" => Some(Kind::Node),
        "react_iteration" => Some(Kind::ReactIteration),
        "tool_call" => Some(Kind::ToolCall),
        "llm_call" => Some(Kind::LlmCall),
        _ => kind_of_operation(span),
    }
}

/// Fields that steps of one type alone have.
fn kind_of_fields(fields: &Fields) -> Option<Kind> {
    fields.0.iter().find_map(|told| match told.meaning {
        Meaning::AgentName => Some(Kind::Node),
        Meaning::Iteration | Meaning::Thought | Meaning::Observation => Some(Kind::ReactIteration),
        _ => match told.name.strip_prefix("gen_ai.")?.split('.').next()? {
            "tool" => Some(Kind::ToolCall),
            "retrieval" => Some(Kind::Retrieval),
            "request" | "response" | "usage" => Some(Kind::LlmCall),
            _ => None,
        },
    })
}

/// The name that the span was given for others to read; else the one of what it calls; else its
/// own.
fn name(span: &'static str, kind: Kind, fields: &mut Fields) -> Cow<'static, str> {
    let of_kind = match kind {
        Kind::ToolCall => Some(Meaning::ToolName),
        Kind::Node => Some(Meaning::AgentName),
        Kind::Retrieval => Some(Meaning::SourceName),
        Kind::LlmCall | Kind::ReactIteration => None,
    };
    let given = fields.take_text(Meaning::Name);
    let name = given.or_else(|| of_kind.and_then(|meaning| fields.take_text(meaning)));
    name.map_or(Cow::Borrowed(span), Cow::Owned)
}

fn node(fields: &mut Fields) -> AnyStep {
    let mut step = AnyStep::from(Step::node(""));
    if let Some(node) = Node::of(&mut step) {
        node.decision = fields.take_value(Meaning::Decision);
    }
    step
}

fn react_iteration(fields: &mut Fields) -> AnyStep {
    let iteration = fields.take_number(Meaning::Iteration).unwrap_or_default();
    let mut step = AnyStep::from(Step::react_iteration(iteration));
    if let Some(react) = ReactIteration::of(&mut step) {
        react.thought = fields.take_text(Meaning::Thought);
        react.action = fields.take_value(Meaning::Action);
        react.observation = fields.take_value(Meaning::Observation);
    }
    step
}

fn tool_call(fields: &mut Fields) -> AnyStep {
    let mut step = AnyStep::from(Step::tool_call(""));
    if let Some(call) = ToolCall::of(&mut step) {
        call.call_id = fields.take_text(Meaning::CallId);
        call.arguments = fields.take_value(Meaning::Arguments);
        call.result = fields.take_value(Meaning::CallResult);
        if call.arguments.is_none() {
            call.arguments = fields.take_value(Meaning::EntityInput);
        }
        if call.result.is_none() {
            call.result = fields.take_value(Meaning::EntityOutput);
        }
    }
    step
}

fn llm_call(fields: &mut Fields) -> AnyStep {
    let provider = fields.take_text(Meaning::Provider).unwrap_or_default();
    let answered = fields.take_text(Meaning::ResponseModel);
    let model = answered.or_else(|| fields.take_text(Meaning::RequestModel)).unwrap_or_default();
    let cost = cost(fields);
    let mut step = AnyStep::from(Step::llm_call(provider, model));
    if let Some(call) = LlmCall::of(&mut step) {
        call.input_tokens = fields.take_count(Meaning::InputTokens);
        call.output_tokens = fields.take_count(Meaning::OutputTokens);
        call.cache_read_tokens = fields.take_count(Meaning::CacheReadTokens);
        call.reasoning_tokens = fields.take_count(Meaning::ReasoningTokens);
        call.cost = cost;
        call.finish_reason = fields.take_text(Meaning::FinishReason).map(reason);
    }
    step
}

/// An amount without a currency says nothing, and stays among the attributes.
fn cost(fields: &mut Fields) -> Option<Cost> {
    if !fields.has(Meaning::Cost) {
        return None;
    }
    let currency = fields.take_text(Meaning::Currency)?;
    let amount = fields.take_text(Meaning::Cost)?;
    Some(Cost::new(Amount::from(amount), currency.into()))
}

/// The conventions tell one reason for each choice: `["stop"]`.
fn reason(text: String) -> Cow<'static, str> {
    match serde_json::from_str::<Vec<String>>(&text) {
        Ok(reasons) => reasons.join(",").into(),
        Err(_) => text.into(),
    }
}

fn retrieval(fields: &mut Fields) -> AnyStep {
    let documents = fields.take_as(Meaning::Documents, documents).unwrap_or_default();
    let mut step = AnyStep::from(Step::retrieval(""));
    if let Some(search) = Retrieval::of(&mut step) {
        search.query = fields.take_text(Meaning::Query);
        for document in documents {
            search.found(document.id, document.score.unwrap_or(f64::NAN));
        }
    }
    step
}

/// What the conventions say of a document that was found; more stands beside it.
#[derive(Deserialize)]
struct Document {
    id: String,
    score: Option<f64>,
}

fn documents(value: &FieldValue) -> Option<Vec<Document>> {
    serde_json::from_str(value.as_text()?).ok()
}

/// How the step ended: as the span says, or as what went wrong in it tells.
fn tell_outcome(step: &mut AnyStep, fields: &mut Fields, error: Option<String>) {
    let told = fields.take_as(Meaning::Status, status);
    let status = told.or_else(|| fields.take_as(Meaning::OtelStatus, status));
    let message = fields.take_text(Meaning::Error).or(error);
    let described = match status {
        Some(StepStatus::Error) => fields.take_text(Meaning::OtelStatusMessage),
        _ => None,
    };
    let kind = fields.text(Meaning::ErrorType).map(ToOwned::to_owned);
    let common = step.common();
    common.status = status;
    common.error = message.or(described).or(kind);
}

fn status(value: &FieldValue) -> Option<StepStatus> {
    let text = value.as_text()?;
    [StepStatus::Ok, StepStatus::Error, StepStatus::Skipped]
        .into_iter()
        .find(|status| status.as_str().eq_ignore_ascii_case(text))
}
