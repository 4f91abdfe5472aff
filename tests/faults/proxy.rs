//! What stands between a client and its collector and spoils the way, as networks and proxies do.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How the way is.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// Everything passes.
    Open,
    /// Everything is taken, and nothing ever comes back.
    BlackHole,
    /// The beginning of each request is read, and then the connection is reset.
    Reset,
    /// Nothing will come back, which the client can see from the start; what it sends is taken.
    HalfClosed,
    /// So many bytes of the answer come back, and then the connection ends.
    CutAnswer(u64),
    /// The answer comes back byte by byte, with a pause before each.
    Slow(Duration),
    /// Each request is answered with these bytes, and the collector never sees it.
    Says(Vec<u8>, After),
}

/// What follows the bytes of [`Way::Says`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    /// The end of the connection.
    Close,
    /// Nothing.
    Hang,
    /// The last so many of them, for ever.
    Repeat(usize),
}

/// A way on 127.0.0.1 that can be spoiled and mended while it is in use.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    accepted: Condvar,
}

struct State {
    way: Way,
    connections: usize,
    open: HashMap<usize, Vec<Arc<TcpStream>>>,
    is_over: bool,
}

impl Proxy {
    pub(crate) fn start(collector: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port on this machine");
        let address = listener.local_addr().expect("it is bound");
        let state = State { way: Way::Open, connections: 0, open: HashMap::new(), is_over: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), accepted: Condvar::new() });
        let accepting = thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, collector, &shared)
        });
        Self { address, shared, accepting: Some(accepting) }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.address, epilogue::wire::LOGS_PATH)
    }

    /// Spoils or mends the way; the connections that are open end.
    pub(crate) fn set(&self, way: Way) {
        let mut state = self.shared.state.lock().unwrap();
        state.way = way;
        state.close_all();
    }

    /// Waits until so many connections have come since the start, and gives how many have.
    pub(crate) fn wait_for_connections(&self, connections: usize, within: Duration) -> usize {
        let state = self.shared.state.lock().unwrap();
        let is_missing = |state: &mut State| state.connections < connections;
        let (state, _) =
            self.shared.accepted.wait_timeout_while(state, within, is_missing).unwrap();
        state.connections
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        {
            let mut state = self.shared.state.lock().unwrap();
            state.is_over = true;
            state.close_all();
        }
        // It waits for a connection; this one tells it that there will be no other.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl State {
    fn close_all(&mut self) {
        for stream in self.open.drain().flat_map(|(_, streams)| streams) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    /// The number of a connection and the way it goes; `None` at the end.
    fn enter(&self, client: &Arc<TcpStream>) -> Option<(usize, Way)> {
        let mut state = self.state.lock().unwrap();
        if state.is_over {
            return None;
        }
        state.connections += 1;
        let number = state.connections;
        state.open.insert(number, vec![Arc::clone(client)]);
        self.accepted.notify_all();
        Some((number, state.way.clone()))
    }

    /// Ends this stream with the connection. `false` where that is over already.
    fn join(&self, number: usize, collector: &Arc<TcpStream>) -> bool {
        let mut state = self.state.lock().unwrap();
        let streams = state.open.get_mut(&number);
        streams.map(|streams| streams.push(Arc::clone(collector))).is_some()
    }

    fn leave(&self, number: usize) {
        self.state.lock().unwrap().open.remove(&number);
    }
}

fn accept(listener: &TcpListener, collector: SocketAddr, shared: &Arc<Shared>) {
    for client in listener.incoming().filter_map(Result::ok) {
        let client = Arc::new(client);
        let Some((number, way)) = shared.enter(&client) else {
            return;
        };
        let shared = Arc::clone(shared);
        thread::spawn(move || {
            // A broken connection is what this is about.
            let _ = serve(&client, number, way, collector, &shared);
            shared.leave(number);
        });
    }
}

fn serve(
    client: &TcpStream,
    number: usize,
    way: Way,
    collector: SocketAddr,
    shared: &Shared,
) -> io::Result<()> {
    let pass = |back: &(dyn Fn(&TcpStream) -> io::Result<()> + Sync)| {
        let collector = Arc::new(TcpStream::connect(collector)?);
        if shared.join(number, &collector) {
            tunnel(client, &collector, back)?;
        }
        Ok(())
    };
    match way {
        Way::Open => pass(&|collector| copy(collector, client)),
        Way::CutAnswer(bytes) => pass(&|collector| copy(collector.take(bytes), client)),
        Way::Slow(pause) => pass(&|collector| copy_slowly(collector, client, pause)),
        Way::BlackHole => drain(client),
        Way::HalfClosed => {
            client.shutdown(Shutdown::Write)?;
            drain(client)
        }
        // What it leaves unread makes the system reset the connection.
        Way::Reset => { client }.read_exact(&mut [0]),
        Way::Says(bytes, after) => say(client, &bytes, after),
    }
}

/// Passes all that the client sends, and `back` whatever that passes.
fn tunnel(
    client: &TcpStream,
    collector: &TcpStream,
    back: &(dyn Fn(&TcpStream) -> io::Result<()> + Sync),
) -> io::Result<()> {
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = copy(client, collector);
            let _ = collector.shutdown(Shutdown::Write);
        });
        let passed = back(collector);
        for stream in [client, collector] {
            let _ = stream.shutdown(Shutdown::Both);
        }
        passed
    })
}

fn copy(mut from: impl Read, mut to: &TcpStream) -> io::Result<()> {
    io::copy(&mut from, &mut to).map(drop)
}

fn copy_slowly(from: &TcpStream, mut to: &TcpStream, pause: Duration) -> io::Result<()> {
    for byte in BufReader::new(from).bytes() {
        thread::sleep(pause);
        to.write_all(&[byte?])?;
    }
    Ok(())
}

fn drain(mut client: &TcpStream) -> io::Result<()> {
    io::copy(&mut client, &mut io::sink()).map(drop)
}

fn say(mut client: &TcpStream, bytes: &[u8], after: After) -> io::Result<()> {
    let mut requests = BufReader::new(client);
    while read_request(&mut requests)? {
        client.write_all(bytes)?;
        match after {
            After::Hang => {}
            After::Close => return client.shutdown(Shutdown::Both),
            After::Repeat(last) => loop {
                client.write_all(&bytes[bytes.len() - last..])?;
            },
        }
    }
    Ok(())
}

/// Reads a request to its end. `false` where no other has come.
fn read_request(from: &mut impl BufRead) -> io::Result<bool> {
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        if from.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        let header = line.split_once(':').filter(|(name, _)| *name == "content-length");
        if let Some((_, value)) = header {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    io::copy(&mut from.take(length), &mut io::sink())?;
    Ok(true)
}
