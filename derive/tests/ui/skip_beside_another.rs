use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(skip, metric)]
    loops: u32,
    #[epilogue(skip = true)]
    connection: String,
}

fn main() {}
