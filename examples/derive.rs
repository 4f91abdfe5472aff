//! What is logged of a ticket stands on the fields of its state: `#[derive(IntoRecord)]`.
//!
//! `cargo run --example derive` ships to a mock collector in this process and prints the record as
//! it arrived. With `LOG_COLLECTOR_URL`, `LOG_COLLECTOR_API_KEY` and `CLIENT_ID` it ships there, and
//! prints what the counters say.

mod common;

use std::error::Error;
use std::time::{Duration, Instant};

use epilogue::record::AnyStep;
use epilogue::testing::MockCollector;
use epilogue::{IntoRecord, Status, Step};
use serde::Serialize;

/// How a ticket ends at this host.
#[derive(Clone, Copy, Serialize)]
enum Ending {
    Answered,
    HandedOver,
}

impl From<Ending> for Status {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Answered => Self::Success,
            Ending::HandedOver => Self::Escalated,
        }
    }
}

/// What the workflow knows when it is over. It serializes only field by field.
#[derive(IntoRecord)]
#[epilogue(workflow_name = "support_ticket", workflow_version = env!("CARGO_PKG_VERSION"))]
struct TicketState {
    #[epilogue(ticket_id)]
    ticket: u64,
    #[epilogue(status, state)]
    ending: Ending,
    #[epilogue(category)]
    topic: Option<String>,
    #[epilogue(took)]
    elapsed: Duration,
    #[epilogue(metric)]
    overall_confidence: f64,
    #[epilogue(metric = "orders_found", state)]
    count: usize,
    #[epilogue(input)]
    question: String,
    #[epilogue(steps)]
    steps: Vec<AnyStep>,
    #[epilogue(final_response)]
    answer: Option<String>,
    /// Masked wherever the record tells it; here equal customers stay comparable.
    #[epilogue(identity, mask = "hash")]
    customer: String,
    /// A number that looks like a card, and is none.
    #[epilogue(mask = "keep")]
    shipment: String,
    #[epilogue(mask = "drop")]
    notes: Vec<String>,
    #[epilogue(rename = "orders")]
    found: Vec<Order>,
    #[epilogue(skip)]
    service: OrderService,
}

#[derive(Serialize)]
struct Order {
    id: &'static str,
    /// The default rules know this name of a field.
    password: &'static str,
}

/// Neither serializes nor has to.
struct OrderService {
    known: [&'static str; 1],
}

impl OrderService {
    fn orders(&self) -> Vec<Order> {
        let order = |id| Order { id, password: "correct-horse-42" };
        self.known.map(order).into()
    }
}

fn run_workflow() -> TicketState {
    let started = Instant::now();
    let mut state = TicketState {
        ticket: 12_345,
        ending: Ending::HandedOver,
        topic: Some("SHIPPING".to_owned()),
        overall_confidence: 0.82,
        count: 0,
        question: "I am Lindqvist, maria.lindqvist@example.com: where is A-1017?".to_owned(),
        steps: vec![
            Step::node("classify").decision("SHIPPING").into(),
            Step::tool_call("orders").arguments("of Lindqvist").result("A-1017").into(),
        ],
        answer: None,
        customer: "Lindqvist".to_owned(),
        shipment: "4012 8888 8888 1881".to_owned(),
        notes: vec!["Maria Lindqvist sounded angry".to_owned()],
        found: Vec::new(),
        elapsed: Duration::ZERO,
        service: OrderService { known: ["A-1017"] },
    };
    state.found = state.service.orders();
    state.count = state.found.len();
    if state.count > 0 {
        state.ending = Ending::Answered;
        state.answer = Some("On its way, dear Lindqvist.".to_owned());
    }
    state.elapsed = started.elapsed();
    state
}

fn main() -> Result<(), Box<dyn Error>> {
    let common::Destination { client: logs, mock } = common::destination(|builder| builder)?;

    logs.ship(run_workflow());

    // In a service this is the drop of `logs.guard()` at the end of `main`.
    let _ = logs.shutdown_blocking(Duration::from_secs(5));
    for record in mock.iter().flat_map(MockCollector::raw_records) {
        println!("{:#}", serde_json::from_str::<serde_json::Value>(&record)?);
    }
    println!("stats: {}", logs.stats());
    Ok(())
}
