//! The options of every command.

use std::fmt;
use std::path::PathBuf;

use clap::Args;

/// Where the records are.
#[derive(Args)]
pub(super) struct StoreOptions {
    /// The directory of the embedded store.
    #[arg(long, global = true, env = "EPILOGUE_DATA", default_value = "./epilogue-data")]
    pub(super) data: PathBuf,
    /// The address of another store: `sqlite://PATH`, or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    #[arg(long, global = true, env = "EPILOGUE_STORE", hide_env_values = true)]
    pub(super) store: Option<String>,
}

/// An address may hold a password.
impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions").field("data", &self.data).finish_non_exhaustive()
    }
}
