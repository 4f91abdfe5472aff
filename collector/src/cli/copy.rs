//! `copy`: moves to another store.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use epilogue_collector::store::{self, Store};
use epilogue_collector::{Copied, Copier, CopyError, Mover, Progress, Verified};

use super::options::StoreOptions;

/// How often it is told how far the copy has come.
const OFTEN: Duration = Duration::from_secs(2);

/// From where to where.
#[derive(Args)]
pub(super) struct CopyOptions {
    /// The address of the store to copy, which may go on serving; the store of `--store` or `--data`
    /// where this is not given.
    #[arg(long, env = "EPILOGUE_COPY_FROM", hide_env_values = true)]
    from: Option<String>,
    /// The address of the store to copy to: a new, empty one, or one that a copy was begun in.
    #[arg(long, env = "EPILOGUE_COPY_TO", hide_env_values = true)]
    to: String,
    /// Only compare what was copied, and copy nothing.
    #[arg(long)]
    verify: bool,
}

/// Addresses may hold passwords.
impl fmt::Debug for CopyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOptions").field("verify", &self.verify).finish_non_exhaustive()
    }
}

/// Two stores that are not the same.
#[derive(Debug, thiserror::Error)]
#[error("the target is not as the source: {0} of the things compared differ")]
pub(crate) struct Differ(usize);

/// Copies and compares.
pub(super) async fn run(place: &StoreOptions, options: &CopyOptions) -> Result<(), Box<dyn Error>> {
    let from = options.from.as_deref().or(place.store.as_deref());
    let source = store::open_to_read(from, &place.data).await.map_err(CopyError::Source)?;
    let target = target(place, options).await?;
    let done = run_on(&source, &target, options.verify).await;
    target.close().await;
    source.close().await;
    let differences = done?.differences;
    for difference in &differences {
        eprintln!("{difference}");
    }
    if differences.is_empty() { Ok(()) } else { Err(Differ(differences.len()).into()) }
}

/// The store to copy to. Where it is only compared, none is made.
async fn target(place: &StoreOptions, options: &CopyOptions) -> Result<Arc<dyn Store>, CopyError> {
    let to = Some(options.to.as_str());
    if options.verify && !store::is_there(to, &place.data).await.map_err(CopyError::NoTarget)? {
        return Err(CopyError::NotBegun);
    }
    store::open(to, &place.data).await.map_err(CopyError::NoTarget)
}

async fn run_on(
    source: &Arc<dyn Store>,
    target: &Arc<dyn Store>,
    only_compares: bool,
) -> Result<Verified, Box<dyn Error>> {
    let mover = Mover::at_the_command_line();
    let way = Copier::new(Arc::clone(source), Arc::clone(target), mover).await?;
    let mut done = None;
    if !only_compares {
        let mut told = Told::new();
        let copied = way.copy(|progress| told.tell(progress)).await?;
        say_copied(&copied)?;
        done = Some(copied);
    }
    let mut told = Told::new();
    let verified = way.verify(done, |progress| told.tell(progress)).await?;
    say_verified(&verified)?;
    if !only_compares && verified.differences.is_empty() {
        writeln!(io::stdout(), "{SWITCH}")?;
    }
    Ok(verified)
}

/// What is left to be done.
const SWITCH: &str = "to switch: end the server of the source, or point the producers to a server of the \
     target; then run this once more, which takes what came since";

fn say_copied(copied: &Copied) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "copied: {} records", copied.records)?;
    writeln!(out, "keys: {}", copied.keys())?;
    writeln!(out, "users: {}", copied.users())
}

fn say_verified(verified: &Verified) -> io::Result<()> {
    let Verified { records, source_digest, target_digest, beside, has_sums, .. } = verified;
    let mut out = io::stdout().lock();
    writeln!(out, "compared: {records} records")?;
    writeln!(out, "digest of the source: {source_digest:032x}")?;
    writeln!(out, "digest of the target: {target_digest:032x}")?;
    writeln!(out, "records of the target's own: {beside}")?;
    let sums = if *has_sums { "compared" } else { "not compared, the source has more by now" };
    writeln!(out, "sums: {sums}")?;
    let differences = verified.differences.len();
    writeln!(out, "differences: {differences}")
}

/// What is told of the progress, as often as a person can follow.
struct Told {
    begun: Instant,
    last: Instant,
}

impl Told {
    fn new() -> Self {
        let now = Instant::now();
        Self { begun: now, last: now }
    }

    fn tell(&mut self, progress: Progress) {
        if self.last.elapsed() >= OFTEN {
            self.last = Instant::now();
            eprintln!("{}", line(progress, self.begun.elapsed()));
        }
    }
}

/// One line of the progress after this time.
fn line(progress: Progress, took: Duration) -> String {
    let Progress { compares, done, left } = progress;
    let what = if compares { "compared" } else { "copied" };
    let rate = done as f64 / took.as_secs_f64().max(0.001);
    let seconds = left as f64 / rate.max(0.001);
    format!("{what} {done} records, {rate:.0} a second; at most {left} left, {seconds:.0} seconds")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_a_line() {
        let progress = Progress { compares: false, done: 5_000, left: 2_500 };
        assert_eq!(
            line(progress, Duration::from_secs(2)),
            "copied 5000 records, 2500 a second; at most 2500 left, 1 seconds"
        );
        let begun = Progress { compares: true, done: 0, left: 1 };
        assert!(line(begun, Duration::ZERO).starts_with("compared 0 records"));
    }

    #[test]
    fn options_do_not_show_passwords() {
        let options = CopyOptions { from: None, to: "postgres://a:b@c/d".into(), verify: true };
        assert_eq!(format!("{options:?}"), "CopyOptions { verify: true, .. }");
    }
}
