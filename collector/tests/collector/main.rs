//! The collector as its callers see it, one file a promise.

mod audit_trail;
mod bad_requests;
mod connections;
mod contract;
mod crowds;
mod described;
mod end_to_end;
mod exported;
mod faults;
mod filtered_and_sorted;
mod found_by_words;
mod hostile_bodies;
mod hostile_connections;
mod keys;
mod limits;
mod masked_again;
mod overload;
mod process;
mod server;
mod sql_shell;
mod statistics;
mod stored_and_shown;
mod sums;
mod synced;
mod timelines;
mod watched;
