//! Times as the store keeps them: milliseconds since 1970.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

/// Tells the time to whatever decides by it. Tests give one of their own, so that they never wait.
///
/// ```
/// use epilogue_collector::Clock;
///
/// let clock = Clock::new(|| 1_769_860_800_000);
/// assert_eq!(clock.now(), 1_769_860_800_000);
/// ```
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    /// A clock that tells this, in milliseconds since 1970.
    pub fn new(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        (self.0)()
    }
}

/// The clock of this machine.
impl Default for Clock {
    fn default() -> Self {
        Self::new(now_millis)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

/// Now.
pub(crate) fn now_millis() -> i64 {
    millis(SystemTime::now())
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A time as it is shown: RFC 3339, UTC, milliseconds. Times that a year of four digits cannot
/// hold are shown as the last one that can.
pub fn rfc3339(millis: i64) -> String {
    const LAST: u64 = 253_402_300_799_999;
    let since = Duration::from_millis(u64::try_from(millis).unwrap_or_default().min(LAST));
    humantime::format_rfc3339_millis(UNIX_EPOCH + since).to_string()
}

/// A time as it is received: RFC 3339 in UTC.
pub(crate) fn parse_rfc3339(text: &str) -> Option<i64> {
    humantime::parse_rfc3339(text).ok().map(millis)
}

/// When a `UUIDv7` was made; `None` for any other UUID.
pub(crate) fn of_uuid_v7(id: Uuid) -> Option<i64> {
    if id.get_version() != Some(uuid::Version::SortRand) {
        return None;
    }
    // RFC 9562, section 5.7: the first 48 bits are milliseconds since 1970.
    i64::try_from(id.as_u128() >> 80).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_shown() {
        let text = "2026-01-31T12:00:00.250Z";
        assert_eq!(rfc3339(parse_rfc3339(text).unwrap()), text);
        assert_eq!(parse_rfc3339("2026-01-31T12:00:00+01:00"), None);
        assert_eq!(rfc3339(i64::MAX), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_uuid_tells_when_it_was_made() {
        let id = Uuid::try_parse("019a9e3c-7d10-7cc1-8b5e-0f4b7a6f2d11").unwrap();
        assert_eq!(of_uuid_v7(id), Some(0x019a_9e3c_7d10));
        assert_eq!(of_uuid_v7(Uuid::nil()), None);
    }
}
