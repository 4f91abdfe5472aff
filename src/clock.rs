//! Time as a value: read once at the edge, passed in everywhere else, so that tests never wait.

use std::time::{Duration, SystemTime};

/// The last second that RFC 3339 can write, 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

/// A point in time as RFC 3339 in UTC with milliseconds; what lies outside its years is moved to
/// the nearest moment inside.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let since_epoch = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .min(Duration::from_secs(LAST_SECOND));
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since_epoch).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_time_can_be_written() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(rfc3339(at(1_700_000_000)), "2023-11-14T22:13:20.000Z");
        assert_eq!(rfc3339(at(1 << 50)), "9999-12-31T23:59:59.000Z");
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(9);
        assert_eq!(rfc3339(before), "1970-01-01T00:00:00.000Z");
    }
}
