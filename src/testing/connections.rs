//! The open connections of one listening socket, and how they end together.

use std::collections::HashMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::lock::lock;

/// The most connections at once; one more is closed at once.
const MAX_CONNECTIONS: usize = 512;

/// The connections that are open.
#[derive(Debug, Default)]
pub(super) struct Connections {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    halted: bool,
    next: u64,
    open: HashMap<u64, Open>,
}

#[derive(Debug)]
struct Open {
    stream: Arc<TcpStream>,
    /// Whether a fault holds it until the collector is healed.
    held: bool,
}

/// One connection's place among the open ones; dropping it closes the connection.
#[derive(Debug)]
pub(super) struct Place {
    id: u64,
    connections: Arc<Connections>,
    stream: Arc<TcpStream>,
}

impl Connections {
    /// Gives the connection a place; none once halted or where there are too many.
    pub(super) fn enter(self: &Arc<Self>, stream: TcpStream) -> Option<Place> {
        let mut state = lock(&self.state);
        if state.halted || state.open.len() >= MAX_CONNECTIONS {
            return None;
        }
        let id = state.next;
        state.next += 1;
        let stream = Arc::new(stream);
        state.open.insert(id, Open { stream: Arc::clone(&stream), held: false });
        Some(Place { id, connections: Arc::clone(self), stream })
    }

    pub(super) fn is_halted(&self) -> bool {
        lock(&self.state).halted
    }

    /// Shuts all sockets down, which ends every read and write on them, and lets none in.
    pub(super) fn halt(&self) {
        let mut state = lock(&self.state);
        state.halted = true;
        state.open.values().for_each(Open::shut_down);
        drop(state);
        self.changed.notify_all();
    }

    /// Shuts the sockets down that a fault holds.
    pub(super) fn release_held(&self) {
        lock(&self.state).open.values().filter(|open| open.held).for_each(Open::shut_down);
    }

    /// Waits until no connection is left or the time is over.
    pub(super) fn wait_until_empty(&self, within: Duration) {
        drop(self.wait(within, |state| !state.open.is_empty()));
    }

    fn wait(&self, within: Duration, waiting: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let state = lock(&self.state);
        let waited = self.changed.wait_timeout_while(state, within, |state| waiting(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Open {
    fn shut_down(&self) {
        // It fails where the peer was faster, and then there is nothing left to do.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

impl Place {
    pub(super) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Marks the connection as held by a fault.
    pub(super) fn hold(&self) {
        if let Some(open) = lock(&self.connections.state).open.get_mut(&self.id) {
            open.held = true;
        }
    }

    /// Lets the time pass; a halt ends it early.
    pub(super) fn pause(&self, time: Duration) {
        drop(self.connections.wait(time, |state| !state.halted));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.connections.state);
        state.open.remove(&self.id);
        drop(state);
        self.connections.changed.notify_all();
    }
}
