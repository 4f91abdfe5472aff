//! What a hand-over costs the host, and what becomes of the records.
//!
//! `cargo run --release --example overhead -- [--records N] [--trace-bytes B] [--threads T]
//! [--rate R] [--url URL]` ships N records with traces of B bytes, as fast as it can or R a second
//! in all, waits for them, and prints one JSON object. Each state is cloned right before its
//! hand-over, outside the time that is measured. Without an address a collector runs in a child
//! process; with one, `LOG_COLLECTOR_API_KEY` and `CLIENT_ID` say who ships. The other variables
//! of the client count too.
//!
//! `cpu_seconds` (the clones included) and `peak_rss_bytes` are known on Linux alone and left out
//! elsewhere.

mod collector;
mod load;
mod options;
mod process;
mod state;

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use epilogue::{Client, ClientBuilder};
use serde_json::{Value, json};

use collector::CollectorProcess;
use load::Costs;
use options::Options;
use state::State;

const FLUSH: Duration = Duration::from_secs(30);
const SHUTDOWN: Duration = Duration::from_secs(2);

fn client(url: &str) -> Result<Client, Box<dyn Error>> {
    let mut builder = ClientBuilder::from_env()?.url(url);
    if std::env::var_os("LOG_COLLECTOR_API_KEY").is_none() {
        builder = builder.api_key("demo-key");
    }
    if std::env::var_os("CLIENT_ID").is_none() {
        builder = builder.client_id("demo");
    }
    Ok(builder.build()?)
}

/// The value that this many thousandths do not exceed (nearest rank).
fn quantile(sorted: &[u64], thousandths: usize) -> Option<u64> {
    let rank = (sorted.len() * thousandths).div_ceil(1_000);
    sorted.get(rank.checked_sub(1)?).copied()
}

fn ship_ns(costs: &Costs) -> Value {
    let all = &costs.all;
    let mut ship_ns = json!({
        "p50": quantile(all, 500),
        "p99": quantile(all, 990),
        "p999": quantile(all, 999),
        "max": all.last(),
    });
    if let Some(max) = costs.after_idle.last() {
        ship_ns["after_idle_p50"] = json!(quantile(&costs.after_idle, 500));
        ship_ns["after_idle_max"] = json!(max);
    }
    ship_ns
}

fn measure(options: &Options, url: &str) -> Result<Value, Box<dyn Error>> {
    let logs = client(url)?;
    let template = State::of_bytes(options.trace_bytes);
    let started = Instant::now();
    let costs = load::ship(&logs, options, &template);
    // What does not arrive in time is counted as lost.
    let _ = logs.flush_blocking(FLUSH);
    let wall_seconds = started.elapsed().as_secs_f64();
    let _ = logs.shutdown_blocking(SHUTDOWN);
    let stats = logs.stats();
    let mut figures = json!({
        "ship_ns": ship_ns(&costs),
        "produced": stats.produced(),
        "delivered": stats.delivered(),
        "degraded": stats.degraded(),
        "lost": stats.lost(),
        "wall_seconds": wall_seconds,
        "wire_bytes": stats.sent_bytes(),
    });
    if let Some(seconds) = process::cpu_seconds() {
        figures["cpu_seconds"] = json!(seconds);
    }
    if let Some(bytes) = process::peak_rss_bytes() {
        figures["peak_rss_bytes"] = json!(bytes);
    }
    Ok(figures)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let figures = match &options.url {
        Some(url) => measure(options, url)?,
        None => measure(options, &CollectorProcess::start()?.url)?,
    };
    println!("{figures}");
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = if arguments == [collector::HIDDEN_ARGUMENT] {
        collector::collect()
    } else if let Some(options) = Options::parse(arguments.into_iter()) {
        run(&options)
    } else {
        eprintln!("{}", options::USAGE);
        return ExitCode::from(2);
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("overhead: {error}");
            ExitCode::FAILURE
        }
    }
}
