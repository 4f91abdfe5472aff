//! One connection: its requests, one after the other.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use super::connections::Place;
use super::exchange::{Exchange, Next, Shared};
use super::fault::Fault;
use super::http::{self, Framing, Head, HeadError};
use super::ingest::{Received, judge};
use super::misbehave::misbehave;
use super::refusal::Refusal;
use super::request::Request;

/// How long a peer may pause in what it still sends after the last answer.
const DRAIN_PAUSE: Duration = Duration::from_secs(2);
/// The most that is still read after the last answer.
const MAX_DRAIN_BYTES: u64 = 256 << 20;

/// Answers requests until either side ends the connection.
pub(super) fn serve(place: &Place, shared: &Shared) {
    // An answer is one write; waiting for more of it would only delay it.
    let _ = place.stream().set_nodelay(true);
    loop {
        match serve_next(place, shared) {
            Ok(Next::KeepAlive) => {}
            Ok(Next::Drain) => return drain(place.stream()),
            Ok(Next::Close) | Err(_) => return,
        }
    }
}

fn serve_next(place: &Place, shared: &Shared) -> io::Result<Next> {
    let stream = place.stream();
    let head = match http::read_head(stream) {
        Ok(head) => head,
        Err(HeadError::Ended(error)) => return Err(error),
        Err(error) => return refuse_noise(stream, shared, &error),
    };
    let drawn = shared.plan.draw();
    match drawn.fault {
        Some(Fault::Reset) => break_off(stream, shared, head, |_| 0),
        Some(Fault::HalfBody) => break_off(stream, shared, head, |length| length / 2),
        fault => {
            let received = receive(stream, shared, head)?;
            let mut exchange = open(place, shared, received, drawn.healed);
            if let Some(fault) = fault {
                return misbehave(&mut exchange, fault);
            }
            let response = exchange.usual();
            exchange.send(response)
        }
    }
}

/// Answers bytes that are not HTTP, or too many of them before the first empty line.
fn refuse_noise(mut stream: &TcpStream, shared: &Shared, error: &HeadError) -> io::Result<Next> {
    let (status, code) = match error {
        HeadError::TooLarge => (431, "head_too_large"),
        _ => (400, "malformed_request"),
    };
    shared.ledger.add_violation(format!("a connection: {error}"));
    let refusal = Refusal::new(status, code, error.to_string());
    let response = refusal.response().header("connection", "close");
    stream.write_all(&response.to_bytes())?;
    Ok(Next::Drain)
}

/// Reads a part of the body, waits until there is more, and leaves it unread: the kernel then
/// resets the connection when it is closed.
fn break_off(
    stream: &TcpStream,
    shared: &Shared,
    head: Head,
    part: fn(u64) -> u64,
) -> io::Result<Next> {
    let length = match head.framing() {
        Framing::Length(length) => length,
        _ => 0,
    };
    let body = http::read_body(stream, part(length))?;
    if length > 0 {
        http::peek(stream, &mut [0])?;
    }
    let received = Received { head, body, cut: true };
    shared.ledger.open(request(received, Vec::new()), &[]);
    Ok(Next::Close)
}

/// Reads the body as far as it is kept.
fn receive(mut stream: &TcpStream, shared: &Shared, head: Head) -> io::Result<Received> {
    let Framing::Length(length) = head.framing() else {
        return Ok(Received { head, body: Vec::new(), cut: false });
    };
    if head.expects_continue() && length > 0 {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let limit = shared.rules.max_request_bytes as u64;
    let body = http::read_body(stream, length.min(limit))?;
    Ok(Received { head, body, cut: length > limit })
}

fn open<'a>(place: &'a Place, shared: &'a Shared, received: Received, healed: u64) -> Exchange<'a> {
    let judged = judge(&shared.rules, &shared.ledger.offered(), &received);
    let next = after(&received);
    let mut request = request(received, judged.decoded);
    request.records = judged.envelopes;
    let number = shared.ledger.open(request, &judged.violations);
    Exchange { place, shared, number, verdict: judged.verdict, healed, next }
}

/// Whether another request can follow on the connection.
fn after(received: &Received) -> Next {
    match received.head.framing() {
        Framing::Chunked | Framing::Invalid => Next::Drain,
        Framing::Absent | Framing::Length(_) if received.cut => Next::Drain,
        Framing::Absent | Framing::Length(_) if received.head.closes => Next::Close,
        Framing::Absent | Framing::Length(_) => Next::KeepAlive,
    }
}

fn request(received: Received, decoded: Vec<u8>) -> Request {
    Request {
        number: 0,
        method: received.head.method,
        path: received.head.path,
        headers: received.head.headers,
        body: received.body,
        decoded,
        records: Vec::new(),
        status: None,
    }
}

fn drain(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(DRAIN_PAUSE));
    let _ = io::copy(&mut stream.take(MAX_DRAIN_BYTES), &mut io::sink());
}
