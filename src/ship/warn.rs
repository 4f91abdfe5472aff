//! What the shipper says of itself: one line a reason and minute, and never what a record holds.

use std::collections::HashMap;
use std::fmt;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use tokio::time::Instant;
use tracing::dispatcher::{self, Dispatch};
use tracing::subscriber::NoSubscriber;

/// How long a reason keeps quiet after it was told.
const QUIET: Duration = Duration::from_secs(60);

/// Something that whoever runs the host should know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Warning {
    /// The collector does not answer, or asks for patience.
    Unreachable,
    /// The collector refuses the key.
    Unauthorized,
    /// The collector refuses records.
    Rejected,
    /// Records are lost for want of room.
    Full,
    /// Records are lost because they waited too long.
    Expired,
    /// Values of the host's cannot be serialized.
    Unserializable,
    /// The worker panicked and was started again.
    Restarted,
    /// The spool cannot be used.
    Spool,
    /// Records are lost because the spool is full.
    SpoolFull,
    /// Something in the spool cannot be read.
    SetAside,
    /// Nobody can tell what other processes left in the spool, or it cannot be taken over.
    Estates,
    /// Files of the spool cannot be deleted.
    Undeleted,
}

impl Warning {
    const fn text(self) -> &'static str {
        match self {
            Self::Unreachable => {
                "the collector cannot be reached; records wait, within the budget and age limit"
            }
            Self::Unauthorized => {
                "the collector refuses the API key; what is not in the spool is dropped, and it is \
                 left alone for a minute"
            }
            Self::Rejected => "the collector refuses records; they are dropped",
            Self::Full => "there is no room for more records; the newest are dropped",
            Self::Expired => "records waited longer than the age limit and are dropped",
            Self::Unserializable => {
                "a value could not be serialized, or panicked; its record has no trace"
            }
            Self::Restarted => "the shipper's thread panicked and goes on",
            Self::Spool => "the spool cannot be used; records wait in memory",
            Self::SpoolFull => "the spool is full; the oldest records are dropped",
            Self::SetAside => "files of the spool are damaged or half written, and were set aside",
            Self::Estates => "what other processes left in the spool cannot be taken over",
            Self::Undeleted => "files of the spool cannot be deleted; it is tried again and again",
        }
    }
}

/// Tells warnings, each at most once a minute.
#[derive(Debug, Default)]
pub(crate) struct Warner {
    told: HashMap<Warning, Instant>,
}

impl Warner {
    /// Tells it, unless it was told less than a minute ago. `about` is a status or a kind of
    /// error.
    pub(crate) fn warn(&mut self, warning: Warning, about: &dyn fmt::Display, now: Instant) {
        if self.is_due(warning, now) {
            tell(warning.text(), about);
        }
    }

    fn is_due(&mut self, warning: Warning, now: Instant) -> bool {
        let is_quiet =
            self.told.get(&warning).is_some_and(|told| now.duration_since(*told) < QUIET);
        if !is_quiet {
            self.told.insert(warning, now);
        }
        !is_quiet
    }
}

/// By `tracing`, target `epilogue`; on standard error where nobody listens there.
pub(crate) fn tell(text: &str, about: &dyn fmt::Display) {
    // A subscriber of the host's that panics costs the warning.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        if dispatcher::get_default(Dispatch::is::<NoSubscriber>) {
            // Standard error may be closed; then there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "epilogue: {text} ({about})");
        } else {
            tracing::warn!(target: "epilogue", "{text} ({about})");
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_told_once_a_minute() {
        let (mut warner, now) = (Warner::default(), Instant::now());
        assert!(warner.is_due(Warning::Full, now));
        assert!(!warner.is_due(Warning::Full, now + Duration::from_secs(59)));
        assert!(warner.is_due(Warning::Expired, now));
        assert!(warner.is_due(Warning::Full, now + Duration::from_secs(60)));
    }
}
