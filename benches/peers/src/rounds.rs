//! The rounds: every client through every scenario, in turns, each in a process of its own.

use std::error::Error;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::BASELINE;
use crate::collector::{Collector, Counted};
use crate::host::{self, Told};
use crate::options::Options;
use crate::scenario::Scenario;
use crate::table::Table;

/// What became of one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcome {
    /// `None` where the host was killed at its deadline, or failed.
    pub(crate) told: Option<Told>,
    pub(crate) counted: Counted,
}

/// Runs all rounds and prints a table for each scenario.
pub(crate) fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut tables: Vec<Table> =
        options.scenarios.iter().map(|scenario| Table::new(scenario, &options.clients)).collect();
    for round in 1..=options.rounds {
        for table in &mut tables {
            let scenario = table.scenario;
            for row in &mut table.rows {
                let outcome = once(row.client, scenario)?;
                eprintln!("round {round}, {}, {}: {outcome:?}", scenario.name, row.client);
                row.outcomes.push(outcome);
            }
        }
    }
    for table in &tables {
        println!("{table}");
    }
    Ok(())
}

fn once(client: &'static str, scenario: &Scenario) -> Result<Outcome, Box<dyn Error>> {
    // Each run has a collector of its own; the name keeps others on this machine out.
    let run = std::process::id().to_string();
    let collector = Collector::start(scenario, &run)?;
    let host = Command::new(std::env::current_exe()?)
        .args([host::ROLE, client, scenario.name, &run, &collector.url])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // What clients say of themselves.
        .stderr(Stdio::null())
        .spawn()?;
    let told = wait(host, scenario.deadline())?;
    let counted = if client == BASELINE { Counted::default() } else { collector.counted()? };
    Ok(Outcome { told, counted })
}

/// What the host tells at its end; nothing of one that had to be killed.
fn wait(mut host: Child, deadline: Duration) -> Result<Option<Told>, Box<dyn Error>> {
    let by = Instant::now() + deadline;
    while host.try_wait()?.is_none() {
        if Instant::now() >= by {
            host.kill()?;
            host.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let mut line = String::new();
    if let Some(mut stdout) = host.stdout.take() {
        stdout.read_to_string(&mut line)?;
    }
    Ok(serde_json::from_str(&line).ok())
}
