//! What lies between a collector and its PostgreSQL, on a bad day.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How a statement that commits ends, as it is sent.
const COMMIT: &[u8] = b"COMMIT\0";

/// How bytes are carried.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// Where to.
    pub(super) to: String,
    /// Bytes are taken and held back, and no connection is closed.
    pub(super) is_silent: bool,
    /// Connections up to this number are held back for ever.
    stranded: usize,
    /// Connections up to this number are closed.
    cut: usize,
    /// How long every piece takes.
    pub(super) delay: Duration,
}

pub(super) struct Proxy {
    pub(super) endpoint: String,
    way: watch::Sender<Way>,
    connections: Arc<AtomicUsize>,
    /// How many answers to a COMMIT are yet to be lost, and their connection with them.
    commits: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn before(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = listener.local_addr().unwrap().to_string();
        let way = Way { to, is_silent: false, stranded: 0, cut: 0, delay: Duration::ZERO };
        let (way, watched) = watch::channel(way);
        let (connections, commits) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let accepting =
            tokio::spawn(accept(listener, watched, Arc::clone(&connections), Arc::clone(&commits)));
        Self { endpoint, way, connections, commits, accepting }
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut Way)) {
        self.way.send_modify(change);
    }

    /// Nothing is ever said again on the connections that there are.
    pub(super) fn strand(&self) {
        let all = self.connections.load(Ordering::Relaxed);
        self.set(|way| way.stranded = all);
    }

    /// Closes the connections that there are.
    pub(super) fn cut(&self) {
        let all = self.connections.load(Ordering::Relaxed);
        self.set(|way| way.cut = all);
    }

    /// Has the next answers to a COMMIT get lost.
    pub(super) fn lose_commits(&self, commits: usize) {
        self.commits.store(commits, Ordering::Relaxed);
    }

    /// How many are yet to be lost.
    pub(super) fn commits_to_lose(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    way: watch::Receiver<Way>,
    connections: Arc<AtomicUsize>,
    commits: Arc<AtomicUsize>,
) {
    loop {
        let (stream, _): (_, SocketAddr) = listener.accept().await.unwrap();
        let number = connections.fetch_add(1, Ordering::Relaxed) + 1;
        let (way, commits) = (way.clone(), Arc::clone(&commits));
        tokio::spawn(Line { number, way, commits, loses: Arc::default() }.carry(stream));
    }
}

/// One connection.
#[derive(Clone)]
struct Line {
    number: usize,
    way: watch::Receiver<Way>,
    commits: Arc<AtomicUsize>,
    /// The next answer gets lost.
    loses: Arc<AtomicBool>,
}

impl Line {
    /// Both streams are closed when one of them is, or when this is told to end.
    async fn carry(self, stream: TcpStream) {
        let to = self.way.borrow().to.clone();
        let Ok(other) = TcpStream::connect(to).await else { return };
        let ((from_client, to_client), (from_server, to_server)) =
            (stream.into_split(), other.into_split());
        let (number, mut way) = (self.number, self.way.clone());
        tokio::select! {
            () = self.clone().up(from_client, to_server) => {}
            () = self.down(from_server, to_client) => {}
            _ = way.wait_for(|way| way.cut >= number) => {}
        }
    }

    async fn up(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            self.passes().await;
            let commits = bytes[..count].windows(COMMIT.len()).any(|part| part == COMMIT);
            let take = |left: usize| left.checked_sub(1);
            if commits
                && self.commits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
            {
                self.loses.store(true, Ordering::Relaxed);
            }
            if to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    }

    async fn down(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            self.passes().await;
            if self.loses.load(Ordering::Relaxed) || to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    }

    /// Ready when a piece may go on.
    async fn passes(&mut self) {
        let number = self.number;
        let open = self.way.wait_for(|way| !way.is_silent && way.stranded < number).await;
        let delay = open.map_or(Duration::ZERO, |way| way.delay);
        sleep(delay).await;
    }
}
