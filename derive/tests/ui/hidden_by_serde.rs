use epilogue_derive::IntoRecord;
use serde::Serialize;

#[derive(Serialize, IntoRecord)]
struct State {
    #[epilogue(ticket_id)]
    ticket: String,
    #[serde(skip)]
    session: String,
    #[serde(rename = "who", serialize_with = "hide")]
    #[epilogue(identity)]
    customer: String,
}

fn hide<S: serde::Serializer>(_: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_unit()
}

fn main() {}
