use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(mask = "hahs")]
    customer: String,
    #[epilogue(mask = "tokenize")]
    account: String,
    #[epilogue(mask = 4)]
    card: String,
}

fn main() {}
