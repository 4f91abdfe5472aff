//! When one run of a workflow is over, epilogue turns its final state into **one structured,
//! PII-masked JSON record** and ships it to a collector, in the background.
//!
//! Three rules carry everything:
//!
//! - **One run is one record**: made once, complete, with an id that makes every retry harmless.
//! - **Logging never breaks production**: [`Client::ship`] moves a value into a bounded queue
//!   and returns; it never fails, blocks or panics, and what does not arrive is counted.
//! - **Logs are data, not text**: typed numbers and steps to query, and every text masked before
//!   it leaves the process.
//!
//! ```
//! use std::time::Instant;
//! use epilogue::{Client, Record, Status};
//!
//! let started = Instant::now();
//! let logs = Client::from_env(); // LOG_COLLECTOR_URL, LOG_COLLECTOR_API_KEY, CLIENT_ID
//! let _guard = logs.guard(); // the tail arrives when main ends
//!
//! # let state = serde_json::json!({"customer": {"name": "Maria Lindqvist"}});
//! logs.ship(
//!     Record::workflow("12345")
//!         .status(Status::Success)
//!         .category("PRODUCT_SUPPORT")
//!         .took(started.elapsed())
//!         .metric("overall_confidence", 0.82)
//!         .state(state), // any Serialize + Send + 'static, moved
//! );
//! ```
//!
//! # What to look at first
//!
//! - [`Client`] and its [`ClientBuilder`]: where records go, how much of them ([`Level`]), and
//!   what became of them ([`Stats`]).
//! - [`Run`]: a record that is gathered while the run goes on, and not lost when it ends early.
//! - [`Record`] and [`Step`]: what a run leaves behind; [`trait@IntoRecord`] says once how a state
//!   becomes a record, and can be derived.
//! - [`Record::action`], [`audit`](Record::audit), [`activity`](Record::activity),
//!   [`task_sync`](Record::task_sync), [`webhook_event`](Record::webhook_event) and
//!   [`nlp_parsing`](Record::nlp_parsing): what happens besides; [`Client::action`] times a call of
//!   an outside provider.
//! - [`mask`]: what leaves the process, and as what.
//! - [`Record::seal`] and [`Client::preview`]: see exactly what would be sent.
//! - [`wire`]: the record and the HTTP contract, for whoever reads or receives records.
//! - [`testing`]: a collector for your tests, with faults on demand.
//!
//! # Environment variables
//!
//! | variable | meaning | default |
//! | --- | --- | --- |
//! | `LOG_COLLECTOR_URL` | the collector's whole address | required |
//! | `LOG_COLLECTOR_API_KEY` | the client's key | required |
//! | `CLIENT_ID` | who produces the records | required |
//! | `WORKFLOW_VERSION` | the workflow's version | none |
//! | `LOG_COLLECTOR_LEVEL` | `OFF`, `METRICS_ONLY` or `FULL_TRACE` | `FULL_TRACE` |
//! | `LOG_COLLECTOR_ENVIRONMENT` | `production`, `staging`, … | none |
//! | `LOG_COLLECTOR_MASK_KEY` | key of the hashes, 32 random bytes or more | one a process |
//! | `LOG_COLLECTOR_TIMEOUT_SECONDS` | how long a request may take | 10 |
//! | `LOG_COLLECTOR_CONNECT_TIMEOUT_SECONDS` | how long connecting may take | 3 |
//! | `LOG_COLLECTOR_BUDGET_BYTES` | sealed records that wait or are under way | 33554432 |
//! | `LOG_COLLECTOR_MAX_RECORD_BYTES` | how large one record may be | 1048576, or half a smaller budget |
//! | `LOG_COLLECTOR_MAX_AGE_SECONDS` | how long a record may wait | 900 |
//! | `LOG_COLLECTOR_SPOOL_DIR` | where records wait on disk | none |
//! | `LOG_COLLECTOR_SPOOL_BYTES` | how much of the disk they may take | 67108864 |
//! | `LOG_COLLECTOR_IN_FLIGHT` | requests under way together | 4 |
//! | `LOG_COLLECTOR_COMPRESSION` | `auto`, `zstd`, `gzip` or `off` | `auto` |
//! | `LOG_COLLECTOR_BATCH` | `auto` or `off` | `auto` |
//! | `LOG_COLLECTOR_ALLOW_PLAINTEXT` | plain `http` to another host | `false` |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `rustls` | yes | https by reqwest and rustls, with the crypto provider aws-lc |
//! | `rustls-no-provider` | | the same; the host installs the crypto provider (ring, say) |
//! | `native-tls` | | https by reqwest and the platform's TLS |
//! | `http2` | | HTTP/2 where an https collector offers it, beside HTTP/1.1 |
//! | `zstd` | yes | zstd beside gzip, by the C library |
//! | `derive` | | `#[derive(IntoRecord)]`: what is logged stands on the struct |
//! | `testing` | | [`testing`]: a mock collector |
//! | `tracing-layer` | | [`capture::layer`](capture::layer()): records made of the spans of `tracing` |
//!
//! With none of the TLS features there is no HTTP client at all, and the host implements
//! [`Transport`](transport::Transport). The library never installs a process-wide crypto
//! provider.

pub mod capture;
mod client;
mod clock;
mod config;
mod level;
pub mod mask;
pub mod record;
mod ship;
#[cfg(feature = "testing")]
pub mod testing;
pub mod wire;

/// How requests reach the collector, for a host with an HTTP client of its own.
pub mod transport {
    pub use crate::ship::{BoxFuture, Transport, TransportError};
}

pub use capture::Run;
pub use client::{Client, ClientBuilder, Guard};
pub use config::{Compression, ConfigError, Setting};
pub use level::{Level, UnknownLevel};
pub use record::{IntoRecord, Payload, Record, Status, Step};
pub use ship::{Drained, Loss, Stats};

/// The README's examples, compiled and run with the others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
