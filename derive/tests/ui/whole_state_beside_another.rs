use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(whole_state)]
    graph: Vec<u8>,
    notes: String,
    #[epilogue(metric, state)]
    loops: u32,
}

fn main() {}
