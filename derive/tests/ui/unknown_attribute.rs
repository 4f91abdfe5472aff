use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
#[epilogue(workflow = "support")]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(metrics)]
    loops: u32,
    #[epilogue(flatten)]
    graph: Vec<u8>,
}

fn main() {}
