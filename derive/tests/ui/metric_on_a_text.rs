use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[epilogue(metric)]
    topic: String,
    #[epilogue(metric = "answered")]
    answer: Option<&'static str>,
    #[epilogue(metric)]
    done: bool,
}

fn main() {}
