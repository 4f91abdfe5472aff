//! Prints what leaves the process and what does not: the masking policy in words.
//!
//! `cargo run --example what_we_log > WHAT_WE_LOG.md` prints the policy of a client of this
//! environment, such as its hashing key's id where `LOG_COLLECTOR_MASK_KEY` is set. A service does
//! the same with its own client: `logs.policy().describe()`. Nothing is sent.

use std::io::{self, Write};
use std::process::ExitCode;

use epilogue::{Client, ClientBuilder, ConfigError};

/// The environment's client; where it would ship to does not matter here.
fn client() -> Result<Client, ConfigError> {
    ClientBuilder::from_env()?
        .url("https://localhost/v1/logs")
        .api_key("none")
        .client_id("none")
        .build()
}

fn main() -> ExitCode {
    match client() {
        Ok(client) => {
            let told = client.policy().describe();
            // Whoever reads may have seen enough.
            let _ = io::stdout().write_all(told.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("what_we_log: {error}");
            ExitCode::FAILURE
        }
    }
}
