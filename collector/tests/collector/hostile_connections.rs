//! Whatever comes over a connection, the server goes on.

use std::time::Duration;

use epilogue_collector::{Config, KeyScope, Limits};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::timeout;

use crate::server::{Server, record};

/// Must not stand in any answer.
const CANARY: &str = "canary-7c1e";
/// What an end may take; far more than any does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lines of a head, true and untrue. `KEY` and `LENGTH` are filled in.
const LINES: [&str; 18] = [
    "host: x",
    "x-api-key: KEY",
    "x-api-key: canary-7c1e",
    "content-type: application/json",
    "content-type: application/x-ndjson",
    "content-length: LENGTH",
    "content-length: 0",
    "content-length: 7",
    "content-length: 70000",
    "content-length: -1",
    "content-length: 99999999999999999999",
    "transfer-encoding: chunked",
    "transfer-encoding: canary-7c1e, chunked",
    "content-encoding: gzip",
    "content-encoding: zstd",
    "expect: 100-continue",
    "canary-7c1e: canary-7c1e",
    " canary-7c1e",
];

/// How a request begins, what its body is, and the lines between; how much of it is sent, and
/// whether the client hangs up then.
type Sent = ((&'static str, &'static str), Vec<&'static str>, usize, bool);

fn sent() -> impl Strategy<Value = Sent> {
    let usual = vec![LINES[0], LINES[1], LINES[3], LINES[5]];
    let lines = prop_oneof![Just(usual), vec(select(&LINES[..]), 0..8)];
    let bodies = vec![
        "RECORD",
        "RECORDRECORD",
        "",
        "{",
        "4\r\nRECORD\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nx",
        "0\r\n\r\nGET / HTTP/1.1\r\nhost: canary-7c1e\r\n\r\n",
        "\0\0\0\0",
        "canary-7c1e",
    ];
    let begins = vec![
        "POST /v1/logs HTTP/1.1",
        "POST /v1/logs HTTP/1.1",
        "POST /v1/logs HTTP/1.0",
        "PUT /v1/logs HTTP/1.1",
        "GET /v1/logs/canary-7c1e HTTP/1.1",
        "GET /v1/logs/%ff HTTP/1.1",
        "PRI * HTTP/2.0",
        "canary-7c1e",
        "",
    ];
    let text = (select(begins), select(bodies));
    (text, lines, prop_oneof![4 => Just(usize::MAX), 1 => 0..400_usize], any::<bool>())
}

async fn does_no_harm(
    server: &Server,
    key: &str,
    ((begin, body), lines, most, hangs_up): Sent,
) -> Result<(), TestCaseError> {
    let json = record("demo").to_string();
    let body = body.replace("RECORD", &json);
    let whole = format!("{begin}\r\nconnection: close\r\n{}\r\n\r\n{body}", lines.join("\r\n"));
    let whole = whole.replace("KEY", key).replace("LENGTH", &body.len().to_string());
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let part = &whole.as_bytes()[..most.min(whole.len())];
    // The server may have had enough before the end.
    let _ = stream.write_all(part).await;
    if hangs_up || part.len() < whole.len() {
        let _ = stream.shutdown().await;
    }
    let mut said = Vec::new();
    let ended = timeout(PATIENCE, stream.read_to_end(&mut said)).await;
    prop_assert!(ended.is_ok(), "the server keeps the connection");
    let said = String::from_utf8_lossy(&said);
    prop_assert!(said.is_empty() || said.starts_with("HTTP/1."), "{said}");
    prop_assert!(said.as_bytes().get(9) != Some(&b'5') && !said.contains(CANARY), "{said}");
    let (status, answer) = server.post(key, record("demo").to_string()).await;
    prop_assert_eq!((status.as_u16(), answer["accepted"].as_u64()), (200, Some(1)), "{}", answer);
    Ok(())
}

#[test]
fn what_is_hardly_http_does_no_harm() {
    let runtime = Runtime::new().unwrap();
    let limits = Limits { body_timeout: Duration::from_millis(500), ..Limits::default() };
    let config = Config { limits, ..Config::default() };
    let (server, key) = runtime.block_on(async {
        let server = Server::with(config).await;
        let key = server.key("demo", KeyScope::Ingest).await;
        (server, key)
    });
    TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })
        .run(&sent(), |sent| runtime.block_on(does_no_harm(&server, &key, sent)))
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Asks for far more than any buffer holds, and takes none of it.
async fn reads_nothing(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let asked = "GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1_000);
    // The server stops to read as well.
    let _ = timeout(Duration::from_secs(1), stream.write_all(asked.as_bytes())).await;
    stream
}

#[tokio::test]
async fn who_reads_nothing_gives_up_its_place() {
    let header_timeout = Duration::from_millis(500);
    let config = Config { max_connections: 3, header_timeout, ..Config::default() };
    let server = Server::with(config).await;
    let key = server.key("demo", KeyScope::Ingest).await;
    let mut stalled = Vec::new();
    for _ in 0..3 {
        stalled.push(reads_nothing(&server).await);
    }
    let stored = timeout(PATIENCE, server.post(&key, record("demo").to_string())).await;
    assert_eq!(stored.expect("there is a place for a newcomer").0, 200);
}
