//! The switch for the level: lowering it applies to everything that was handed over before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::level::Level;

/// When a record was handed over, as the switch counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generation(u64);

/// The level now, and the lowest since any record was handed over.
///
/// Of its whole history only two numbers matter: when it was last set to OFF, and when it was
/// last set to `METRICS_ONLY` or OFF. A record may be sent at a level only if the switch was never
/// below it since the record was handed over, not even for a moment.
#[derive(Debug)]
pub(crate) struct Consent {
    now: AtomicU64,
    last_off: AtomicU64,
    last_metrics_only: AtomicU64,
    /// Two setters must not mix; readers never wait for it.
    setting: Mutex<()>,
}

impl Consent {
    pub(crate) fn new(level: Level) -> Self {
        let consent = Self {
            now: AtomicU64::new(0),
            last_off: AtomicU64::new(0),
            last_metrics_only: AtomicU64::new(0),
            setting: Mutex::new(()),
        };
        consent.set(level);
        consent
    }

    pub(crate) fn set(&self, level: Level) {
        let _setting = self.setting.lock().unwrap_or_else(PoisonError::into_inner);
        let next = self.now.load(Ordering::Relaxed) + 1;
        if level == Level::Off {
            self.last_off.store(next, Ordering::SeqCst);
        }
        if level <= Level::MetricsOnly {
            self.last_metrics_only.store(next, Ordering::SeqCst);
        }
        self.now.store(next, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Generation {
        Generation(self.now.load(Ordering::SeqCst))
    }

    /// The level as it is set now.
    pub(crate) fn level(&self) -> Level {
        self.since(self.now())
    }

    /// The lowest level since then.
    pub(crate) fn since(&self, generation: Generation) -> Level {
        if self.last_off.load(Ordering::SeqCst) >= generation.0 {
            Level::Off
        } else if self.last_metrics_only.load(Ordering::SeqCst) >= generation.0 {
            Level::MetricsOnly
        } else {
            Level::FullTrace
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowering_applies_to_what_came_before_and_raising_does_not() {
        let consent = Consent::new(Level::FullTrace);
        let early = consent.now();
        assert_eq!(consent.since(early), Level::FullTrace);

        consent.set(Level::MetricsOnly);
        let middle = consent.now();
        assert_eq!(consent.since(early), Level::MetricsOnly);

        consent.set(Level::Off);
        consent.set(Level::FullTrace);
        assert_eq!(consent.level(), Level::FullTrace);
        assert_eq!(consent.since(early), Level::Off);
        assert_eq!(consent.since(middle), Level::Off);
        assert_eq!(consent.since(consent.now()), Level::FullTrace);
    }

    #[test]
    fn it_starts_at_any_level() {
        for level in [Level::Off, Level::MetricsOnly, Level::FullTrace] {
            assert_eq!(Consent::new(level).level(), level);
        }
    }
}
