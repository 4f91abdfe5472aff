//! What shipping costs a host: epilogue beside what a Rust service would pick instead.
//!
//! Without a role this executable runs the rounds; it starts itself as `collector` and as `host`
//! for each run, so that neither counts into the other.

mod clients;
mod collector;
mod host;
mod marker;
mod options;
mod rounds;
mod scenario;
#[path = "../../../examples/overhead/state.rs"]
mod state;
mod table;
mod usage;

use std::error::Error;
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match act(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn act(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let scenario = |name: &str| scenario::named(name).ok_or("no such scenario");
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [collector::ROLE, name, run] => collector::serve(scenario(name)?, run),
        [host::ROLE, client, name, run, url] => host::play(client, scenario(name)?, run, url),
        _ => {
            let options = Options::parse(arguments.iter().cloned()).ok_or(options::USAGE)?;
            rounds::run(&options)
        }
    }
}
