//! Answering with a fault, once the request has been read and judged.

use std::io::{self, Write};
use std::net::Shutdown;
use std::time::Duration;

use crate::wire::Rejection;

use super::check::Record;
use super::exchange::{Exchange, Next};
use super::fault::{Fault, Status};
use super::ingest::Verdict;
use super::offers::Offers;
use super::refusal::Refusal;
use super::response::Response;

/// How much of an endless answer is written at once.
const PIECE: [u8; 4096] = [b'a'; 4096];
/// How many bytes of a wrong `Content-Length` never follow.
const MISSING_BYTES: u64 = 64;

/// Answers with this fault.
pub(super) fn misbehave(exchange: &mut Exchange<'_>, fault: Fault) -> io::Result<Next> {
    match fault {
        Fault::Status(status) => answer_status(exchange, status),
        Fault::Delay(time) => delay(exchange, time),
        Fault::Hang => hang(exchange),
        Fault::HangInHead => hang_in_head(exchange),
        Fault::HangInBody => hang_in_body(exchange),
        Fault::StoreThenHangUp => {
            exchange.store(None);
            Ok(Next::Close)
        }
        // The first two are met before the body is read.
        Fault::Reset | Fault::HalfBody | Fault::HangUp => Ok(Next::Close),
        Fault::Garbage => garble(exchange),
        Fault::HugeBody(bytes) => pour(exchange, bytes),
        Fault::EndlessHeader => endless_header(exchange),
        Fault::WrongLength => wrong_length(exchange),
        Fault::Reject(indexes) => reject(exchange, &indexes),
        Fault::Redirect(location) => {
            exchange.note(302);
            exchange.send(Response::empty(302).header("location", location))
        }
        Fault::EmptyBody => store_and_send(exchange, Response::empty(200)),
        Fault::NotJson => store_and_send(exchange, Response::text(200, "<html>stored</html>")),
        Fault::Offers(offers) => offer(exchange, &offers),
    }
}

fn store_and_send(exchange: &mut Exchange<'_>, response: Response) -> io::Result<Next> {
    exchange.store(Some(response.status));
    exchange.send(response)
}

fn answer_status(exchange: &mut Exchange<'_>, status: Status) -> io::Result<Next> {
    let stores = status.stores();
    let mut response = match status.body {
        Some(body) => Response::text(status.code, body),
        None if exchange.shared.rules.empty_answers || matches!(status.code, 200..=299) => {
            Response::empty(status.code)
        }
        None => Refusal::new(status.code, "fault", "a fault on demand").response(),
    };
    if let Some(text) = status.retry_after {
        response = response.header("retry-after", text);
    }
    if stores {
        return store_and_send(exchange, response);
    }
    exchange.note(status.code);
    exchange.send(response)
}

fn delay(exchange: &mut Exchange<'_>, time: Duration) -> io::Result<Next> {
    let response = exchange.usual();
    exchange.place.pause(time);
    exchange.send(response)
}

/// Keeps the connection open until the peer, a heal or a stop ends it.
fn hang(exchange: &Exchange<'_>) -> io::Result<Next> {
    hold(exchange);
    io::copy(&mut exchange.stream(), &mut io::sink())?;
    Ok(Next::Close)
}

/// From now on a heal ends this connection; one that came since the fault was drawn does so at
/// once.
fn hold(exchange: &Exchange<'_>) {
    exchange.place.hold();
    if exchange.shared.plan.healed() != exchange.healed {
        let _ = exchange.stream().shutdown(Shutdown::Both);
    }
}

fn hang_in_head(exchange: &mut Exchange<'_>) -> io::Result<Next> {
    exchange.store(Some(200));
    exchange.stream().write_all(b"HTTP/1.1 200 OK\r\ncontent-ty")?;
    hang(exchange)
}

fn hang_in_body(exchange: &mut Exchange<'_>) -> io::Result<Next> {
    exchange.store(Some(200));
    let whole = Response::text(200, r#"{"accepted":1,"duplicates":0}"#).to_bytes();
    let half = &whole[..whole.len() - 15];
    exchange.stream().write_all(half)?;
    hang(exchange)
}

fn garble(exchange: &Exchange<'_>) -> io::Result<Next> {
    exchange.stream().write_all(b"\x15\x03\x03\0\x02\x02\x28 no HTTP at all\r\n\r\n\xff\xfe\0")?;
    Ok(Next::Close)
}

fn pour(exchange: &mut Exchange<'_>, bytes: u64) -> io::Result<Next> {
    exchange.store(Some(200));
    hold(exchange);
    exchange.stream().write_all(Response::empty(200).head(bytes).as_bytes())?;
    pieces(exchange, bytes)
}

fn endless_header(exchange: &Exchange<'_>) -> io::Result<Next> {
    exchange.note(200);
    hold(exchange);
    exchange.stream().write_all(b"HTTP/1.1 200 OK\r\nx-endless: ")?;
    pieces(exchange, u64::MAX)
}

/// Writes this many bytes, piece by piece; a peer that closes ends it with an error.
fn pieces(exchange: &Exchange<'_>, bytes: u64) -> io::Result<Next> {
    let mut left = bytes;
    while left > 0 {
        let size = PIECE.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        exchange.stream().write_all(&PIECE[..size])?;
        left -= size as u64;
    }
    Ok(Next::Close)
}

fn wrong_length(exchange: &mut Exchange<'_>) -> io::Result<Next> {
    let response = exchange.usual();
    let head = response.head(response.body.len() as u64 + MISSING_BYTES);
    exchange.stream().write_all(head.as_bytes())?;
    exchange.stream().write_all(&response.body)?;
    Ok(Next::Close)
}

fn reject(exchange: &mut Exchange<'_>, indexes: &[usize]) -> io::Result<Next> {
    if let Verdict::Taken { records, rejected } = &mut exchange.verdict {
        let (refused, kept): (Vec<_>, Vec<_>) =
            std::mem::take(records).into_iter().partition(|(index, _)| indexes.contains(index));
        *records = kept;
        rejected.extend(refused.into_iter().map(rejection));
        rejected.sort_by_key(|rejection| rejection.index);
    }
    let response = exchange.usual();
    exchange.send(response)
}

fn rejection((index, record): (usize, Record)) -> Rejection {
    Rejection {
        index,
        record_id: Some(record.envelope.record_id.to_string()),
        error: "a fault on demand".to_owned(),
    }
}

fn offer(exchange: &mut Exchange<'_>, offers: &Offers) -> io::Result<Next> {
    let response = exchange.usual();
    exchange.send_offering(response, offers)
}
