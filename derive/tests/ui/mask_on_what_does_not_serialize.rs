use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id, mask = "hash")]
    ticket: String,
    #[epilogue(final_response, state, mask)]
    answer: String,
}

fn main() {}
