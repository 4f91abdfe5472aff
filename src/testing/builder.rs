//! The settings of a mock collector.

use std::io;

use super::collector::MockCollector;
use super::rules::Rules;

/// The settings of a [`MockCollector`], from [`MockCollector::builder`].
///
/// ```
/// use epilogue::testing::MockCollector;
///
/// let collector = MockCollector::builder()
///     .api_key("k")
///     .client_id("demo")
///     .accept_encodings(["gzip"])
///     .start()?;
/// assert!(collector.url().starts_with("http://127.0.0.1:"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder starts nothing before `start`"]
pub struct MockCollectorBuilder {
    rules: Rules,
}

impl MockCollector {
    /// Starts a collector with the defaults of [`MockCollector::builder`].
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// The settings of a collector that is not started yet.
    pub fn builder() -> MockCollectorBuilder {
        MockCollectorBuilder::default()
    }
}

impl MockCollectorBuilder {
    /// Lets in this key only; any other, and none, is answered 401.
    ///
    /// # Default
    /// Any key that is not empty.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.rules.api_key = Some(key.into());
        self
    }

    /// Takes the records of this client only; a single record of another is answered 403, as is
    /// a batch of nothing else; one among others is listed under `rejected`.
    ///
    /// # Default
    /// Any client's.
    pub fn client_id(mut self, client_id: impl Into<String>) -> Self {
        self.rules.client_id = Some(client_id.into());
        self
    }

    /// Takes several records a request and offers that in every answer; where `false`, a batch
    /// is answered 415 and no `Accept-Post` is sent.
    ///
    /// # Default
    /// `true`.
    pub fn accept_batches(mut self, accept: bool) -> Self {
        self.rules.batches = accept;
        self
    }

    /// Takes these codings and offers them in every answer, in this order; an empty list offers
    /// none. A coding that this build cannot decode is offered and then answered 415.
    ///
    /// # Default
    /// `zstd` (with the feature `zstd`) and `gzip`.
    pub fn accept_encodings<I>(mut self, codings: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.rules.codings = codings.into_iter().map(Into::into).collect();
        self
    }

    /// Makes it the simplest collector: one plain JSON record a request, 415 for anything else,
    /// nothing offered, every answer with an empty body.
    pub fn plain(mut self) -> Self {
        self.rules.batches = false;
        self.rules.codings = Vec::new();
        self.rules.empty_answers = true;
        self
    }

    /// The largest record that is taken, in bytes; a request with a larger one is answered 413.
    ///
    /// # Default
    /// [`MAX_RECORD_BYTES`](crate::wire::MAX_RECORD_BYTES).
    pub fn max_record_bytes(mut self, bytes: usize) -> Self {
        self.rules.max_record_bytes = bytes;
        self
    }

    /// The largest request that is taken, in bytes after decompression; a larger one is answered
    /// 413.
    ///
    /// # Default
    /// [`MAX_REQUEST_BYTES`](crate::wire::MAX_REQUEST_BYTES).
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.rules.max_request_bytes = bytes;
        self
    }

    /// Keeps ids and counts but no records and no requests, for load runs:
    /// [`MockCollector::records`], [`MockCollector::raw_records`] and
    /// [`MockCollector::requests`] are then empty.
    ///
    /// # Default
    /// Everything is kept.
    pub fn counting_only(mut self) -> Self {
        self.rules.counting_only = true;
        self
    }

    /// Starts the collector on a port of 127.0.0.1 that the system chooses.
    ///
    /// # Errors
    /// When no port can be bound or no thread started.
    pub fn start(self) -> io::Result<MockCollector> {
        MockCollector::with_rules(self.rules)
    }
}
