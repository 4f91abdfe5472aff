//! The dashboard as people use it: a real browser, driven over `WebDriver`, before a real collector.
//!
//! Needs Chromium and its driver (`chromium` and `chromium-driver` of Debian), and the example
//! `agent_runs` as it is built beside the collector. The recorded runs that it ships lie outside of
//! the repository; where they are missing, made-up ones stand in, and it is said so.

#[allow(dead_code, reason = "the collector's own tests ask more of it")]
#[path = "../collector/database.rs"]
mod database;
#[allow(dead_code, reason = "the collector's own tests ask more of it")]
#[path = "../collector/home.rs"]
mod home;

mod checks;
mod driver;
mod every_page;
mod hostile;
mod house;
mod stories;
