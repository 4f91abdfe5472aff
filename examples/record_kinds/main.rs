//! One record of each kind besides `workflow`, with personal data in it that does not arrive.
//!
//! `cargo run --example record_kinds` ships to a mock collector in this process and prints each
//! record as it arrived, one a line. With `LOG_COLLECTOR_URL`, `LOG_COLLECTOR_API_KEY` and
//! `CLIENT_ID` it ships there, and prints nothing but what became of them.

#[path = "../common/mod.rs"]
mod common;
mod events;

use std::error::Error;
use std::io;
use std::time::Duration;

use epilogue::Client;
use serde_json::json;

/// Asks a provider who does not answer in time.
async fn create_contact() -> io::Result<u64> {
    tokio::task::yield_now().await;
    Err(io::Error::new(io::ErrorKind::TimedOut, "hubspot did not answer for Maria Lindqvist"))
}

/// A call that is timed and told, whatever comes of it; its result is the caller's as before.
async fn timed_call(logs: &Client) -> io::Result<u64> {
    logs.action("crm_create", "hubspot")
        .with(|event| {
            event.ticket_id("12345").request_payload(json!({"contact": events::customer()}))
        })
        .run(create_contact())
        .await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let common::Destination { client: logs, mock } = common::destination(|builder| builder)?;

    logs.ship(events::action());
    logs.ship(events::audit());
    logs.ship(events::activity());
    logs.ship(events::task_sync());
    logs.ship(events::webhook_event());
    logs.ship(events::nlp_parsing());
    if let Err(error) = timed_call(&logs).await {
        println!("the caller has the error as it was: {:?}", error.kind());
    }

    // What is wrong with a record can be known; shipped, it would be what there is.
    let Err(wrong) = events::without_direction().build() else {
        return Err("a record that is not complete passed for one".into());
    };
    println!("not complete: {wrong}");

    // In a service this is the drop of `logs.guard()` at the end of `main`.
    let _ = logs.shutdown(Duration::from_secs(5)).await;
    for record in mock.iter().flat_map(epilogue::testing::MockCollector::raw_records) {
        println!("{record}");
    }
    println!("stats: {}", logs.stats());
    Ok(())
}
