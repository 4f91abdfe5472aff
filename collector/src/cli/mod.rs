//! The commands and their options.

mod copy;
mod doctor;
mod files;
mod first;
mod keys;
mod options;
mod serve;
mod users;

use std::error::Error;

use clap::{Parser, Subcommand};

pub(crate) use self::copy::Differ;
use self::options::StoreOptions;

/// Takes the records of epilogue in, keeps them, and answers for them.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Cli {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or ctrl-c.
    Serve(serve::ServeOptions),
    /// Make, list and revoke API keys, also while a server runs.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Make, list, disable and reset users of the dashboard, also while a server runs.
    #[command(subcommand)]
    Users(users::UsersCommand),
    /// Copy all records, keys and users to another store, while a server of the first one runs, and
    /// compare the two. Ended in the middle it goes on where it was.
    Copy(copy::CopyOptions),
    /// Check configuration, store, disk and clock.
    Doctor(serve::ServeOptions),
}

/// Does what the command line says.
pub(crate) fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => serve::serve(&cli.store, &options).await,
            Command::Keys(command) => keys::run(&cli.store, command).await,
            Command::Users(command) => users::run(&cli.store, command).await,
            Command::Copy(options) => copy::run(&cli.store, &options).await,
            Command::Doctor(options) => doctor::run(&cli.store, &options).await,
        }
    });
    // What still runs was cut off on purpose.
    runtime.shutdown_background();
    done
}

/// Makes the directory of the embedded store where it is missing.
fn make_directory(options: &StoreOptions) -> Result<(), Box<dyn Error>> {
    if options.store.is_none() {
        std::fs::create_dir_all(&options.data)
            .map_err(|error| format!("{}: {error}", options.data.display()))?;
    }
    Ok(())
}
