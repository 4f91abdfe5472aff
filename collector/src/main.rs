//! The command line of the collector.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// The exit code where two stores were compared and differ; any other failure is 1.
const DIFFER: u8 = 3;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("epilogue-collector: {error}");
            if error.is::<cli::Differ>() { ExitCode::from(DIFFER) } else { ExitCode::FAILURE }
        }
    }
}
