//! The guard of a run: as long as it lives the run goes on, and however it ends there is a record.

use std::fmt;
use std::ops::Deref;

use serde::Serialize;

use crate::client::Client;
use crate::record::{Record, Status};
use crate::ship::Generation;

use super::handle::RunHandle;
use super::panic::Lookout;
use super::recorder::Recorder;

/// Why a run that nobody finished ended.
const NOT_FINISHED: &str = "the run was dropped before it was finished";

impl Client {
    /// Begins a run of a workflow on a ticket, or on any other unit of work: the clock runs, and
    /// what is said of the run goes into its record, which is shipped when the run ends.
    ///
    /// ```
    /// use epilogue::{Client, Status};
    ///
    /// let logs = Client::from_env();
    /// let run = logs.run("12345");
    /// run.node("plan").decision("look the order up");
    /// run.finish(Status::Success);
    /// ```
    pub fn run(&self, ticket_id: impl Into<String>) -> Run {
        Run::begin(self.clone(), || Record::workflow(ticket_id))
    }
}

/// A run that goes on: the guard of its record.
///
/// Steps are added as they happen and measure themselves; everything that a [`RunHandle`] can say
/// can be said here. [`finish`](Self::finish) ships the record. A run that is dropped without it
/// ships too: as `CRASHED` where a panic drops it, with what it said where
/// [`install_panic_hook`](super::install_panic_hook) was called, and else as `CANCELLED`. So an
/// early return by `?` and a future that is dropped leave a record as well. What was said of the
/// run until then stays in it.
///
/// Steps that have not ended stand in the record as they are, without a duration. What a handle or
/// a step says after the end of the run is dropped. A level that is lowered while the run goes on
/// holds for all of it.
///
/// With a spool directory ([`ClientBuilder::spool_dir`](crate::ClientBuilder::spool_dir)) a run that
/// is open for more than a quarter of a second leaves a small marker there: if its process is killed,
/// the next one with that directory ships its record as `CRASHED`.
///
/// ```
/// use epilogue::{Client, Status};
///
/// fn answer(logs: &Client, order: &str) -> Result<String, std::num::ParseIntError> {
///     let run = logs.run("12345");
///     let call = run.tool_call("lookup_order");
///     call.arguments(order.to_owned());
///     let order: u32 = order.parse()?; // leaves a record that says CANCELLED
///     call.result(order);
///     drop(call);
///     run.metric("overall_confidence", 0.82).final_response("shipped");
///     run.finish_with(Status::Success, serde_json::json!({"order": order}));
///     Ok(format!("order {order} was shipped"))
/// }
/// # let logs = Client::disabled();
/// # assert!(answer(&logs, "17").is_ok() && answer(&logs, "A-17").is_err());
/// ```
#[must_use = "a run that is not kept is cancelled at once"]
pub struct Run {
    handle: RunHandle,
    client: Client,
    /// `None` where nothing is recorded.
    gathered_since: Option<Generation>,
    lookout: Lookout,
    /// How it was finished, if it was.
    status: Option<Status>,
}

impl Run {
    fn begin(client: Client, record: impl FnOnce() -> Record) -> Self {
        let gathered_since = client.gathering();
        let recorder = gathered_since.map(|_| Recorder::new(record()));
        let run = Self {
            handle: RunHandle::new(recorder),
            client,
            gathered_since,
            lookout: Lookout::new(),
            status: None,
        };
        if let Some(since) = gathered_since {
            run.client.open_run(since, || run.marker());
        }
        run
    }

    /// Keeps no more steps than that. The others are counted, by their type as well; what they tell
    /// (tokens, cost, whether they failed) is not held and not in the metrics.
    ///
    /// # Default
    /// 10,000, which is also the most.
    pub fn max_steps(self, steps: usize) -> Self {
        if let Some(recorder) = self.handle.recorder() {
            recorder.limit_steps(steps);
        }
        self
    }

    /// A handle for other tasks and threads.
    pub fn handle(&self) -> RunHandle {
        self.handle.clone()
    }

    /// The run is over: its record is shipped.
    pub fn finish(mut self, status: Status) {
        self.status = Some(status);
    }

    /// The run is over, and this is the host's own final state: any value, moved, serialized on
    /// the shipper's thread.
    pub fn finish_with(self, status: Status, state: impl Serialize + Send + 'static) {
        self.state(state);
        self.finish(status);
    }

    /// What is left to say of the run if its process ends before it does.
    fn marker(&self) -> Option<Record> {
        self.handle.recorder()?.with_record(|record| record.marker())
    }

    /// The record, with how the run has ended.
    fn close(&self) -> Option<Record> {
        let recorder = self.handle.recorder()?;
        match (self.status, self.lookout.panic()) {
            (Some(status), _) => recorder.set(|record| record.status(status)),
            (None, Some(panic)) => recorder.crash(&panic),
            (None, None) => recorder.end_as(Status::Cancelled, NOT_FINISHED),
        }
        recorder.close()
    }
}

impl Deref for Run {
    type Target = RunHandle;

    fn deref(&self) -> &RunHandle {
        &self.handle
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        match (self.gathered_since, self.close()) {
            (Some(since), Some(record)) => self.client.end_run(since, record),
            _ => self.client.skip(),
        }
    }
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("records", &self.gathered_since.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;
    use crate::mask::Policy;

    #[test]
    fn the_marker_and_the_record_of_a_run_are_one() {
        let run = Run::begin(Client::disabled(), || Record::workflow("12345"));
        assert!(run.marker().is_none(), "nothing is recorded");

        let recorder = Recorder::new(Record::workflow("12345"));
        let marker = recorder.with_record(|record| record.marker()).expect("it is open");
        let record = recorder.close().expect("the first time");
        assert_eq!(marker.id(), record.id());
        let told = marker.seal(&Policy::default(), Level::FullTrace).render();
        let began = |json: &str| json.find("executed_at").map(|at| json[at..at + 40].to_owned());
        let own = record.seal(&Policy::default(), Level::FullTrace).render();
        assert_eq!(began(&told), began(&own));
    }
}
