//! Slow and idle connections are let go, and what was accepted is finished.

use std::future::pending;
use std::time::Duration;

use crate::server::{Server, record};
use epilogue_collector::{Config, KeyScope, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// What an answer may take; far more than any does.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the server says until it closes the connection, which it does by itself.
async fn said(server: &Server, sent: &str) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    said
}

fn impatient() -> Config {
    let soon = Duration::from_millis(100);
    let limits = Limits { body_timeout: soon, ..Limits::default() };
    Config { header_timeout: soon, limits, ..Config::default() }
}

#[tokio::test]
async fn idle_connections_and_slow_heads_are_closed() {
    let server = Server::with(impatient()).await;
    for sent in ["", "GET /healthz HTTP/1.1\r\nx: y"] {
        let said = said(&server, sent).await;
        assert!(!said.contains("200 OK"), "{said}");
    }
    // One that was used is idle as well afterwards.
    let said = said(&server, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up() {
    let server = Server::with(impatient()).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    let said = said(&server, &head).await;
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
}

/// Sends a request and reads its answer, on a connection that stays.
async fn asks(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await?;
    let mut said = Vec::new();
    while !said.ends_with(b"ok\n") {
        if timeout(PATIENCE, stream.read_buf(&mut said)).await?? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// A request that the server has accepted, and whose body it has asked for.
async fn begun(server: &Server, key: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 25];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn where_there_is_no_place_left_idle_connections_make_one() {
    // No timeout would do it: they are hours.
    let long = Duration::from_secs(3_600);
    let limits = Limits { body_timeout: long, ..Limits::default() };
    let config = Config { max_connections: 20, header_timeout: long, limits, ..Config::default() };
    let server = Server::with(config).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = record("demo").to_string();
    let mut working = begun(&server, &key, &body).await;
    let mut idle = Vec::new();
    for _ in 0..19 {
        idle.push(TcpStream::connect(server.address).await.unwrap());
    }
    // Half of a head is no request, and goes only where whole connections are not enough.
    idle[0].write_all(b"GET /healthz HTTP/1.1\r\nx: y").await.unwrap();
    for _ in 0..30 {
        asks(&mut TcpStream::connect(server.address).await.unwrap()).await.unwrap();
    }
    let mut closed = 0;
    for stream in &idle[1..] {
        closed += usize::from(matches!(stream.try_read(&mut [0]), Ok(0)));
    }
    assert!(closed > 0, "an idle one was closed");
    working.write_all(body.as_bytes()).await.unwrap();
    let mut said = [0; 12];
    working.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 200", "who is at work keeps the place");
}

#[tokio::test]
async fn a_refusal_reaches_whoever_still_sends() {
    let limits = Limits { max_request_bytes: 4 << 20, ..Limits::default() };
    let server = Server::with(Config { limits, ..Config::default() }).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    for (key, media_type, bytes, expected) in [
        ("unknown", "application/json", 8 << 20, "401"),
        (&key, "text/plain", 8 << 20, "415"),
        (&key, "application/json", 12 << 20, "413"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nconnection: close\r\n\
             content-type: {media_type}\r\ncontent-length: {bytes}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // As a simple client does it: all of the body first, then the answer.
        stream.write_all(&vec![b' '; bytes]).await.expect("the server listens");
        let mut said = String::new();
        stream.read_to_string(&mut said).await.expect("the answer is not torn away");
        assert!(said.starts_with(&format!("HTTP/1.1 {expected}")), "{said}");
    }
}

#[tokio::test]
async fn a_refusal_reaches_whoever_was_asked_for_the_body() {
    let limits = Limits { max_request_bytes: 4 << 20, ..Limits::default() };
    let server = Server::with(Config { limits, ..Config::default() }).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = " ".repeat(12 << 20);
    let mut stream = begun(&server, &key, &body).await;
    stream.write_all(body.as_bytes()).await.expect("the server listens");
    let mut said = [0; 12];
    stream.read_exact(&mut said).await.expect("the answer is not torn away");
    assert_eq!(&said, b"HTTP/1.1 413");
}

#[tokio::test]
async fn who_drips_is_cut_off_and_nobody_waits_for_that() {
    let server = Server::with(impatient()).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: 1000000\r\n\r\n"
    );
    let mut dripping = JoinSet::new();
    for head in ["GET /healthz HTTP/1.1\r\n", body.as_str()] {
        for _ in 0..20 {
            let stream = TcpStream::connect(server.address).await.unwrap();
            dripping.spawn(drip(stream, head.to_owned()));
        }
    }
    while let Some(cut) = dripping.try_join_next().map_or(Some(None), |cut| Some(Some(cut))) {
        let (status, _) = server.post(&key, record("demo").to_string()).await;
        assert_eq!(status, 200, "others are served meanwhile");
        if let Some(said) = cut {
            let said = said.unwrap();
            assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
        } else if dripping.is_empty() {
            break;
        }
    }
}

/// Sends a byte now and then until the server has enough of it, and tells what it said.
async fn drip(stream: TcpStream, head: String) -> String {
    let (mut from, mut to) = stream.into_split();
    to.write_all(head.as_bytes()).await.unwrap();
    let sending = async move {
        while to.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
        pending::<()>().await;
    };
    let mut said = Vec::new();
    tokio::select! {
        () = sending => {}
        // Cut off in the middle, it may be that no end can be read.
        _ = from.read_to_end(&mut said) => {}
    }
    String::from_utf8(said).unwrap()
}

#[tokio::test]
async fn what_was_accepted_is_finished_at_the_end() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = record("demo").to_string();
    let mut stream = begun(&server, &key, &body).await;
    let ending = tokio::spawn(server.end());
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("HTTP/1.1 200 OK") && said.contains("\"accepted\":1"), "{said}");
    ending.await.unwrap();
}
