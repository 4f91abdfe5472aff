//! A service that is instrumented with `tracing` gets records by one line: a layer.
//!
//! `cargo run --example tracing_capture` answers three requests, one of which fails, and prints
//! each record as it arrived at a mock collector in this process. With `LOG_COLLECTOR_URL`,
//! `LOG_COLLECTOR_API_KEY` and `CLIENT_ID` it ships there.

mod common;

use std::error::Error;
use std::time::Duration;

use tracing::field::Empty;
use tracing::{Instrument, Span, info, info_span, instrument};
use tracing_subscriber::prelude::*;

/// A request as it comes in.
#[derive(Debug)]
struct Request {
    ticket: &'static str,
    customer: &'static str,
    text: &'static str,
    order: &'static str,
}

const REQUESTS: [Request; 3] = [
    Request {
        ticket: "12345",
        customer: "Maria Lindqvist",
        text: "Charged twice. My card is 4111 1111 1111 1111, mail maria.lindqvist@example.com",
        order: "A-1017",
    },
    Request {
        ticket: "12346",
        customer: "Jonas Feld",
        text: "Where is my order?",
        order: "A-1018",
    },
    Request { ticket: "12347", customer: "Ines Ferro", text: "It came broken.", order: "none" },
];

#[derive(Debug, thiserror::Error)]
#[error("there is no order {0}")]
struct NoOrder(String);

/// A request of the service. The span is what the layer makes a record of.
#[instrument(
    name = "workflow",
    skip_all,
    err,
    fields(
        ticket_id = request.ticket,
        customer_name = request.customer,
        input = request.text,
        category = Empty,
        confidence = Empty,
        output = Empty,
    )
)]
async fn handle(request: &Request) -> Result<(), NoOrder> {
    info!("a line for the log, as ever");
    let category = classify(request.text).await;
    let order = lookup_order(request.order).await?;
    let answer = answer(request.customer, &order).await;
    Span::current()
        .record("category", category)
        .record("confidence", 0.93)
        .record("output", answer);
    Ok(())
}

/// A span of its own name is a node of the workflow.
#[instrument(skip_all, fields(decision = Empty))]
async fn classify(text: &str) -> &'static str {
    let category = if text.contains("Charged") { "BILLING" } else { "SHIPPING" };
    Span::current().record("decision", category);
    category
}

/// The names of the conventions make it a call of a tool.
#[instrument(
    skip_all,
    err,
    fields(
        gen_ai.tool.name = "lookup_order",
        gen_ai.tool.call.arguments = %serde_json::json!({"order": order}),
        gen_ai.tool.call.result = Empty,
    )
)]
async fn lookup_order(order: &str) -> Result<String, NoOrder> {
    tokio::task::yield_now().await;
    if !order.starts_with("A-") {
        return Err(NoOrder(order.to_owned()));
    }
    let found = format!("{order} was charged twice");
    Span::current().record("gen_ai.tool.call.result", &found);
    Ok(found)
}

/// A span made by hand, around a future on another task.
async fn answer(customer: &str, order: &str) -> String {
    let call = info_span!(
        "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o",
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.output.messages = Empty,
    );
    let answer = format!("Dear {customer}, {order}; the money is on its way.");
    let span = call.clone();
    let model = async move {
        span.record("gen_ai.usage.input_tokens", 812)
            .record("gen_ai.usage.output_tokens", 64)
            .record("gen_ai.response.finish_reasons", r#"["stop"]"#)
            .record("gen_ai.output.messages", &answer);
        answer
    };
    tokio::spawn(model.instrument(call)).await.unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let common::Destination { client: logs, mock } =
        common::destination(|builder| builder.workflow_name("support_ticket"))?;

    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .with(epilogue::capture::layer(logs.clone())) // the line
        .init();

    for request in &REQUESTS {
        if let Err(error) = handle(request).await {
            println!("ticket {}: {error}", request.ticket);
        }
    }

    // In a service this is the drop of `logs.guard()` at the end of `main`.
    let _ = logs.shutdown(Duration::from_secs(5)).await;
    for record in mock.map(|mock| mock.raw_records()).unwrap_or_default() {
        let record: serde_json::Value = serde_json::from_str(&record)?;
        println!("{record:#}");
    }
    println!("stats: {}", logs.stats());
    Ok(())
}
