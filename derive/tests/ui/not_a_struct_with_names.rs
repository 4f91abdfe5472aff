use epilogue_derive::IntoRecord;

#[derive(IntoRecord)]
enum Ending {
    Answered,
}

#[derive(IntoRecord)]
struct Ticket(String);

#[derive(IntoRecord)]
struct Nothing;

#[derive(IntoRecord)]
union Both {
    one: u32,
    other: f32,
}

#[derive(IntoRecord)]
struct Borrowed<'a> {
    #[epilogue(ticket_id)]
    ticket: &'a str,
}

fn main() {}
