//! Several collectors on one PostgreSQL are as one, whichever of them is asked, and whichever dies.
//!
//! `scripts/postgres run` says where PostgreSQL is, and `EPILOGUE_TEST_NGINX` which program balances.

mod balanced;
#[cfg(target_os = "linux")]
mod bounded;
mod forwarded;
mod housekeeping;
mod keys;
mod killed;
mod load;
mod read_at_once;
mod refused;
mod restarted;
mod sessions;
mod started;
