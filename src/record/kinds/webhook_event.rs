//! `webhook_event`: an event that an outside system delivered.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::Number;

use super::super::told::{Fields, Told, Traced};
use super::super::{Ending, Record};
use super::closed::closed_set;
use super::{Event, Kind, KindError};

closed_set! {
    /// How far an event's processing got.
    ///
    /// # Default
    /// [`WebhookStatus::Failed`] where there is an error message, else
    /// [`WebhookStatus::Completed`].
    WebhookStatus of "webhook_event.status" {
        /// It waits.
        Pending = "Pending",
        /// It is under way.
        Processing = "Processing",
        /// It is done.
        Completed = "Completed",
        /// It failed.
        Failed = "Failed",
    }
}

/// An id that another system gave: a number there, or a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternalId(Id);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Id {
    Number(Number),
    Text(String),
}

impl ExternalId {
    fn told(&self) -> Option<Told<'_>> {
        match &self.0 {
            Id::Number(number) => Some(Told::NumericId(number)),
            Id::Text(text) => (!text.is_empty()).then_some(Told::Identifier(text)),
        }
    }
}

macro_rules! external_id_from {
    ($($number:ty),+) => {$(
        impl From<$number> for ExternalId {
            fn from(id: $number) -> Self {
                Self(Id::Number(id.into()))
            }
        }
    )+};
}

external_id_from!(i32, i64, u32, u64);

impl From<&str> for ExternalId {
    fn from(id: &str) -> Self {
        Self(Id::Text(id.to_owned()))
    }
}

impl From<String> for ExternalId {
    fn from(id: String) -> Self {
        Self(Id::Text(id))
    }
}

/// What a delivered event has of its own.
#[derive(Default)]
pub struct WebhookEvent {
    event_id: String,
    source: Cow<'static, str>,
    update_id: Option<ExternalId>,
    chat_id: Option<ExternalId>,
    received_at: Option<SystemTime>,
    handler_function: Option<Cow<'static, str>>,
    status: Option<WebhookStatus>,
    retry_count: Option<u32>,
    last_retry_at: Option<SystemTime>,
    error_message: Option<String>,
    payload_size_bytes: Option<u64>,
    payloads: Vec<(SystemTime, String)>,
}

impl fmt::Debug for WebhookEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookEvent")
            .field("status", &self.status)
            .field("retry_count", &self.retry_count)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// An event that an outside system (`telegram`, …) delivered, by its id there.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use epilogue::Record;
    ///
    /// let body = r#"{"message": {"from": {"first_name": "Maria"}, "text": "Maria here"}}"#;
    /// let record = Record::webhook_event("telegram", "evt-1")
    ///     .update_id(846_190_213)
    ///     .chat_id("C024BE91L")
    ///     .payload(SystemTime::now(), body)
    ///     .handler_function("on_message")
    ///     .completed()
    ///     .build()?;
    /// # drop(record);
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn webhook_event(
        source: impl Into<Cow<'static, str>>,
        event_id: impl Into<String>,
    ) -> Event<WebhookEvent> {
        let (source, event_id) = (source.into(), event_id.into());
        Event::of("webhook_event", WebhookEvent { event_id, source, ..WebhookEvent::default() })
    }
}

impl Event<WebhookEvent> {
    /// How far its processing got.
    ///
    /// # Default
    /// See [`WebhookStatus`].
    pub fn status(mut self, status: WebhookStatus) -> Self {
        self.kind.status = Some(status);
        self
    }

    /// It is done.
    pub fn completed(self) -> Self {
        self.status(WebhookStatus::Completed)
    }

    /// It failed, and this is what was said.
    pub fn failed(self, message: impl Into<String>) -> Self {
        self.status(WebhookStatus::Failed).error_message(message)
    }

    /// The number or name of the update that it came with.
    pub fn update_id(mut self, id: impl Into<ExternalId>) -> Self {
        self.kind.update_id = Some(id.into());
        self
    }

    /// The conversation that it belongs to.
    pub fn chat_id(mut self, id: impl Into<ExternalId>) -> Self {
        self.kind.chat_id = Some(id.into());
        self
    }

    /// When it came.
    pub fn received_at(mut self, time: SystemTime) -> Self {
        self.kind.received_at = Some(time);
        self
    }

    /// What processes it, by its name in the code.
    pub fn handler_function(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.kind.handler_function = Some(name.into());
        self
    }

    /// How often it was tried again.
    pub fn retry_count(mut self, count: u32) -> Self {
        self.kind.retry_count = Some(count);
        self
    }

    /// When it was tried again last.
    pub fn last_retry_at(mut self, time: SystemTime) -> Self {
        self.kind.last_retry_at = Some(time);
        self
    }

    /// What went wrong: one line, masked, at most 1,024 bytes.
    pub fn error_message(mut self, message: impl Into<String>) -> Self {
        self.kind.error_message = Some(message.into());
        self
    }

    /// The payload as it came and was stored at that time; in the trace alone, masked as JSON
    /// where it is JSON. One that came later stands behind the others; at most 64 are told.
    pub fn payload(mut self, stored_at: SystemTime, raw: impl Into<String>) -> Self {
        self.kind.payloads.push((stored_at, raw.into()));
        self
    }

    /// How large the payload is.
    ///
    /// # Default
    /// As large as the last [`payload`](Self::payload).
    pub fn payload_size_bytes(mut self, bytes: u64) -> Self {
        self.kind.payload_size_bytes = Some(bytes);
        self
    }
}

impl WebhookEvent {
    fn size(&self) -> Option<u64> {
        self.payload_size_bytes.or_else(|| Some(self.payloads.last()?.1.len() as u64))
    }
}

impl Kind for WebhookEvent {
    fn ending(&self) -> Ending {
        let default = match self.error_message {
            Some(_) => WebhookStatus::Failed,
            None => WebhookStatus::Completed,
        };
        let status = self.status.unwrap_or(default);
        Ending::new(status.as_str(), status == WebhookStatus::Completed)
    }

    fn fields(&self, _: Option<Duration>) -> Fields<'_> {
        Fields::default()
            .identifier("event_id", Some(&self.event_id))
            .constant("source", Some(&self.source))
            .add("update_id", self.update_id.as_ref().and_then(ExternalId::told))
            .add("chat_id", self.chat_id.as_ref().and_then(ExternalId::told))
            .time("received_at", self.received_at)
            .constant("handler_function", self.handler_function.as_deref())
            .ours("retry_count", self.retry_count)
            .time("last_retry_at", self.last_retry_at)
            .line("error_message", self.error_message.as_deref())
            .ours("payload_size_bytes", self.size())
    }

    fn traced(&self) -> Fields<'_> {
        let stored = self.payloads.iter().map(|(time, raw)| {
            let raw = Told::Traced(Traced::Text(raw));
            let stored = Fields::default().time("storage_timestamp", Some(*time));
            Told::Object(stored.add("raw_payload", Some(raw)))
        });
        Fields::default().list("payload_history", stored.collect())
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("webhook_event.event_id", &self.event_id)?;
        KindError::unless_given("webhook_event.source", &self.source)
    }
}
