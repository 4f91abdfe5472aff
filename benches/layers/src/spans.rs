//! The spans that a service makes: runs, and what goes on in them.

use std::hint::black_box;

use tracing::field::Empty;
use tracing::{Span, info_span};

/// A run with this many steps, each of which is entered once.
pub(crate) fn run(steps: u32, step: fn(u32)) {
    let _run = info_span!("workflow", ticket_id = "12345").entered();
    for number in 0..steps {
        step(number);
    }
}

/// The same steps where there is no run, below a span of another kind.
pub(crate) fn outside(steps: u32) {
    let _request = info_span!("request", method = "GET").entered();
    for number in 0..steps {
        tool_call(number);
    }
}

/// A run that goes on.
pub(crate) fn open_run() -> Span {
    info_span!("workflow", ticket_id = "12345")
}

pub(crate) fn plain(_: u32) {
    let _entered = info_span!("plan").entered();
}

pub(crate) fn tool_call(number: u32) {
    let span = info_span!(
        "execute_tool",
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = "lookup_order",
        gen_ai.tool.call.id = "call_8f14e45f",
        gen_ai.tool.call.arguments = r#"{"order": "A-1017"}"#,
        gen_ai.tool.call.result = Empty,
        number = black_box(number),
    );
    let entered = span.entered();
    entered.record("gen_ai.tool.call.result", r#"{"state": "charged twice"}"#);
}

pub(crate) fn llm_call(number: u32) {
    let span = info_span!(
        "chat",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o",
        gen_ai.response.model = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.response.finish_reasons = Empty,
        number = black_box(number),
    );
    let entered = span.entered();
    entered.record("gen_ai.response.model", "gpt-4o-2024-08-06");
    entered.record("gen_ai.usage.input_tokens", 812);
    entered.record("gen_ai.usage.output_tokens", 64);
    entered.record("gen_ai.response.finish_reasons", r#"["stop"]"#);
}
