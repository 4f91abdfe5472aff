//! Records made from what a host does, while it does it.
//!
//! ```
//! use epilogue::{Client, Status};
//!
//! let logs = Client::from_env();
//! let run = logs.run("12345");
//! let call = run.tool_call("lookup_order");
//! call.arguments("A-1017").result("charged twice");
//! drop(call);
//! run.category("BILLING").metric("overall_confidence", 0.82);
//! run.finish(Status::Success);
//! ```

mod action;
mod begin;
mod handle;
#[cfg(feature = "tracing-layer")]
mod layer;
mod panic;
mod recorder;
mod run;
mod step;

pub use self::action::{ActionTimer, ByResult, Judge, TimeLimited, TimeoutWhen};
pub use self::handle::RunHandle;
#[cfg(feature = "tracing-layer")]
pub use self::layer::{TracingLayer, layer};
pub use self::panic::install_panic_hook;
pub use self::run::Run;
pub use self::step::StepGuard;
