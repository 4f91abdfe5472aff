//! A listening socket with its accepting thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::connection::serve;
use super::connections::{Connections, Place};
use super::exchange::Shared;

/// How long a stop waits for the connections' threads; their sockets are shut down by then, so
/// that only a starved machine needs it.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// How long the connection that wakes the accepting thread may take.
const WAKE_WITHIN: Duration = Duration::from_secs(1);

/// A socket that listens until it is dropped; then all its connections are closed.
#[derive(Debug)]
pub(super) struct Listening {
    address: SocketAddr,
    connections: Arc<Connections>,
    acceptor: Option<JoinHandle<()>>,
}

impl Listening {
    /// Listens on this port of 127.0.0.1; 0 lets the system choose.
    pub(super) fn start(port: u16, shared: &Arc<Shared>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let connections = Arc::new(Connections::default());
        let (shared, places) = (Arc::clone(shared), Arc::clone(&connections));
        let acceptor = thread::Builder::new()
            .name("mock-collector".to_owned())
            .spawn(move || accept_all(&listener, &shared, &places))?;
        Ok(Self { address, connections, acceptor: Some(acceptor) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn release_held(&self) {
        self.connections.release_held();
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.connections.halt();
        // The sockets are closed from this side first, which leaves the port in TIME_WAIT: the
        // system gives it to nobody else for a while, and it can still be bound by its number.
        //
        // `accept` returns for a connection only. Where none can be made, the thread is left
        // behind rather than waited for.
        let woken = TcpStream::connect_timeout(&self.address, WAKE_WITHIN);
        if let (Ok(_), Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
        self.connections.wait_until_empty(STOP_WITHIN);
    }
}

fn accept_all(listener: &TcpListener, shared: &Arc<Shared>, connections: &Arc<Connections>) {
    loop {
        let accepted = listener.accept();
        if connections.is_halted() {
            return;
        }
        match accepted {
            Ok((stream, _)) => {
                shared.count_connection();
                if let Some(place) = connections.enter(stream) {
                    start_serving(place, Arc::clone(shared));
                }
            }
            // Out of descriptors: trying again at once would only burn the processor.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
}

fn start_serving(place: Place, shared: Arc<Shared>) {
    let thread = thread::Builder::new().name("mock-connection".to_owned());
    // Where no thread can be started the place is dropped, which closes the connection.
    let _ = thread.spawn(move || serve(&place, &shared));
}
