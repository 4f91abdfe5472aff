//! What an answer's headers offer to the producer.

use crate::wire::{JSON, NDJSON};

/// What an answer offers: `Accept-Post` for batches, `Accept-Encoding` (RFC 7694) for codings.
///
/// As a fault ([`Fault::offers`](super::Fault::offers)) it replaces what the collector offers.
///
/// # Default
/// Offers nothing: neither header is sent.
///
/// ```
/// use epilogue::testing::{Fault, MockCollector};
///
/// let collector = MockCollector::start()?;
/// // Takes batches back, in the next answer.
/// collector.next(Fault::offers().accept_post("application/json"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Offers {
    accept_post: Option<String>,
    accept_encoding: Option<String>,
}

impl Offers {
    /// Sends `Accept-Post` with this value.
    pub fn accept_post(mut self, media_types: impl Into<String>) -> Self {
        self.accept_post = Some(media_types.into());
        self
    }

    /// Sends `Accept-Encoding` with this value.
    pub fn accept_encoding(mut self, codings: impl Into<String>) -> Self {
        self.accept_encoding = Some(codings.into());
        self
    }

    /// What a collector offers that takes batches or not, and these codings.
    pub(super) fn of(batches: bool, codings: &[String]) -> Self {
        Self {
            accept_post: batches.then(|| format!("{JSON}, {NDJSON}")),
            accept_encoding: (!codings.is_empty()).then(|| codings.join(", ")),
        }
    }

    /// The headers, as they are sent.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let post = self.accept_post.as_deref().map(|value| ("accept-post", value));
        let encoding = self.accept_encoding.as_deref().map(|value| ("accept-encoding", value));
        post.into_iter().chain(encoding)
    }

    /// The media types and codings that are named, without their parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.headers().flat_map(|(_, value)| value.split(',')).map(token)
    }
}

/// One entry of a header's list, lower-case and without parameters.
pub(super) fn token(entry: &str) -> String {
    let name = entry.split(';').next().unwrap_or_default();
    name.trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_offered_is_no_header() {
        assert_eq!(Offers::of(false, &[]).headers().count(), 0);
    }

    #[test]
    fn names_are_without_parameters() {
        let offers = Offers::of(true, &["GZIP;q=0.5".to_owned()]);
        let names: Vec<_> = offers.names().collect();
        assert_eq!(names, [JSON, NDJSON, "gzip"]);
    }
}
