//! What a request can be made to meet.

use std::time::Duration;

use super::offers::Offers;

/// What the next request, or every request, meets instead of the usual answer.
///
/// Where a fault "stores", it stores what would have been stored without it: an invalid record
/// never is. Handed to [`MockCollector::next`](super::MockCollector::next) and its siblings.
///
/// ```
/// use std::time::Duration;
/// use epilogue::testing::{Fault, MockCollector};
///
/// let collector = MockCollector::start()?;
/// collector.next(Fault::Hang);
/// collector.next_times(3, Fault::status(429).retry_after("1"));
/// collector.next(Fault::Delay(Duration::from_millis(20)));
/// collector.next(Fault::reject([0, 2]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers this status; stores on 2xx and 409, and on no other.
    Status(Status),
    /// Stores at once, and gives the usual answer this much later.
    Delay(Duration),
    /// Stores nothing and keeps the connection open without an answer, until
    /// [`heal`](super::MockCollector::heal) or a stop closes it.
    Hang,
    /// Stores, sends the status line and half a header, and then hangs like [`Fault::Hang`].
    HangInHead,
    /// Stores, sends the head and half of the body, and then hangs like [`Fault::Hang`].
    HangInBody,
    /// Stores nothing, reads the head and resets the connection; a request without a body is
    /// only closed.
    Reset,
    /// Stores nothing, reads half of the body and closes; the client sees a reset or an end.
    HalfBody,
    /// Stores nothing, reads all and closes without an answer.
    HangUp,
    /// Stores and closes without an answer, so that the record comes again.
    StoreThenHangUp,
    /// Stores nothing, answers with bytes that are not HTTP and closes.
    Garbage,
    /// Stores and answers 200 with a body of this many bytes, sent in small pieces until it is
    /// whole; ends early like [`Fault::Hang`] or when the peer closes.
    HugeBody(u64),
    /// Stores nothing and answers 200 with a header that has no end; ends like [`Fault::Hang`] or
    /// when the peer closes.
    EndlessHeader,
    /// Stores and answers 200 with a `Content-Length` beyond what follows, and closes.
    WrongLength,
    /// Answers 200, lists these places of the request under `rejected` and stores the others.
    Reject(Vec<usize>),
    /// Stores nothing and answers 302 with this `Location`.
    Redirect(String),
    /// Stores and answers 200 with an empty body.
    EmptyBody,
    /// Stores and answers 200 with a body that is not JSON.
    NotJson,
    /// Stores and gives the usual answer, but with these offers instead of the collector's.
    Offers(Offers),
}

impl Fault {
    /// Answers this status; stores on 2xx and 409, and on no other.
    ///
    /// ```
    /// use epilogue::testing::Fault;
    ///
    /// let fault: Fault = Fault::status(503).retry_after("2").body("later").into();
    /// assert!(matches!(fault, Fault::Status(_)));
    /// ```
    pub fn status(code: u16) -> Status {
        Status { code, retry_after: None, body: None }
    }

    /// Answers 200 and lists these places of the request, from 0, under `rejected`.
    pub fn reject(indexes: impl IntoIterator<Item = usize>) -> Self {
        Self::Reject(indexes.into_iter().collect())
    }

    /// Answers 302 with this `Location`.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self::Redirect(location.into())
    }

    /// Gives the usual answer without the collector's offers, or with what is added to these.
    pub fn offers() -> Offers {
        Offers::default()
    }
}

/// An answer of a given status, from [`Fault::status`].
///
/// It offers what the collector offers.
///
/// # Default
/// No `Retry-After`; the body is a JSON error, or empty where the status is 2xx or the collector
/// a plain one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Status {
    pub(super) code: u16,
    pub(super) retry_after: Option<String>,
    pub(super) body: Option<String>,
}

impl Status {
    /// Sends `Retry-After` with this text: seconds, a date, or what a broken server would say.
    pub fn retry_after(mut self, text: impl Into<String>) -> Self {
        self.retry_after = Some(text.into());
        self
    }

    /// Sends this body.
    pub fn body(mut self, text: impl Into<String>) -> Self {
        self.body = Some(text.into());
        self
    }

    /// Whether it tells the producer that its records are stored.
    pub(super) fn stores(&self) -> bool {
        matches!(self.code, 200..=299 | 409)
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

impl From<Offers> for Fault {
    fn from(offers: Offers) -> Self {
        Self::Offers(offers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_and_conflict_store() {
        let storing = [200, 202, 204, 409];
        assert!(storing.into_iter().all(|code| Fault::status(code).stores()));
        let others = [302, 400, 401, 408, 413, 429, 500, 503];
        assert!(!others.into_iter().any(|code| Fault::status(code).stores()));
    }
}
