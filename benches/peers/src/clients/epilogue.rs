//! epilogue: the state is moved in, the guard's drop ends it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use epilogue::{Client, ClientBuilder, Guard};

use super::{Ship, Started};
use crate::state::State;

/// Room for all that 45 seconds of the outages produce.
const SPOOL_BYTES: usize = 256 << 20;

/// How long the client of the next process gets for what this one left.
const NEXT: Duration = Duration::from_secs(30);

struct Epilogue {
    client: Client,
    guard: Guard,
    spool: Option<Spool>,
}

/// Where records wait, and for whom.
struct Spool {
    directory: PathBuf,
    url: String,
}

pub(super) fn start(url: &str) -> Started {
    build(settings(url), None)
}

/// With a directory that holds what the collector does not take.
pub(super) fn start_with_spool(url: &str) -> Started {
    let directory = std::env::temp_dir().join(format!("epilogue-peers-{}", std::process::id()));
    let spool = Spool { directory, url: url.to_owned() };
    build(spool.settings(), Some(spool))
}

fn settings(url: &str) -> ClientBuilder {
    let url = format!("{url}{}", crate::collector::EPILOGUE_PATH);
    Client::builder().url(url).api_key("key").client_id("peers")
}

fn build(settings: ClientBuilder, spool: Option<Spool>) -> Started {
    let client = settings.build()?;
    let guard = client.guard();
    Ok(Box::new(Epilogue { client, guard, spool }))
}

impl Spool {
    fn settings(&self) -> ClientBuilder {
        settings(&self.url).spool_dir(&self.directory).spool_bytes(SPOOL_BYTES)
    }

    /// What the next process with this directory does.
    fn deliver(self) {
        let until = Instant::now() + NEXT;
        if let Ok(next) = self.settings().build() {
            while holds_records(&self.directory) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(10));
            }
            drop(next.guard());
        }
        // A directory that stays costs the next run nothing: its name is another.
        let _ = std::fs::remove_dir_all(self.directory);
    }
}

fn holds_records(directory: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return false;
    };
    entries
        .flatten()
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|end| end == "ndjson") || holds_records(&path))
}

impl Ship for Epilogue {
    fn ship(&self, state: State) {
        self.client.ship(state);
    }

    fn finish(self: Box<Self>) {
        drop(self.guard);
        drop(self.client);
        if let Some(spool) = self.spool {
            spool.deliver();
        }
    }
}
