//! Puts load on a collector, from a process of its own, and tells what it bore.
//!
//! `cargo run --release -p epilogue-collector --example load -- URL KEY [--connections 64]
//! [--seconds 10] [--bytes 2000] [--batch 1] [--rate N] [--zstd]`: every connection sends one request
//! after the other, each with so many new records of so many bytes. With a rate, so many requests a
//! second are begun in all. The last line is one JSON object.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep_until;
use uuid::Uuid;

/// What the command line says.
#[derive(Clone, Debug)]
struct Options {
    host: String,
    key: String,
    connections: u32,
    seconds: u64,
    bytes: usize,
    batch: usize,
    rate: Option<u32>,
    zstd: bool,
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let host = arguments.next()?.strip_prefix("http://")?.split('/').next()?.to_owned();
    let mut options = Options {
        host,
        key: arguments.next()?,
        connections: 64,
        seconds: 10,
        bytes: 2_000,
        batch: 1,
        rate: None,
        zstd: false,
    };
    while let Some(name) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse::<u32>().ok());
        match name.as_str() {
            "--connections" => options.connections = number()?,
            "--seconds" => options.seconds = number()?.into(),
            "--bytes" => options.bytes = number()? as usize,
            "--batch" => options.batch = number()? as usize,
            "--rate" => options.rate = Some(number()?),
            "--zstd" => options.zstd = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Words as a run leaves them behind: text that compresses as such text does.
const WORDS: [&str; 16] = [
    "refund", "order", "the", "customer", "asked", "for", "tool", "answered", "with", "booking",
    "policy", "was", "checked", "and", "status", "changed",
];

/// Tickets are counted, as most are.
static TICKETS: AtomicU64 = AtomicU64::new(1);

/// One record of about so many bytes.
fn record(bytes: usize, out: &mut String) {
    let id = Uuid::now_v7();
    let (_, mut chance) = id.as_u64_pair();
    let seconds = f64::from(u16::try_from(chance % 65_536).unwrap_or_default()) / 1_000.0;
    let category = ["PRODUCT_SUPPORT", "BILLING", "RETURNS", "OTHER"][(chance >> 5 & 3) as usize];
    let status = if chance % 20 == 0 { "FAILED" } else { "SUCCESS" };
    let begun = out.len();
    let _ = write!(
        out,
        "{{\"schema_version\":1,\"record_id\":\"{id}\",\"kind\":\"workflow\",\
         \"client_id\":\"demo\",\"environment\":\"production\",\"workflow_version\":\"1.2.0\",\
         \"ticket_id\":\"T-{}\",\"executed_at\":\"2026-11-21T12:00:00.000Z\",\
         \"execution_time_seconds\":{seconds},\"status\":\"{status}\",\
         \"category\":\"{category}\",\"metrics\":{{\"overall_confidence\":0.82,\
         \"input_tokens\":812,\"output_tokens\":97,\"cost\":0.0021,\"step_count\":4}},\
         \"level\":\"FULL_TRACE\",\"trace\":{{\"steps\":[{{\"id\":1,\"type\":\"tool_call\",\
         \"output\":\"",
        TICKETS.fetch_add(1, Ordering::Relaxed),
    );
    while out.len() - begun < bytes {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        out.push_str(WORDS[(chance >> 60) as usize]);
        out.push(' ');
    }
    out.push_str("\"}]}}");
}

/// One request with new records.
fn request(options: &Options, body: &mut String, out: &mut Vec<u8>) -> std::io::Result<()> {
    body.clear();
    for _ in 0..options.batch {
        record(options.bytes, body);
        body.push('\n');
    }
    let compressed = if options.zstd { Some(zstd::encode_all(body.as_bytes(), 1)?) } else { None };
    let bytes = compressed.as_deref().unwrap_or(body.as_bytes());
    let media_type = if options.batch > 1 { "application/x-ndjson" } else { "application/json" };
    let coding = if options.zstd { "content-encoding: zstd\r\n" } else { "" };
    out.clear();
    write!(
        out,
        "POST /v1/logs HTTP/1.1\r\nhost: {}\r\nx-api-key: {}\r\ncontent-type: {media_type}\r\n\
         {coding}content-length: {}\r\n\r\n",
        options.host,
        options.key,
        bytes.len()
    )?;
    out.extend_from_slice(bytes);
    Ok(())
}

/// Reads one answer, whose body is short, and tells its status.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16, Box<dyn Error>> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the connection was closed".into());
        }
        let text = String::from_utf8_lossy(buffer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.unwrap_or("0").parse()? {
            return Ok(head.get(9..12).unwrap_or_default().parse()?);
        }
    }
}

/// Sends on one connection until the time is over; gives back how long each answered request took.
async fn send(options: Options, number: u32) -> Result<(Vec<Duration>, u64), String> {
    let fail = |error: &dyn std::fmt::Display| error.to_string();
    let mut stream = TcpStream::connect(&options.host).await.map_err(|e| fail(&e))?;
    stream.set_nodelay(true).map_err(|e| fail(&e))?;
    let (mut body, mut bytes, mut buffer) = (String::new(), Vec::new(), Vec::new());
    let begun = Instant::now();
    let every = options.rate.map(|rate| Duration::from_secs(options.connections.into()) / rate);
    let first = every.map(|every| every * number / options.connections).unwrap_or_default();
    let (mut took, mut refused, mut turn) = (Vec::new(), 0, 0);
    while begun.elapsed() < Duration::from_secs(options.seconds) {
        if let Some(every) = every {
            sleep_until((begun + first + every * turn).into()).await;
            turn += 1;
        }
        request(&options, &mut body, &mut bytes).map_err(|e| fail(&e))?;
        let sent = Instant::now();
        stream.write_all(&bytes).await.map_err(|e| fail(&e))?;
        match answer(&mut stream, &mut buffer).await.map_err(|e| fail(&e))? {
            200 => took.push(sent.elapsed()),
            _ => refused += 1,
        }
    }
    Ok((took, refused))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = options().ok_or("usage: load URL KEY [options], see the source's head")?;
    let begun = Instant::now();
    let sending: Vec<_> =
        (0..options.connections).map(|at| tokio::spawn(send(options.clone(), at))).collect();
    let (mut took, mut refused) = (Vec::new(), 0);
    for sender in sending {
        let (own, not) = sender.await??;
        took.extend(own);
        refused += not;
    }
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |percent: usize| {
        let rank = took.len().saturating_sub(1) * percent / 100;
        took.get(rank).copied().unwrap_or_default().as_secs_f64() * 1e3
    };
    let records = (took.len() * options.batch) as f64 / seconds;
    println!(
        "{{\"requests\":{},\"refused\":{refused},\"records_per_second\":{records:.0},\
         \"p50_ms\":{:.2},\"p95_ms\":{:.2},\"p99_ms\":{:.2}}}",
        took.len(),
        at(50),
        at(95),
        at(99)
    );
    Ok(())
}
