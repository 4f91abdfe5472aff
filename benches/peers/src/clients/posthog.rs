//! posthog-rs: one event with the state as property, which takes JSON values; shut down.

use posthog_rs::{Client, ClientOptionsBuilder, Event};
use tokio::runtime::Runtime;

use super::{Ship, Started};
use crate::state::State;

struct Posthog {
    runtime: Runtime,
    client: Client,
}

pub(super) fn start(url: &str) -> Started {
    let runtime = Runtime::new()?;
    let options = ClientOptionsBuilder::default()
        .api_key("phc_key".to_owned())
        .host(url.to_owned())
        .build()?;
    let client = runtime.block_on(posthog_rs::client(options));
    Ok(Box::new(Posthog { runtime, client }))
}

impl Ship for Posthog {
    fn ship(&self, state: State) {
        let mut event = Event::new("run", "peers");
        // A property that cannot be serialized would be missing at the collector, which counts.
        let _ = event.insert_prop("state", &state);
        self.client.capture(event);
    }

    fn finish(self: Box<Self>) {
        self.runtime.block_on(self.client.shutdown());
    }
}
