//! What a support agent knows when a ticket is done, as large as is asked for.

use epilogue::{IntoRecord, Record, Status};
use serde::Serialize;

/// The final state of one run. To ship it costs a move: nothing of it is serialized before.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct State {
    pub(crate) ticket_id: String,
    customer: Customer,
    messages: Vec<Message>,
    summary: String,
}

#[derive(Clone, Debug, Serialize)]
struct Customer {
    name: &'static str,
    email: &'static str,
    phone: &'static str,
    plan: &'static str,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum Message {
    User { content: String },
    Assistant { content: Option<String>, tool_calls: Vec<ToolCall> },
    Tool { tool_call_id: String, name: &'static str, content: ToolResult },
}

#[derive(Clone, Debug, Serialize)]
struct ToolCall {
    id: String,
    name: &'static str,
    /// The JSON text that the model wrote.
    arguments: String,
}

#[derive(Clone, Debug, Serialize)]
struct ToolResult {
    order: String,
    status: &'static str,
    total: f64,
    items: Vec<Item>,
    note: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Item {
    sku: String,
    title: &'static str,
    quantity: u32,
    price: f64,
}

impl State {
    /// A state that is this many bytes of JSON; a little more where so few cannot hold one.
    pub(crate) fn of_bytes(bytes: usize) -> Self {
        let mut state = Self {
            ticket_id: "T-000000000".to_owned(),
            customer: Customer {
                name: "Maria Lindqvist",
                email: "maria.lindqvist@example.com",
                phone: "+46 70 174 06 05",
                plan: "business",
            },
            messages: Vec::new(),
            summary: String::new(),
        };
        let mut left = bytes.saturating_sub(state.json_bytes());
        for number in 1.. {
            let exchange = exchange(number);
            let size = json_bytes(&exchange);
            if size > left {
                break;
            }
            left -= size;
            state.messages.extend(exchange);
        }
        state.summary = prose(bytes.saturating_sub(state.json_bytes()));
        state
    }

    /// How many bytes of JSON it is.
    pub(crate) fn json_bytes(&self) -> usize {
        json_bytes(self)
    }
}

impl IntoRecord for State {
    fn into_record(self) -> Record {
        Record::workflow(self.ticket_id.clone())
            .workflow_name("support_ticket")
            .status(Status::Success)
            .category("PRODUCT_SUPPORT")
            .metric("overall_confidence", 0.82)
            .state(self)
    }
}

/// Text with nothing to mask in it, of this many bytes.
pub(crate) fn prose(bytes: usize) -> String {
    const SENTENCES: &str = "The customer asked why the second parcel had not been sent with the \
        first one. The agent looked at the order, saw that one of the items was out of stock, and \
        explained that it would follow as soon as the warehouse had it again. Nothing had to be \
        paid for the later delivery, and the customer was content with that. ";
    SENTENCES.chars().cycle().take(bytes).collect()
}

fn json_bytes(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(0, |json| json.len())
}

/// A question, the tool call that it led to, what the tool gave, and the answer.
fn exchange(number: u32) -> [Message; 4] {
    let order = format!("A-{}", 1_000 + number);
    let id = format!("call_{number:04}");
    // Somebody tells who he is now and then, not in every message.
    let note = (number % 4 == 1)
        .then(|| "left with the neighbour, ask Maria or maria.lindqvist@example.com".to_owned());
    let call = ToolCall {
        id: id.clone(),
        name: "lookup_order",
        arguments: format!(r#"{{"order":"{order}","include":["items","notes"]}}"#),
    };
    let result = ToolResult {
        order: order.clone(),
        status: "delivered",
        total: 129.5,
        items: (1..=3).map(|place| item(number, place)).collect(),
        note,
    };
    let answer = format!(
        "Order {order} was delivered on time.\nThe third item comes \"as is\"; would you like to \
         send it back, or shall I ask the warehouse for another one?"
    );
    [
        Message::User { content: format!("And what about order {order}? It is still not here.") },
        Message::Assistant { content: None, tool_calls: vec![call] },
        Message::Tool { tool_call_id: id, name: "lookup_order", content: result },
        Message::Assistant { content: Some(answer), tool_calls: Vec::new() },
    ]
}

fn item(number: u32, place: u32) -> Item {
    Item {
        sku: format!("SKU-{number}-{place}"),
        title: "wall lamp, brushed steel",
        quantity: place,
        price: 24.75,
    }
}
