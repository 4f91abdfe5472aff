//! What no collector can do just now is said through the balancer as the collectors say it.

use reqwest::Client;
use sqlx::Executor;

use super::balanced::{Balancer, Collectors};
use crate::process::until;
use crate::server::record;

/// Ends all connections but the own one, so that the next ones are as the database now says.
const END_CONNECTIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// Has the database be read only, as a standby is, or be as it was.
fn read_only(is_read_only: bool) -> String {
    let set = if is_read_only { "SET default_transaction_read_only = on" } else { "RESET ALL" };
    format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {set}', current_database()); END $$; \
         {END_CONNECTIONS}"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn that_all_are_to_be_asked_later_is_passed_on() {
    let Some(collectors) = Collectors::start().await else { return };
    let Some(balancer) = Balancer::before(&collectors).await else { return };
    let http = Client::builder().no_proxy().build().unwrap();
    let post = async || {
        let request = http.post(format!("{}/v1/logs", balancer.url));
        let request = request.header("x-api-key", &collectors.ingest);
        let request = request.header("content-type", "application/json");
        let response = request.body(record("demo").to_string()).send().await.unwrap();
        let has_retry_after = response.headers().contains_key("retry-after");
        (response.status().as_u16(), has_retry_after)
    };
    assert_eq!(post().await, (200, false));
    let mut shell = collectors.shell().await;
    shell.execute(read_only(true).as_str()).await.unwrap();
    // As often as it is asked: the balancer gives none of them up.
    for _ in 0..12 {
        assert_eq!(post().await, (503, true));
    }
    let ready = http.get(format!("{}/readyz", balancer.url)).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    // The connection that said so before may do so still.
    shell.execute(read_only(false).as_str()).await.unwrap();
    until("it is stored again", async || post().await == (200, false)).await;
}
