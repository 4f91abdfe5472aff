//! How a host's state becomes a record, said once.

use super::Record;

/// Says once how a state becomes a record; then `client.ship(state)` does.
///
/// It runs on the shipper's thread, like the state's `Serialize`, so that it costs the host
/// nothing. One that panics leaves a record that says so and nothing else.
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
