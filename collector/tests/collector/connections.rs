//! Slow and idle connections are let go, and what was accepted is finished.

use std::time::Duration;

use crate::server::{Server, record};
use epilogue_collector::{Config, KeyScope, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let server = Server::with(Config { max_connections: 1, ..impatient() }).await;
    let _first = TcpStream::connect(server.address).await.unwrap();
    let said = said(&server, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200 OK"), "{said}");
}

#[tokio::test]
async fn what_was_accepted_is_finished_at_the_end() {
    let server = Server::start().await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let body = record("demo").to_string();
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /v1/logs HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body: it has accepted the request.
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 100");
    let ending = tokio::spawn(server.end());
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert!(said.contains("HTTP/1.1 200 OK") && said.contains("\"accepted\":1"), "{said}");
    ending.await.unwrap();
}
