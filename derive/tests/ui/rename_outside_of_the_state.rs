use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(metric, rename = "loops")]
    iterations: u32,
    #[epilogue(rename)]
    orders: Vec<u8>,
    #[epilogue(rename = "a", rename = "b")]
    found: Vec<u8>,
}

fn main() {}
