//! The dates of birth that many numbers begin with.

use super::checksum::value;

/// The two digits at `at`.
pub(super) fn pair(digits: &[u8], at: usize) -> u32 {
    value(digits[at]) * 10 + value(digits[at + 1])
}

/// Whether a month has such a day. The century is not told by most numbers, so that every
/// February may have 29.
pub(super) fn is_date(day: u32, month: u32) -> bool {
    let last = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn days_are_those_of_their_month() {
        assert!(is_date(29, 2) && is_date(31, 12) && is_date(1, 1));
        assert!(!is_date(30, 2) && !is_date(31, 4) && !is_date(0, 1) && !is_date(1, 13));
    }
}
