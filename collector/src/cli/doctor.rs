//! `doctor`: is everything there that a server needs?

use std::error::Error;
use std::io::{self, ErrorKind, Write};
use std::time::{SystemTime, UNIX_EPOCH};

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
        ("store", store(place).await.map(ok)),
        ("disk", disk(place).map(ok)),
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

/// Opens it, brings it up to date and reads it.
async fn store(place: &StoreOptions) -> Result<(), Box<dyn Error>> {
    let store = super::open(place).await?;
    let answer = store.ping().await;
    store.close().await;
    Ok(answer?)
}

/// Writes and syncs a file where the embedded store writes its own.
fn disk(place: &StoreOptions) -> Result<(), Box<dyn Error>> {
    if place.store.is_some() {
        return Ok(());
    }
    let path = place.data.join(".doctor");
    let told = |error: io::Error| format!("{}: {error}", place.data.display());
    let written = std::fs::File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0; 1 << 20])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    Ok(written.and(removed).map_err(told)?)
}

fn clock() -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    if now < EARLIEST { Err("it is set to a time before 2025".into()) } else { Ok(()) }
}
