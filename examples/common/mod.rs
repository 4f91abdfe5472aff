//! Where the examples ship to: the collector of the environment, or a mock one in this process.

use std::error::Error;

use epilogue::testing::MockCollector;
use epilogue::{Client, ClientBuilder};

/// A client, and the mock collector that it ships to where the environment names none.
pub(crate) struct Destination {
    pub(crate) client: Client,
    pub(crate) mock: Option<MockCollector>,
}

/// Reads the environment; what is wrong there is an error, what is absent means the mock.
pub(crate) fn destination(
    change: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Destination, Box<dyn Error>> {
    let builder = change(ClientBuilder::from_env()?);
    if std::env::var("LOG_COLLECTOR_URL").is_ok_and(|url| !url.trim().is_empty()) {
        return Ok(Destination { client: builder.build()?, mock: None });
    }
    let mock = MockCollector::start()?;
    let client = builder.url(mock.url()).api_key("demo-key").client_id("demo").build()?;
    Ok(Destination { client, mock: Some(mock) })
}
