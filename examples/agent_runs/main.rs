//! Recorded runs of a support agent become one masked record each.
//!
//! `cargo run --example agent_runs -- FILE [--repeat N] [--print]` reads one run a line, plain or
//! `.gz`, and ships the records to the collector of the environment, or to a mock one in this
//! process. The last line on standard output is one JSON object that tells what became of them.
//! With `--print` the sealed records go to standard output, one a line, and nothing is shipped.
//!
//! The `user_id` of these runs carries a name, so the policy hashes what stands under it.

#[path = "../common/mod.rs"]
mod common;
mod into_record;
mod recorded;

use std::collections::BTreeMap;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use epilogue::Stats;
use epilogue::mask::Policy;
use serde::Serialize;

use common::Destination;
use recorded::RecordedRun;

const USAGE: &str = "usage: agent_runs FILE [--repeat N] [--print]";

/// Records that are handed over before the worker may catch up: fewer than the shortest queue
/// takes, and at the default limits too few to fill half of the budget.
const UNFLUSHED: u64 = 16;
/// How long to wait before saying that the collector keeps the records waiting.
const PATIENCE: Duration = Duration::from_secs(10);

struct Options {
    file: PathBuf,
    repeat: u64,
    prints: bool,
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Option<Options> {
    let (mut file, mut repeat, mut prints) = (None, 1, false);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--repeat") => repeat = times(&arguments.next()?)?,
            Some("--print") => prints = true,
            Some(flag) if flag.starts_with('-') => return None,
            _ if file.is_some() => return None,
            _ => file = Some(argument.into()),
        }
    }
    Some(Options { file: file?, repeat, prints })
}

fn times(argument: &OsStr) -> Option<u64> {
    argument.to_str()?.parse().ok().filter(|times| *times > 0)
}

/// Writes the records as they would be sent.
fn print(runs: &[RecordedRun], repeat: u64, to: &Destination) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for _ in 0..repeat {
        for run in runs {
            let record = to.client.preview(run.clone()).render();
            // At the level OFF there is nothing to see.
            if !record.is_empty() {
                writeln!(out, "{record}")?;
            }
        }
    }
    out.flush()
}

/// Ships at the worker's own pace, and ends early where the collector takes nothing: a service
/// does neither, it hands over and goes on.
fn ship(runs: &[RecordedRun], repeat: u64, to: &Destination) {
    let all = (0..repeat).flat_map(|_| runs);
    for (run, unflushed) in all.zip((1..=UNFLUSHED).cycle()) {
        to.client.ship(run.clone());
        if unflushed == UNFLUSHED && !catch_up(to) {
            return;
        }
    }
    catch_up(to);
}

/// Waits until nothing is under way. `false` where nothing moves any more.
fn catch_up(to: &Destination) -> bool {
    let mut pending = to.client.stats().pending();
    while !to.client.flush_blocking(PATIENCE).is_complete() {
        eprintln!("agent_runs: waiting for the collector: {}", to.client.stats());
        let left = to.client.stats().pending();
        if left >= pending {
            return false;
        }
        pending = left;
    }
    // Of what the mock collector has, only its answers are of interest here.
    if let Some(mock) = &to.mock {
        mock.clear();
    }
    true
}

/// The last line of the output.
#[derive(Serialize)]
struct Summary {
    runs: u64,
    delivered: u64,
    lost: u64,
    degraded: u64,
    bytes: u64,
    masked: BTreeMap<&'static str, u64>,
}

impl Summary {
    fn of(stats: &Stats) -> Self {
        let masked = stats.masked().iter().map(|(entity, count)| (entity.as_str(), count));
        Self {
            runs: stats.produced(),
            delivered: stats.delivered(),
            lost: stats.lost(),
            degraded: stats.degraded(),
            bytes: stats.sent_bytes(),
            masked: masked.collect(),
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let runs = recorded::read(&options.file)?;
    let policy = Policy::builder().name("agent_runs/1").hash_key("user_id").build()?;
    let destination = common::destination(|builder| builder.policy(policy))?;
    if options.prints {
        return Ok(print(&runs, options.repeat, &destination)?);
    }
    ship(&runs, options.repeat, &destination);
    let _ = destination.client.shutdown_blocking(Duration::from_secs(2));
    let summary = Summary::of(&destination.client.stats());
    writeln!(io::stdout(), "{}", serde_json::to_string(&summary)?)?;
    Ok(())
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("agent_runs: {error}");
            ExitCode::FAILURE
        }
    }
}
