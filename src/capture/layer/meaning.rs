//! What a field of a span means, by its name.
//!
//! The names are those of OpenTelemetry's conventions for generative AI (`gen_ai.*`, as of July
//! 2026, and those that they replaced), of `OpenLLMetry` (`traceloop.*`), of
//! `tracing-opentelemetry` (`otel.*`), and those of this crate's own records.

/// What the value of a field is to a step or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing in particular.
    Attribute,
    Operation,
    EntityKind,
    Name,
    ToolName,
    AgentName,
    SourceName,
    Provider,
    RequestModel,
    ResponseModel,
    InputTokens,
    OutputTokens,
    CacheReadTokens,
    ReasoningTokens,
    Cost,
    Currency,
    FinishReason,
    CallId,
    Arguments,
    CallResult,
    Query,
    Documents,
    Input,
    Output,
    EntityInput,
    EntityOutput,
    Iteration,
    Thought,
    Action,
    Observation,
    Decision,
    Attempt,
    Status,
    StatusReason,
    Error,
    ErrorType,
    OtelStatus,
    OtelStatusMessage,
    Category,
    Tags,
    WorkflowName,
    WorkflowVersion,
    Environment,
    FinalResponse,
    FinalConfidence,
    State,
}

impl Meaning {
    /// The meaning of a field of this name.
    pub(super) fn of(name: &str) -> Self {
        if let Some(rest) = name.strip_prefix("gen_ai.") {
            return Self::of_gen_ai(rest);
        }
        match name.split_once('.') {
            Some(("otel", rest)) => Self::of_otel(rest),
            Some(("traceloop", rest)) => Self::of_traceloop(rest),
            Some(("error", "type")) => Self::ErrorType,
            Some(_) => Self::Attribute,
            None => Self::of_plain(name),
        }
    }

    fn of_gen_ai(rest: &str) -> Self {
        match rest {
            "operation.name" => Self::Operation,
            "provider.name" | "system" => Self::Provider,
            "request.model" => Self::RequestModel,
            "response.model" => Self::ResponseModel,
            "response.finish_reasons" => Self::FinishReason,
            "usage.input_tokens" | "usage.prompt_tokens" => Self::InputTokens,
            "usage.output_tokens" | "usage.completion_tokens" => Self::OutputTokens,
            "usage.cache_read.input_tokens"
            | "usage.cache_read_input_tokens"
            | "usage.cached_tokens" => Self::CacheReadTokens,
            "usage.reasoning.output_tokens" | "usage.reasoning_tokens" => Self::ReasoningTokens,
            "usage.cost" => Self::Cost,
            "input.messages" | "prompt" => Self::Input,
            "output.messages" | "completion" => Self::Output,
            "tool.name" => Self::ToolName,
            "tool.call.id" => Self::CallId,
            "tool.call.arguments" => Self::Arguments,
            "tool.call.result" => Self::CallResult,
            "agent.name" | "workflow.name" => Self::AgentName,
            "data_source.id" => Self::SourceName,
            "retrieval.query.text" | "memory.query.text" => Self::Query,
            "retrieval.documents" | "memory.records" => Self::Documents,
            _ => Self::Attribute,
        }
    }

    fn of_otel(rest: &str) -> Self {
        match rest {
            "name" => Self::Name,
            "status_code" => Self::OtelStatus,
            "status_message" | "status_description" => Self::OtelStatusMessage,
            _ => Self::Attribute,
        }
    }

    fn of_traceloop(rest: &str) -> Self {
        match rest {
            "span.kind" => Self::EntityKind,
            "entity.name" => Self::Name,
            "entity.input" => Self::EntityInput,
            "entity.output" => Self::EntityOutput,
            "workflow.name" => Self::WorkflowName,
            _ => Self::Attribute,
        }
    }

    fn of_plain(name: &str) -> Self {
        match name {
            "provider" => Self::Provider,
            "model" => Self::RequestModel,
            "input_tokens" => Self::InputTokens,
            "output_tokens" => Self::OutputTokens,
            "cache_read_tokens" => Self::CacheReadTokens,
            "reasoning_tokens" => Self::ReasoningTokens,
            "cost" => Self::Cost,
            "currency" => Self::Currency,
            "finish_reason" => Self::FinishReason,
            "call_id" => Self::CallId,
            "arguments" => Self::Arguments,
            "result" => Self::CallResult,
            "query" => Self::Query,
            "documents" => Self::Documents,
            "input" => Self::Input,
            "output" => Self::Output,
            "iteration" => Self::Iteration,
            "thought" => Self::Thought,
            "action" => Self::Action,
            "observation" => Self::Observation,
            "decision" => Self::Decision,
            "attempt" => Self::Attempt,
            "status" => Self::Status,
            "status_reason" => Self::StatusReason,
            "error" => Self::Error,
            "category" => Self::Category,
            "tags" | "tag" => Self::Tags,
            "workflow_name" => Self::WorkflowName,
            "workflow_version" => Self::WorkflowVersion,
            "environment" => Self::Environment,
            "final_response" => Self::FinalResponse,
            "final_confidence" => Self::FinalConfidence,
            "state" => Self::State,
            _ => Self::Attribute,
        }
    }
}
