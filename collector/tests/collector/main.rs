//! The collector as its callers see it, one file a promise.

mod end_to_end;
mod server;
mod stored_and_shown;
