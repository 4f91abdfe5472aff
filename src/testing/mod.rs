//! An in-process collector with faults on demand, for tests and examples.
//!
//! [`MockCollector`] listens on a port of 127.0.0.1 that the system chooses and takes records as
//! a real collector does: it authenticates, checks strictly, deduplicates, stores in memory and
//! answers. What arrived can be looked at ([`MockCollector::records`],
//! [`MockCollector::requests`]), what breaks the contract though it could be served is listed
//! ([`MockCollector::violations`]), and any request can be made to meet a [`Fault`].
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use epilogue::testing::{Fault, MockCollector};
//!
//! let collector = MockCollector::start()?;
//! collector.next(Fault::status(503).retry_after("2"));
//!
//! let record = r#"{"schema_version":1,"record_id":"019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11",
//!     "kind":"workflow","client_id":"demo","executed_at":"2026-01-31T12:00:00.000Z",
//!     "status":"SUCCESS","level":"METRICS_ONLY"}"#;
//! for expected in ["HTTP/1.1 503", "HTTP/1.1 200"] {
//!     let mut producer = TcpStream::connect(collector.address())?;
//!     write!(
//!         producer,
//!         "POST /v1/logs HTTP/1.1\r\nhost: localhost\r\nx-api-key: key\r\nconnection: close\r\n\
//!          user-agent: epilogue/0.1.0\r\ncontent-type: application/json\r\n\
//!          idempotency-key: 019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11\r\n\
//!          content-length: {}\r\n\r\n{record}",
//!         record.len(),
//!     )?;
//!     let mut answer = String::new();
//!     producer.read_to_string(&mut answer)?;
//!     assert!(answer.starts_with(expected), "{answer}");
//! }
//!
//! assert_eq!(collector.records()[0].client_id, "demo");
//! assert_eq!(collector.requests().len(), 2);
//! assert!(collector.violations().is_empty(), "{:?}", collector.violations());
//! # Ok::<(), std::io::Error>(())
//! ```

mod builder;
mod check;
mod coding;
mod collector;
mod conduct;
mod connection;
mod connections;
mod exchange;
mod fault;
mod fields;
mod form;
mod http;
mod ingest;
mod kinds;
mod ledger;
mod listening;
mod lock;
mod misbehave;
mod offers;
mod plan;
mod refusal;
mod request;
mod response;
mod rules;
mod split;

pub use builder::MockCollectorBuilder;
pub use collector::MockCollector;
pub use fault::{Fault, Status};
pub use offers::Offers;
pub use request::Request;
