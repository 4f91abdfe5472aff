//! How many files the process may have open: every connection is one.

/// What else is open: the store's files, and what a moment needs.
const RESERVE: u64 = 64;

/// How many of the wanted connections there can be. The limit of open files is raised for them as
/// far as the system lets a process do that; most systems begin with 1,024.
pub(super) fn connections(wanted: u32) -> u32 {
    let files = u64::from(wanted) + RESERVE;
    let room = raised(files).unwrap_or(files).saturating_sub(RESERVE);
    u32::try_from(room).unwrap_or(u32::MAX).clamp(1, wanted)
}

/// How many files may be open now; `None` where nobody knows.
#[cfg(unix)]
fn raised(files: u64) -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let wanted = files.min(hard);
    if soft >= wanted || setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_err() {
        return Some(soft);
    }
    Some(wanted)
}

#[cfg(not(unix))]
fn raised(_: u64) -> Option<u64> {
    None
}
