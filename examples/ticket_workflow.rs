//! A support ticket goes through a small workflow; its final state becomes one masked record.
//!
//! `cargo run --example ticket_workflow` ships to a mock collector in this process and prints the
//! record as it arrived. With `LOG_COLLECTOR_URL`, `LOG_COLLECTOR_API_KEY` and `CLIENT_ID` it
//! ships there, and prints the record as it was sealed.

mod common;

use std::error::Error;
use std::time::{Duration, Instant};

use epilogue::record::Error as RunError;
use epilogue::{IntoRecord, Record, Status, Step};
use serde::Serialize;
use serde_json::json;

/// What the workflow knows when it is over.
#[derive(Clone, Serialize)]
struct TicketState {
    ticket_id: String,
    customer: Customer,
    messages: Vec<Message>,
    category: String,
    confidence: f64,
    answer: String,
    #[serde(skip)]
    iterations: Vec<Iteration>,
    #[serde(skip)]
    took: Duration,
}

#[derive(Clone, Serialize)]
struct Customer {
    name: String,
    email: String,
    card: String,
    password: String,
    api_key: String,
}

#[derive(Clone, Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

/// One round of reasoning and acting, as the workflow saw it.
#[derive(Clone)]
struct Iteration {
    thought: String,
    tool: &'static str,
    order: String,
    outcome: Result<String, String>,
    began: Duration,
    took: Duration,
}

impl IntoRecord for TicketState {
    fn into_record(self) -> Record {
        let mut record = Record::workflow(self.ticket_id.clone())
            .workflow_name("support_ticket")
            .status(Status::Success)
            .status_reason(format!("answered {}", self.customer.name))
            .category(self.category.clone())
            .tag("billing")
            .took(self.took)
            .metric("overall_confidence", self.confidence)
            .metric("hallucination_risk", 0.07)
            .input(self.messages[0].clone())
            .step(
                Step::node("classify")
                    .input(self.messages[0].content.clone())
                    .decision(json!({"category": self.category, "confidence": 0.93})),
            )
            .step(Step::node("resolve").decision("look the order up, then answer"));
        for (number, iteration) in (1..).zip(&self.iterations) {
            record = record.step(iteration.react(number)).step(iteration.tool_call(number));
            if let Err(error) = &iteration.outcome {
                let step = 2 + 2 * number;
                record = record.error(RunError::new("ToolError", error).step(step).handled());
            }
        }
        record
            .step(
                Step::llm_call("openai", "gpt-4o")
                    .parent(2)
                    .input(json!({"messages": self.messages}))
                    .output(self.answer.clone())
                    .input_tokens(812)
                    .output_tokens(96)
                    .cost("0.00299", "USD")
                    .finish_reason("stop"),
            )
            .final_response(self.answer.clone())
            .final_confidence(self.confidence)
            .state(self)
    }
}

impl Iteration {
    fn react(&self, number: u32) -> Step<epilogue::record::ReactIteration> {
        Step::react_iteration(number)
            .parent(2)
            .started_after(self.began)
            .took(self.took)
            .thought(self.thought.clone())
            .action(json!({"tool": self.tool, "order": self.order}))
            .observation(match &self.outcome {
                Ok(result) => result.clone(),
                Err(error) => format!("failed: {error}"),
            })
    }

    fn tool_call(&self, attempt: u32) -> Step<epilogue::record::ToolCall> {
        let call = Step::tool_call(self.tool)
            .parent(1 + 2 * attempt)
            .attempt(attempt)
            .started_after(self.began)
            .took(self.took)
            .arguments(json!({"order": self.order}));
        match &self.outcome {
            Ok(result) => call.result(result.clone()),
            Err(error) => call.error(error.clone()),
        }
    }
}

/// The order service, which answers at the second try.
fn lookup_order(order: &str, attempt: u32) -> Result<String, String> {
    match attempt {
        1 => Err("the order service did not answer in 2 s".to_owned()),
        _ => Ok(json!({
            "order": order,
            "status": "charged twice",
            "shipping_name": "Maria Lindqvist",
            "email": "maria.lindqvist@example.com",
        })
        .to_string()),
    }
}

fn run_workflow() -> TicketState {
    let started = Instant::now();
    let customer = Customer {
        name: "Maria Lindqvist".to_owned(),
        email: "maria.lindqvist@example.com".to_owned(),
        card: "4111 1111 1111 1111".to_owned(),
        password: "correct-horse-42".to_owned(),
        api_key: "sk-proj-0123456789abcdefEPILOGUEabcdef0123456789".to_owned(),
    };
    let complaint = format!(
        "Hi, I am {}. Order A-1017 was charged twice to my card {}. You reach me at {}. I signed \
         in with {} and my integration uses {}, in case you need to look.",
        customer.name, customer.card, customer.email, customer.password, customer.api_key
    );
    let mut iterations = Vec::new();
    for attempt in 1..=2 {
        let began = started.elapsed();
        iterations.push(Iteration {
            thought: format!("Maria says she paid twice; attempt {attempt} to look at the order"),
            tool: "lookup_order",
            order: "A-1017".to_owned(),
            outcome: lookup_order("A-1017", attempt),
            began,
            took: started.elapsed().saturating_sub(began),
        });
    }
    let answer = format!(
        "Dear {}, the second charge to {} is being refunded; we will write to {}.",
        customer.name, customer.card, customer.email
    );
    TicketState {
        ticket_id: "12345".to_owned(),
        messages: vec![
            Message { role: "user", content: complaint },
            Message { role: "assistant", content: answer.clone() },
        ],
        customer,
        category: "BILLING".to_owned(),
        confidence: 0.82,
        answer,
        iterations,
        took: started.elapsed(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let common::Destination { client: logs, mock } = common::destination(|builder| builder)?;
    let state = run_workflow();
    let preview = mock.is_none().then(|| logs.preview(state.clone()).render());

    logs.ship(state);

    // In a service this is the drop of `logs.guard()` at the end of `main`.
    let _ = logs.shutdown_blocking(Duration::from_secs(5));
    let arrived = match &mock {
        Some(mock) => mock.raw_records(),
        None => preview.into_iter().collect(),
    };
    for record in arrived {
        println!("{:#}", serde_json::from_str::<serde_json::Value>(&record)?);
    }
    println!("stats: {}", logs.stats());
    Ok(())
}
