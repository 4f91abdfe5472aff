//! `doctor`: is everything there that a server needs?

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use epilogue_collector::store;
use tokio::net::TcpListener;

use super::options::StoreOptions;
use super::serve::ServeOptions;

/// 2025-01-01, before which no clock can be right.
const EARLIEST: u64 = 1_735_689_600;

/// Checks one thing after the other, and fails where one of them did.
pub(super) async fn run(
    place: &StoreOptions,
    options: &ServeOptions,
) -> Result<(), Box<dyn Error>> {
    let ok = |()| "ok";
    let checks = [
        ("configuration", options.config().map(drop).map(ok)),
        ("address", address(options).await),
        ("store", store(place).await),
        ("disk", disk(place)),
        ("clock", clock().map(ok)),
    ];
    let mut failed = 0;
    let mut out = io::stdout().lock();
    for (name, result) in checks {
        match result {
            Ok(finding) => writeln!(out, "{name}: {finding}")?,
            Err(error) => {
                failed += 1;
                writeln!(out, "{name}: {error}")?;
            }
        }
    }
    if failed > 0 { Err(format!("{failed} of the checks failed").into()) } else { Ok(()) }
}

/// Listens there for a moment. A server that runs is no fault.
async fn address(options: &ServeOptions) -> Result<&'static str, Box<dyn Error>> {
    match TcpListener::bind(options.listen).await {
        Ok(_) => Ok("ok"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Ok("in use, as by a server"),
        Err(error) => Err(format!("{}: {error}", options.listen).into()),
    }
}

/// Opens it where it is, brings it up to date and reads it. None is made.
async fn store(place: &StoreOptions) -> Result<&'static str, Box<dyn Error>> {
    let is_there = store::check(place.store.as_deref(), &place.data).await?;
    Ok(if is_there { "ok" } else { "none yet, the first start makes it" })
}

/// Writes and syncs a file where the store writes its own.
fn disk(place: &StoreOptions) -> Result<&'static str, Box<dyn Error>> {
    super::make_directory(place)?;
    let Some(file) = store::file(place.store.as_deref(), &place.data)? else {
        return Ok("not asked for, the store is elsewhere");
    };
    // A name alone lies in the working directory.
    let directory = file.parent().filter(|path| !path.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let path = directory.join(".doctor");
    let told = |error: io::Error| format!("{}: {error}", directory.display());
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0; 1 << 20])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&path);
    written.and(removed).map_err(told)?;
    Ok("ok")
}

fn clock() -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    if now < EARLIEST { Err("it is set to a time before 2025".into()) } else { Ok(()) }
}
