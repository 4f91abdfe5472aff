//! Thousands of connections that do nothing keep nobody from working.

use std::fs;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::home::Home;
use crate::limits;
use crate::process::{Process, binary};
use crate::server::record;

const CROWD: u64 = 10_000;
/// In CI there have to be so many.
const IN_CI: u64 = 4_000;

/// How much memory the process has, in KiB.
#[cfg(target_os = "linux")]
fn resident(process: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn asks(stream: &mut TcpStream) -> bool {
    let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut said = [0; 15];
    asked.is_ok()
        && stream.read_exact(&mut said).await.is_ok()
        && said.starts_with(b"HTTP/1.1 200 OK")
}

/// Every other one has asked something before, and is kept as clients keep theirs.
async fn crowd(process: &Process, size: u64) -> Vec<TcpStream> {
    let address = process.url.strip_prefix("http://").unwrap();
    let mut crowd = Vec::new();
    for number in 0..size {
        let mut stream = TcpStream::connect(address).await.unwrap();
        if number % 2 == 0 {
            assert!(asks(&mut stream).await);
        }
        crowd.push(stream);
    }
    crowd
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_crowd_is_kept_and_others_are_served() {
    let size = limits::connections(CROWD, IN_CI);
    let data = Home::new();
    let mut command = binary();
    // What is measured here is not to be closed for its idleness, however slow the machine.
    command.env("EPILOGUE_HEADER_TIMEOUT_SECONDS", "3600");
    let process = Process::run(&mut command, data.path());
    let [ingest, read] = process.keys.clone().unwrap();
    let before = resident(&process);
    let mut crowd = crowd(&process, size).await;
    let each = (resident(&process) - before) as f64 / size as f64;
    eprintln!("{size} idle connections: {each:.1} KiB each, {} KiB in all", resident(&process));
    for _ in 0..100 {
        assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    }
    assert_eq!(process.shown(&read, "").await.len(), 100);
    for stream in crowd.iter_mut().skip(1).step_by(500) {
        assert!(asks(stream).await, "it is still there");
    }
    // A leak would be several times that.
    assert!(each < 64.0, "{each} KiB for each connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_beyond_the_limit_locks_nobody_out() {
    let data = Home::new();
    let mut command = binary();
    command.env("EPILOGUE_HEADER_TIMEOUT_SECONDS", "3600").env("EPILOGUE_MAX_CONNECTIONS", "50");
    let process = Process::run(&mut command, data.path());
    let [ingest, read] = process.keys.clone().unwrap();
    let _crowd = {
        let address = process.url.strip_prefix("http://").unwrap();
        let mut crowd = Vec::new();
        for _ in 0..200 {
            crowd.push(TcpStream::connect(address).await.unwrap());
        }
        crowd
    };
    for _ in 0..20 {
        assert_eq!(process.post(&ingest, record("demo").to_string()).await.unwrap().0, 200);
    }
    assert_eq!(process.shown(&read, "").await.len(), 20);
    process.terminate();
    assert!(process.ended().await.success());
}
