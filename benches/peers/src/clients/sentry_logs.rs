//! sentry's structured logs: the JSON text as an attribute; the guard's drop ends it.

use sentry::ClientInitGuard;

use super::{Ship, Started, sentry_events, text};
use crate::state::State;

struct SentryLogs {
    guard: ClientInitGuard,
}

pub(super) fn start(url: &str) -> Started {
    Ok(Box::new(SentryLogs { guard: sentry_events::init(url) }))
}

impl Ship for SentryLogs {
    fn ship(&self, state: State) {
        let state = text(&state);
        sentry::logger_info!(state = state, "run");
    }

    fn finish(self: Box<Self>) {
        drop(self.guard);
    }
}
