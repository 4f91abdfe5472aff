//! The mock collector keeps the contract, and breaks it exactly as asked.

mod faults;
mod ingest;
mod lifetime;
mod producer;
mod transport;
