use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(metric = "loops")]
    iterations: u32,
    #[epilogue(metric)]
    loops: u32,
    #[epilogue(rename = "orders")]
    found: Vec<u8>,
    orders: Vec<u8>,
}

fn main() {}
