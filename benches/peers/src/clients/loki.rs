//! tracing-loki: one event with the JSON text as field; its task is told to end and waited for.

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;
use tracing_loki::{BackgroundTaskController, url::Url};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use super::{Ship, Started, text};
use crate::state::State;

struct Loki {
    runtime: Runtime,
    controller: BackgroundTaskController,
    task: JoinHandle<()>,
}

pub(super) fn start(url: &str) -> Started {
    let runtime = Runtime::new()?;
    let (layer, controller, task) =
        tracing_loki::builder().label("host", "peers")?.build_controller_url(Url::parse(url)?)?;
    // What its own HTTP client traces would be shipped too.
    tracing_subscriber::registry().with(layer.with_filter(LevelFilter::INFO)).init();
    let task = runtime.spawn(task);
    Ok(Box::new(Loki { runtime, controller, task }))
}

impl Ship for Loki {
    fn ship(&self, state: State) {
        let state = text(&state);
        tracing::info!(state, "run");
    }

    fn finish(self: Box<Self>) {
        let Self { runtime, controller, task } = *self;
        runtime.block_on(async move {
            controller.shutdown().await;
            // A task that panicked delivers no more.
            let _ = task.await;
        });
    }
}
