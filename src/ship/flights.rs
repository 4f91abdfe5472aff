//! The requests that are under way.

use std::collections::HashMap;

use bytes::Bytes;
use http::Response;
use tokio::task::{self, JoinError, JoinSet};

use super::gate::Pass;
use super::retry::Sent;
use super::transport::TransportError;

/// What a request came to.
pub(super) type Answer = Result<Response<Bytes>, TransportError>;

/// A request under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) request: u64,
    pub(super) pass: Pass,
    pub(super) sent: Sent,
}

/// The requests under way, by the task that drives each.
#[derive(Debug, Default)]
pub(super) struct Flights {
    pub(super) tasks: JoinSet<Answer>,
    pub(super) by_task: HashMap<task::Id, Flight>,
}

impl Flights {
    pub(super) fn over(
        &mut self,
        ended: Result<(task::Id, Answer), JoinError>,
    ) -> Option<(Flight, Answer)> {
        let (id, answer) = match ended {
            Ok((id, answer)) => (id, answer),
            // A transport of the host's that panics has sent nothing.
            Err(error) => (error.id(), Err(TransportError::Broken)),
        };
        self.by_task.remove(&id).map(|flight| (flight, answer))
    }
}
