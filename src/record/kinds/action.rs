//! `action`: a call of an outside provider.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::super::told::Fields;
use super::super::value::Value;
use super::super::{Ending, Record};
use super::closed::closed_set;
use super::{Event, Kind, KindError, milliseconds};

closed_set! {
    /// How a call of a provider ended.
    ///
    /// # Default
    /// [`ActionStatus::Failure`] where there is an error message, else [`ActionStatus::Success`].
    ActionStatus of "action.status" {
        /// It has not ended.
        Pending = "pending",
        /// It did what it was for.
        Success = "success",
        /// It did not.
        Failure = "failure",
        /// Its time was over.
        Timeout = "timeout",
        /// It failed, and is tried again.
        Retry = "retry",
    }
}

/// What a call of a provider has of its own.
#[derive(Default)]
pub struct Action {
    asked: Cow<'static, str>,
    provider: Cow<'static, str>,
    status: Option<ActionStatus>,
    error_message: Option<String>,
    request_payload: Option<Value>,
    response_data: Option<Value>,
    metadata: Option<Value>,
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Action").field("status", &self.status).finish_non_exhaustive()
    }
}

impl Record {
    /// A call of an outside provider: what was asked (`crm_create`, `helpdesk_create_ticket`,
    /// `email_send`, …) and of whom.
    ///
    /// ```
    /// use std::time::Duration;
    /// use epilogue::Record;
    ///
    /// let record = Record::action("email_send", "sendgrid")
    ///     .ticket_id("12345")
    ///     .took(Duration::from_millis(180))
    ///     .request_payload(serde_json::json!({"to": "maria@example.com"}))
    ///     .succeeded()
    ///     .build()?;
    /// # drop(record);
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn action(
        action_type: impl Into<Cow<'static, str>>,
        provider_name: impl Into<Cow<'static, str>>,
    ) -> Event<Action> {
        let (asked, provider) = (action_type.into(), provider_name.into());
        Event::of("action", Action { asked, provider, ..Action::default() })
    }
}

impl Event<Action> {
    /// How it ended.
    ///
    /// # Default
    /// See [`ActionStatus`].
    pub fn status(mut self, status: ActionStatus) -> Self {
        self.kind.status = Some(status);
        self
    }

    /// It did what it was for.
    pub fn succeeded(self) -> Self {
        self.status(ActionStatus::Success)
    }

    /// It did not, and this is what was said.
    pub fn failed(self, message: impl Into<String>) -> Self {
        self.status(ActionStatus::Failure).error_message(message)
    }

    /// Its time was over.
    pub fn timed_out(self) -> Self {
        self.status(ActionStatus::Timeout)
    }

    /// It failed, and is tried again.
    pub fn retried(self, message: impl Into<String>) -> Self {
        self.status(ActionStatus::Retry).error_message(message)
    }

    /// What went wrong: one line, masked, at most 1,024 bytes.
    pub fn error_message(mut self, message: impl Into<String>) -> Self {
        self.kind.error_message = Some(message.into());
        self
    }

    /// What was asked; in the trace alone.
    pub fn request_payload(mut self, payload: impl Serialize + Send + 'static) -> Self {
        self.kind.request_payload = Some(Value::new(payload));
        self
    }

    /// What was answered; in the trace alone.
    pub fn response_data(mut self, data: impl Serialize + Send + 'static) -> Self {
        self.kind.response_data = Some(Value::new(data));
        self
    }

    /// Anything else about it; in the trace alone.
    pub fn metadata(mut self, metadata: impl Serialize + Send + 'static) -> Self {
        self.kind.metadata = Some(Value::new(metadata));
        self
    }
}

impl Kind for Action {
    fn ending(&self) -> Ending {
        let default = match self.error_message {
            Some(_) => ActionStatus::Failure,
            None => ActionStatus::Success,
        };
        let status = self.status.unwrap_or(default);
        Ending::new(status.as_str(), status == ActionStatus::Success)
    }

    fn fields(&self, took: Option<Duration>) -> Fields<'_> {
        Fields::default()
            .constant("action_type", Some(&self.asked))
            .constant("provider_name", Some(&self.provider))
            .ours("execution_time_ms", took.map(milliseconds))
            .line("error_message", self.error_message.as_deref())
    }

    fn traced(&self) -> Fields<'_> {
        Fields::default()
            .any("request_payload", self.request_payload.as_ref())
            .any("response_data", self.response_data.as_ref())
            .any("metadata", self.metadata.as_ref())
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("action.action_type", &self.asked)?;
        KindError::unless_given("action.provider_name", &self.provider)
    }
}
