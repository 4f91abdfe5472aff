//! What the SDK promises while the collector, the way to it, or the host itself misbehaves: one
//! file a promise.

mod bounded;
mod budget;
#[path = "../common/mod.rs"]
mod common;
mod counted;
mod degrade;
mod healing;
mod inside;
mod lying;
mod model;
mod never_blocks;
mod outage;
mod proxy;
mod trouble;
