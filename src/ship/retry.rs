//! Which answer deserves another try, and in which form: a pure function of the answer and of
//! what was sent.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response, header};

use crate::wire;

use super::transport::TransportError;

/// What a request carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) records: usize,
    /// One record, as `application/json`, uncompressed: what every collector takes.
    pub(crate) is_plain: bool,
    /// The one record had no trace left to give up.
    pub(crate) is_minimal: bool,
}

/// What to do about a request that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Stored, but for the records at these places.
    Stored { rejected: Vec<usize> },
    /// The collector is away or busy: hold everything, and try again.
    Hold { retry_after: Option<Duration> },
    /// One of the records is bad: send each alone.
    Alone,
    /// Too many at once: send half as many.
    Split,
    /// The record is too large: send it without its trace.
    WithoutTrace,
    /// The form is unknown there: send each alone and plain.
    Plain,
    /// The key is not known: drop, and leave the collector alone for a while.
    Unauthorized,
    /// The record will never be taken.
    TooLarge,
    /// The records will never be taken.
    Rejected,
}

/// Reads an answer; `now` is for a `Retry-After` that is a date.
pub(crate) fn judge(
    answer: &Result<Response<Bytes>, TransportError>,
    sent: Sent,
    now: SystemTime,
) -> Verdict {
    let Ok(answer) = answer else {
        return Verdict::Hold { retry_after: None };
    };
    let is_batch = sent.records > 1;
    match answer.status().as_u16() {
        200..=299 => Verdict::Stored { rejected: rejected(answer.body(), sent.records) },
        409 => Verdict::Stored { rejected: Vec::new() },
        400 | 422 if is_batch => Verdict::Alone,
        401 | 403 => Verdict::Unauthorized,
        413 if is_batch => Verdict::Split,
        413 if !sent.is_minimal => Verdict::WithoutTrace,
        413 => Verdict::TooLarge,
        415 if sent.is_plain => Verdict::Rejected,
        415 => Verdict::Plain,
        408 | 425 | 429 | 500 | 502 | 503 | 504 => {
            Verdict::Hold { retry_after: retry_after(answer.headers(), now) }
        }
        _ => Verdict::Rejected,
    }
}

/// The places that the answer lists under `rejected`; a body that is not the answer's object
/// says nothing.
fn rejected(body: &[u8], records: usize) -> Vec<usize> {
    let Ok(answer) = serde_json::from_slice::<wire::Answer>(body) else {
        return Vec::new();
    };
    let mut places: Vec<_> =
        answer.rejected.into_iter().map(|r| r.index).filter(|index| *index < records).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Sent = Sent { records: 1, is_plain: true, is_minimal: false };
    const BATCH: Sent = Sent { records: 3, is_plain: false, is_minimal: false };

    fn answer(status: u16, body: &'static str) -> Response<Bytes> {
        Response::builder().status(status).body(Bytes::from(body)).expect("a valid answer")
    }

    fn verdict(status: u16, sent: Sent) -> Verdict {
        judge(&Ok(answer(status, "")), sent, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn every_row_of_the_answers_has_its_verdict() {
        let stored = Verdict::Stored { rejected: vec![] };
        let hold = Verdict::Hold { retry_after: None };
        for status in [200, 202, 204, 409] {
            assert_eq!(verdict(status, ONE), stored, "{status}");
        }
        for status in [400, 422] {
            assert_eq!(verdict(status, ONE), Verdict::Rejected);
            assert_eq!(verdict(status, BATCH), Verdict::Alone);
        }
        for status in [401, 403] {
            assert_eq!(verdict(status, ONE), Verdict::Unauthorized);
        }
        assert_eq!(verdict(413, BATCH), Verdict::Split);
        assert_eq!(verdict(413, ONE), Verdict::WithoutTrace);
        assert_eq!(verdict(413, Sent { is_minimal: true, ..ONE }), Verdict::TooLarge);
        assert_eq!(verdict(415, BATCH), Verdict::Plain);
        assert_eq!(verdict(415, Sent { is_plain: false, ..ONE }), Verdict::Plain);
        assert_eq!(verdict(415, ONE), Verdict::Rejected);
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert_eq!(verdict(status, ONE), hold, "{status}");
        }
        for status in [302, 404, 405, 411, 501] {
            assert_eq!(verdict(status, ONE), Verdict::Rejected, "{status}");
        }
        let nothing = judge(&Err(TransportError::Timeout), ONE, SystemTime::UNIX_EPOCH);
        assert_eq!(nothing, hold);
    }

    #[test]
    fn a_lying_answer_rejects_nothing_that_was_not_sent() {
        let body = r#"{"accepted":0,"rejected":[{"index":2},{"index":2},{"index":99}]}"#;
        let judged = judge(&Ok(answer(200, body)), BATCH, SystemTime::UNIX_EPOCH);
        assert_eq!(judged, Verdict::Stored { rejected: vec![2] });
        let judged = judge(&Ok(answer(200, "<html>")), BATCH, SystemTime::UNIX_EPOCH);
        assert_eq!(judged, Verdict::Stored { rejected: vec![] });
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |text: &'static str, now: u64| {
            let mut answer = answer(429, "");
            answer.headers_mut().insert(header::RETRY_AFTER, text.parse().expect("a header"));
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
            match judge(&Ok(answer), ONE, now) {
                Verdict::Hold { retry_after } => retry_after.map(|wait| wait.as_secs()),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(read("7", 0), Some(7));
        assert_eq!(read("Thu, 01 Jan 1970 00:01:00 GMT", 50), Some(10));
        assert_eq!(read("Thu, 01 Jan 1970 00:01:00 GMT", 70), Some(0));
        assert_eq!(read("soon", 0), None);
    }
}
