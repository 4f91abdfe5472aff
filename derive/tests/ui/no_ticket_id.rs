use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    ticket: String,
}

#[derive(IntoRecord)]
struct Perhaps {
    #[epilogue(ticket_id)]
    ticket: Option<String>,
}

fn main() {}
