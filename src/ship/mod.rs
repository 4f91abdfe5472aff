//! Getting payloads to the collector: what waits, what goes next, what comes back, what is lost.
//!
//! Deciding and acting are apart: [`outbox`], [`gate`], [`retry`], [`batch`] and [`waits`] are
//! plain data and pure functions that are told the time; [`worker`] is the short loop around them,
//! [`sealing`] makes payloads of what was handed over, [`settle`] carries out what was decided about
//! an answer, and [`spooling`] moves records between memory and the [`spool`] on [`disk`].

mod apart;
mod batch;
mod consent;
mod control;
mod disk;
mod flights;
mod gate;
#[cfg(all(test, epilogue_loom))]
mod interleavings;
mod outbox;
#[cfg(feature = "tracing-layer")]
mod own_thread;
mod queue;
mod ration;
mod retry;
mod sealer;
mod sealing;
mod settle;
mod spool;
mod spooling;
mod stats;
mod sync;
mod transport;
mod waits;
mod warn;
mod worker;

pub use self::stats::{Loss, Stats};
pub use self::transport::{BoxFuture, Transport, TransportError};

pub(crate) use self::consent::{Consent, Generation};
pub use self::control::Drained;
pub(crate) use self::control::{Command, Waiter, wait};
#[cfg(feature = "tracing-layer")]
pub(crate) use self::own_thread::is_shippers_thread;
pub(crate) use self::queue::{HandedOver, Handover, Mention, queue};
pub(crate) use self::sealer::{LevelRule, Sealer};
pub(crate) use self::stats::Counters;
#[cfg(feature = "http-client")]
pub(crate) use self::transport::HttpTransport;
pub(crate) use self::warn::tell;
pub(crate) use self::worker::{Link, Shipper, start};
