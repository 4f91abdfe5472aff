//! How many connections a test may have.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What the test process needs beside them, with other tests running.
const RESERVE: u64 = 700;

/// Sees to it that so many connections can be opened, or as many as the system allows; in CI there
/// is a number that it must allow.
pub(crate) fn connections(wanted: u64, in_ci: u64) -> u64 {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    let files = (wanted + RESERVE).min(hard).max(soft);
    setrlimit(Resource::RLIMIT_NOFILE, files, hard).unwrap();
    let connections = wanted.min(files.saturating_sub(RESERVE));
    if connections < wanted {
        eprintln!("NOT {wanted} CONNECTIONS but {connections}: the limit of open files is {hard}");
    }
    assert!(std::env::var_os("CI").is_none() || connections >= in_ci, "too few open files");
    connections
}
