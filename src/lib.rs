//! temp
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

pub use client::{Client, ClientBuilder, Guard};
pub use config::{Compression, ConfigError, Setting};
pub use level::{Level, UnknownLevel};
pub use record::{IntoRecord, Payload, Record, Status, Step};
pub use ship::{Drained, Loss, Stats};
