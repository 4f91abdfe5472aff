//! The time that a page shows: a named range that ends now, or one between two moments.

use crate::store::{Bucket, Period};
use crate::time;

use super::address::Address;
use super::failure::PageError;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The ranges that have a name: the name, how it is shown, how long it is.
pub(crate) const NAMED: [(&str, &str, i64); 5] = [
    ("1h", "Last hour", HOUR),
    ("24h", "Last 24 hours", DAY),
    ("7d", "Last 7 days", 7 * DAY),
    ("30d", "Last 30 days", 30 * DAY),
    ("90d", "Last 90 days", 90 * DAY),
];
/// The parameters that it is read from.
pub(crate) const PARAMETERS: [&str; 3] = ["range", "since", "until"];

/// From when until when a page shows what happened, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) since: i64,
    pub(crate) until: i64,
    /// The name where it has one.
    pub(crate) name: Option<&'static str>,
}

impl Range {
    /// What an address asks for: `since` and `until`, or `range`, or the range of this name.
    pub(crate) fn of(address: &Address, default: &str, now: i64) -> Result<Self, PageError> {
        let since = moment(address, "since")?;
        let until = moment(address, "until")?;
        if since.is_some() || until.is_some() {
            let until = until.unwrap_or(now);
            let since = since.unwrap_or(until.saturating_sub(DAY));
            if until <= since {
                return Err(PageError::Wrong("until does not lie after since".to_owned()));
            }
            return Ok(Self { since, until, name: None });
        }
        let asked = address.get("range").unwrap_or(default);
        let named = NAMED.into_iter().find(|(name, ..)| *name == asked);
        let wrong = || PageError::Wrong("range is 1h, 24h, 7d, 30d or 90d".to_owned());
        let (name, _, length) = named.ok_or_else(wrong)?;
        Ok(Self { since: now - length, until: now, name: Some(name) })
    }

    /// What the address of a list asks for: all time where it says nothing.
    pub(crate) fn of_list(address: &Address, now: i64) -> Result<Option<Self>, PageError> {
        let is_given = PARAMETERS.iter().any(|name| address.get(name).is_some());
        is_given.then(|| Self::of(address, NAMED[0].0, now)).transpose()
    }

    /// What an address asks for, as the query API takes it: by the ends of the range.
    pub(crate) fn spelled_out(range: Option<Self>, address: &Address) -> Address {
        let bare = PARAMETERS.iter().fold(address.clone(), |bare, name| bare.without(name));
        let Some(range) = range else { return bare };
        bare.with("since", &time::rfc3339(range.since)).with("until", &time::rfc3339(range.until))
    }

    /// The same length of time before it.
    pub(crate) fn before(self) -> Self {
        Self { since: self.since.saturating_sub(self.length()), until: self.since, name: None }
    }

    /// In milliseconds.
    pub(crate) fn length(self) -> i64 {
        self.until.saturating_sub(self.since)
    }

    /// As statistics take it.
    pub(crate) fn period(self) -> Period {
        Period { since: Some(self.since), until: Some(self.until) }
    }

    /// How a chart of it divides the time: into a few dozen points.
    pub(crate) fn bucket(self) -> Bucket {
        match self.length() {
            length if length <= 2 * DAY => Bucket::Hour,
            length if length <= 90 * DAY => Bucket::Day,
            length if length <= 365 * DAY => Bucket::Week,
            _ => Bucket::Month,
        }
    }
}

fn moment(address: &Address, name: &str) -> Result<Option<i64>, PageError> {
    let Some(text) = address.get(name) else { return Ok(None) };
    // What a date field of a browser sends has neither seconds nor a zone.
    let whole = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    let wrong = || PageError::Wrong(format!("{name} is no time (RFC 3339, UTC)"));
    time::parse_rfc3339(&whole).map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<Range, PageError> {
        let uri = format!("/?{query}").parse().unwrap();
        Range::of(&Address::of(&uri), "24h", 100 * DAY)
    }

    #[test]
    fn a_range_has_a_name_or_two_ends() {
        let named = Range { since: 93 * DAY, until: 100 * DAY, name: Some("7d") };
        assert_eq!(asked("range=7d"), Ok(named));
        assert_eq!(asked("").unwrap().length(), DAY);
        let from = asked("since=1970-02-01T00:00&until=1970-02-02").unwrap();
        assert_eq!((from.since, from.until), (31 * DAY, 32 * DAY));
        assert_eq!(from.before().since, 30 * DAY);
        assert_eq!(asked("until=1970-02-02T00:00:00Z").unwrap().since, 31 * DAY);
    }

    #[test]
    fn a_list_is_of_all_time_or_of_a_range_with_ends() {
        let spelled = |query: &str| {
            let address = Address::of(&format!("/?{query}").parse().unwrap());
            let range = Range::of_list(&address, DAY + HOUR).unwrap();
            Range::spelled_out(range, &address).query()
        };
        assert_eq!(spelled("q=a"), "q=a");
        let ends = "since=1970-01-02T00%3A00%3A00.000Z&until=1970-01-02T01%3A00%3A00.000Z";
        assert_eq!(spelled("range=1h&q=a"), format!("q=a&{ends}"));
        assert_eq!(spelled("since=1970-01-02"), ends);
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for wrong in ["range=2d", "since=x", "since=1970-02-02&until=1970-02-01"] {
            assert!(matches!(asked(wrong), Err(PageError::Wrong(_))), "{wrong}");
        }
    }
}
