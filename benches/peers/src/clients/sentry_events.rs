//! sentry's events: the state as `extra`, which takes JSON values; the guard's drop ends it.

use sentry::ClientInitGuard;
use sentry::protocol::{Event, Level};

use super::{Ship, Started};
use crate::state::State;

struct SentryEvents {
    guard: ClientInitGuard,
}

pub(super) fn start(url: &str) -> Started {
    Ok(Box::new(SentryEvents { guard: init(url) }))
}

/// The client of events and logs; the key and the project's number are part of the address.
pub(super) fn init(url: &str) -> ClientInitGuard {
    sentry::init(url.replacen("://", "://key@", 1) + "/1")
}

impl Ship for SentryEvents {
    fn ship(&self, state: State) {
        let mut event =
            Event { message: Some("run".to_owned()), level: Level::Info, ..Event::default() };
        let state = serde_json::to_value(&state).unwrap_or_default();
        event.extra.insert("state".to_owned(), state);
        sentry::capture_event(event);
    }

    fn finish(self: Box<Self>) {
        drop(self.guard);
    }
}
