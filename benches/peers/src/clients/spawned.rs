//! `tokio::spawn(http.post().json())`: a task a record, waited for at the end or not.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::{Ship, Started};
use crate::state::State;

struct Spawned {
    runtime: Runtime,
    http: reqwest::Client,
    url: String,
    /// `None` where nobody waits, as in a `main` that just ends.
    tasks: Option<Mutex<Vec<JoinHandle<()>>>>,
}

pub(super) fn start(url: &str) -> Started {
    spawned(url, None)
}

pub(super) fn start_joined(url: &str) -> Started {
    spawned(url, Some(Mutex::default()))
}

fn spawned(url: &str, tasks: Option<Mutex<Vec<JoinHandle<()>>>>) -> Started {
    let runtime = Runtime::new()?;
    let http = reqwest::Client::new();
    Ok(Box::new(Spawned { runtime, http, url: format!("{url}/plain"), tasks }))
}

impl Ship for Spawned {
    fn ship(&self, state: State) {
        let (http, url) = (self.http.clone(), self.url.clone());
        let task = self.runtime.spawn(async move {
            // Nobody looks at the error: that is what such code does.
            let _ = http.post(url).json(&state).send().await;
        });
        if let Some(tasks) = &self.tasks {
            tasks.lock().unwrap_or_else(PoisonError::into_inner).push(task);
        }
    }

    fn finish(self: Box<Self>) {
        let Self { runtime, tasks, .. } = *self;
        for task in tasks.into_iter().flat_map(|tasks| tasks.into_inner().unwrap_or_default()) {
            let _ = runtime.block_on(task);
        }
    }
}
