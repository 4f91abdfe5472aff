//! The collector's own side: an HTTP server that answers every client what it wants, and counts.

use std::convert::Infallible;
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::CONTENT_ENCODING;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::sleep;

use super::protocol::{Protocol, status};
use super::tally::Tally;
use super::{Behaviour, body};
use crate::scenario::{Fault, Scenario};

type Answer = Response<Full<Bytes>>;
type Shared = Arc<Mutex<Tally>>;

/// Connections that may wait to be accepted; a burst of tasks opens thousands at once.
const BACKLOG: u32 = 4_096;

/// Collects until its input ends, which its parent holds open.
pub(crate) fn serve(scenario: &Scenario, run: &str) -> Result<(), Box<dyn Error>> {
    thread::spawn(|| {
        let _ = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    // One thread: the collector shares the machine with the client that is measured.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(listen(scenario.fault, Arc::new(Mutex::new(Tally::new(run)))))
}

async fn listen(fault: Fault, tally: Shared) -> Result<(), Box<dyn Error>> {
    let (port, control) = (take_port()?, take_port()?);
    let (address, control_address) = (port.local_addr()?, control.local_addr()?);
    tokio::spawn(tell(control.listen(BACKLOG)?, Arc::clone(&tally)));
    let behaviour = Behaviour { started: Instant::now(), fault };
    let listener = if let Fault::Refuses(during) = fault {
        announce(address, control_address)?;
        sleep(during).await;
        port.listen(BACKLOG)?
    } else {
        let listener = port.listen(BACKLOG)?;
        announce(address, control_address)?;
        listener
    };
    loop {
        let Some(stream) = accept(&listener).await else {
            continue;
        };
        let tally = Arc::clone(&tally);
        tokio::spawn(async move {
            let service = service_fn(|request| collect(request, behaviour, &tally));
            // A client may go at any time.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Takes a free port of this machine alone. It stays closed until somebody listens on it, and
/// nobody else can have it.
fn take_port() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    Ok(socket)
}

/// Tells the parent where to send, and where to ask.
fn announce(address: SocketAddr, control: SocketAddr) -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{address} {control}")?;
    stdout.flush()
}

async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    if let Ok((stream, _)) = listener.accept().await {
        return Some(stream);
    }
    // Out of files, most likely: others will close theirs.
    sleep(Duration::from_millis(10)).await;
    None
}

/// Takes one request and counts what is in it, or hangs as long as it has to and breaks off.
async fn collect(
    request: Request<Incoming>,
    behaviour: Behaviour,
    tally: &Shared,
) -> Result<Answer, Box<dyn Error + Send + Sync>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    if let Some(time) = behaviour.hangs_for() {
        sleep(time).await;
        return Err("the collector hung".into());
    }
    let protocol = Protocol::of(head.uri.path());
    let coding = head.headers.get(CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
    let is_readable = count(&body, coding, protocol, &mut lock(tally));
    sleep(behaviour.answers_after()).await;
    Ok(if is_readable {
        protocol.success(&head.headers)
    } else {
        status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    })
}

fn count(body: &[u8], coding: Option<&str>, protocol: Protocol, tally: &mut Tally) -> bool {
    tally.counted.requests += 1;
    tally.counted.wire_bytes += body.len();
    let Ok(decoded) = body::decoded(body, coding) else {
        tally.counted.unreadable += 1;
        return false;
    };
    tally.body(&decoded, protocol);
    true
}

/// Answers every request with what was counted so far.
async fn tell(control: TcpListener, tally: Shared) {
    loop {
        let Some(stream) = accept(&control).await else {
            continue;
        };
        let service = service_fn(|_| async {
            let counted = serde_json::to_string(&lock(&tally).counted).unwrap_or_default();
            Ok::<_, Infallible>(Answer::new(Full::from(counted)))
        });
        let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }
}

fn lock(tally: &Shared) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}
