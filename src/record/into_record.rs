//! How a host's state becomes a record, said once.

use super::Record;

/// Derives [`IntoRecord`](trait@IntoRecord) (feature `derive`): what is logged of a workflow's final
/// state, and what is masked in it, stands on the fields of the struct.
///
/// ```
/// use std::time::Duration;
/// use epilogue::{IntoRecord, Level, Status, mask::Policy};
///
/// #[derive(IntoRecord)]
/// #[epilogue(workflow_name = "support")]
/// struct TicketState {
///     #[epilogue(ticket_id)]
///     ticket: u64,
///     #[epilogue(status)]
///     outcome: Status,
///     #[epilogue(metric)]
///     overall_confidence: f64,
///     #[epilogue(took)]
///     elapsed: Duration,
///     #[epilogue(final_response)]
///     answer: Option<String>,
///     #[epilogue(identity, mask = "drop")]
///     customer: String,
///     orders: Vec<String>, // says nothing: a field of the state
///     #[epilogue(skip)]
///     connection: Connection,
/// }
///
/// struct Connection; // needs no `Serialize`
///
/// let state = TicketState {
///     ticket: 12345,
///     outcome: Status::Success,
///     overall_confidence: 0.82,
///     elapsed: Duration::from_millis(1_500),
///     answer: Some("Done, Nightingale!".to_owned()),
///     customer: "Nightingale".to_owned(),
///     orders: vec!["A-1017".to_owned()],
///     connection: Connection,
/// };
/// let json = state.into_record().seal(&Policy::default(), Level::FullTrace).render();
/// assert!(json.contains(r#""ticket_id":"12345""#));
/// assert!(json.contains(r#""content":"Done, [NAME]!""#));
/// assert!(json.contains(r#""state":{"orders":["A-1017"]}"#));
/// ```
///
/// What is no number is no metric, and so on:
///
/// ```compile_fail
/// #[derive(epilogue::IntoRecord)]
/// struct TicketState {
///     #[epilogue(ticket_id)]
///     ticket: u64,
///     #[epilogue(metric)]
///     orders: Vec<String>,
/// }
/// ```
///
#[cfg(feature = "derive")]
pub use epilogue_derive::IntoRecord;

/// Says once how a state becomes a record; then `client.ship(state)` does.
///
/// It runs on the shipper's thread, like the state's `Serialize`, so that it costs the host
/// nothing. One that panics leaves a record that says so and nothing else. With the feature
/// `derive` it is derived from what stands on the fields of a struct.
///
/// ```
/// use epilogue::{IntoRecord, Record, Status};
///
/// #[derive(serde::Serialize)]
/// struct TicketState { ticket: String, answered: bool }
///
/// impl IntoRecord for TicketState {
///     fn into_record(self) -> Record {
///         Record::workflow(self.ticket.clone())
///             .status(if self.answered { Status::Success } else { Status::Escalated })
///             .state(self)
///     }
/// }
/// ```
pub trait IntoRecord {
    /// The record of this state.
    fn into_record(self) -> Record;
}

impl IntoRecord for Record {
    fn into_record(self) -> Record {
        self
    }
}
