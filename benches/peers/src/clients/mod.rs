//! The clients: what a host hands a record to, one file each.

mod epilogue;
mod fastrace;
mod loki;
mod nothing;
mod otel;
mod posthog;
mod sentry_events;
mod sentry_logs;
mod spawned;

use std::error::Error;

use crate::state::State;

/// A client as its own documentation sets it up, with its defaults.
pub(crate) trait Ship {
    /// Hands one record over, with all that the host's thread has to do for it.
    fn ship(&self, state: State);

    /// What the client's documentation says to do at the end of `main`.
    fn finish(self: Box<Self>);
}

type Started = Result<Box<dyn Ship>, Box<dyn Error>>;
type Start = fn(&str) -> Started;

/// The client that clones and ships nothing: what is subtracted from the others.
pub(crate) const BASELINE: &str = "clone";

/// Every client by name, and how it is started with the address of a collector.
const ALL: [(&str, Start); 12] = [
    (BASELINE, nothing::start),
    ("epilogue", epilogue::start),
    ("epilogue-spool", epilogue::start_with_spool),
    ("sentry-events", sentry_events::start),
    ("sentry-logs", sentry_logs::start),
    ("otel-protobuf", otel::start_protobuf),
    ("otel-json", otel::start_json),
    ("fastrace", fastrace::start),
    ("tracing-loki", loki::start),
    ("posthog", posthog::start),
    ("spawn", spawned::start),
    ("spawn-joined", spawned::start_joined),
];

pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(|(name, _)| name)
}

pub(crate) fn start(name: &str, url: &str) -> Started {
    let (_, start) = ALL.into_iter().find(|(known, _)| *known == name).ok_or("no such client")?;
    start(url)
}

/// What a client that takes text is given: the host serializes, on its own thread.
fn text(state: &State) -> String {
    serde_json::to_string(state).unwrap_or_default()
}
