use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(status)]
    outcome: String,
}

#[derive(IntoRecord)]
struct Perhaps {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(status)]
    succeeded: Option<bool>,
}

fn main() {}
