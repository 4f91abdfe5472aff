//! The server that epilogue ships to: it takes masked records in, keeps them, and answers for them.
//!
//! [`run`] serves on a listener until it is told to end; the binary `epilogue-collector` is a thin
//! command line around it.

mod admin;
mod auth;
mod config;
mod dashboard;
mod error;
mod failure;
mod fields;
mod ingest;
mod metrics;
mod query;
mod schema;
mod server;
pub mod store;
mod time;
mod tls;

pub use admin::{create_key, revoke_key};
pub use auth::{
    ApiKey, Auth, AuthError, COLLECTOR_CLIENT, ClientId, Clients, Gate, Ingest, KeyHash, KeyScope,
    KeySource, NewKey, Operator, Scope, StoredKey, UnknownScope, Watch,
};
pub use config::{Config, Limits};
pub use server::run;
pub use time::rfc3339;
pub use tls::{Tls, TlsError};
