//! `activity`: something that happened to an entity, such as an email.

mod event_type;
mod facts;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

pub use self::event_type::{EventCategory, EventType};
pub use self::facts::Fact;

pub(super) use self::event_type::ERROR;

use self::facts::Facts;
use super::super::told::{Fields, Told, Traced};
use super::super::value::Value;
use super::super::{Ending, Record};
use super::{Event, Kind, KindError};

/// What an event has of its own.
#[derive(Default)]
pub struct Activity {
    entity_type: Cow<'static, str>,
    entity_id: String,
    event_type: Option<EventType>,
    event_category: Option<EventCategory>,
    user_id: Option<String>,
    created_by: Option<String>,
    facts: Facts,
    description: Option<String>,
    metadata: Option<Value>,
}

impl fmt::Debug for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Activity")
            .field("event_category", &self.event_category)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// Something that happened to an entity, by its type (`email`, …) and its id. What happened is
    /// told by one of the methods for the usual events, or by [`event`](Event::event).
    ///
    /// An activity has no status; one that is an [`error`](Event::error) counts as no success.
    ///
    /// ```
    /// use epilogue::Record;
    ///
    /// let classified = Record::activity("email", "msg-17").classified("INVOICE", 0.93);
    /// let snoozed = Record::activity("email", "msg-17").event("snoozed").fact("days", 3);
    /// # let _ = (classified.build()?, snoozed.build()?);
    /// # Ok::<(), epilogue::record::KindError>(())
    /// ```
    pub fn activity(
        entity_type: impl Into<Cow<'static, str>>,
        entity_id: impl Into<String>,
    ) -> Event<Activity> {
        let (entity_type, entity_id) = (entity_type.into(), entity_id.into());
        Event::of("activity", Activity { entity_type, entity_id, ..Activity::default() })
    }
}

/// What happened.
impl Event<Activity> {
    /// What happened, by its name or as an [`EventType`].
    pub fn event(mut self, event_type: impl Into<EventType>) -> Self {
        self.kind.event_type = Some(event_type.into());
        self
    }

    /// It was fetched from where it lies; by the system.
    pub fn fetched(self) -> Self {
        self.event(EventType::Fetched)
    }

    /// It was found out what it is, and how sure that is, from 0 to 1; by the system.
    pub fn classified(self, classification: impl Into<String>, confidence: f64) -> Self {
        self.event(EventType::Classified)
            .fact("classification", classification.into())
            .fact("confidence", confidence)
    }

    /// A workflow ran on it, and ended so.
    pub fn workflow_executed(self, name: impl Into<String>, status: impl Into<String>) -> Self {
        self.event(EventType::WorkflowExecuted)
            .fact("workflow_name", name.into())
            .fact("workflow_status", status.into())
    }

    /// A rule applies to it, by its id.
    pub fn rule_matched(self, rule_id: impl Into<String>) -> Self {
        self.event(EventType::RuleMatched).fact("rule_id", rule_id.into())
    }

    /// It has another status; by the system.
    pub fn status_changed(self, old: impl Into<String>, new: impl Into<String>) -> Self {
        self.event(EventType::StatusChanged)
            .fact("old_status", old.into())
            .fact("new_status", new.into())
    }

    /// Something went wrong with it: of which type, such as `Timeout`; in the system.
    pub fn error(self, error_type: impl Into<String>) -> Self {
        self.event(EventType::Error).fact("error_type", error_type.into())
    }

    /// A person read it.
    pub fn read(self) -> Self {
        self.event(EventType::Read)
    }

    /// A person downloaded something that is attached to it.
    pub fn attachment_downloaded(self) -> Self {
        self.event(EventType::AttachmentDownloaded)
    }

    /// A person attached something to it.
    pub fn attachment_uploaded(self) -> Self {
        self.event(EventType::AttachmentUploaded)
    }

    /// It was linked with something else; by the system.
    pub fn linked(self, linked_type: impl Into<String>, linked_id: impl Into<String>) -> Self {
        self.event(EventType::Linked)
            .fact("linked_type", linked_type.into())
            .fact("linked_id", linked_id.into())
    }

    /// The data of an invoice was read out of it, and how sure that is, from 0 to 1; by the
    /// system.
    pub fn invoice_extracted(self, confidence: f64) -> Self {
        self.event(EventType::InvoiceExtracted).fact("confidence", confidence)
    }

    /// A ticket was made of it, in an outside system.
    pub fn ticket_created(self, ticket_id: impl Into<String>) -> Self {
        self.event(EventType::TicketCreated).ticket_id(ticket_id)
    }

    /// Somebody was told of it in this way, such as `email`; by an outside system.
    pub fn notification_sent(self, method: impl Into<String>) -> Self {
        self.event(EventType::NotificationSent).fact("method", method.into())
    }
}

impl Event<Activity> {
    /// What made it happen.
    ///
    /// # Default
    /// See [`EventCategory`].
    pub fn event_category(mut self, category: EventCategory) -> Self {
        self.kind.event_category = Some(category);
        self
    }

    /// Whom it happened to, or who did it.
    pub fn user_id(mut self, id: impl Into<String>) -> Self {
        self.kind.user_id = Some(id.into());
        self
    }

    /// Who or what wrote it down.
    pub fn created_by(mut self, id: impl Into<String>) -> Self {
        self.kind.created_by = Some(id.into());
        self
    }

    /// A number, a boolean or a short word about it; at most 64. A second one of the same name
    /// replaces the first. See [`Fact`].
    pub fn fact(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Fact>) -> Self {
        self.kind.facts.set(name.into(), value.into());
        self
    }

    /// What happened, in words; in the trace alone.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.kind.description = Some(description.into());
        self
    }

    /// Anything else about it; in the trace alone.
    pub fn metadata(mut self, metadata: impl Serialize + Send + 'static) -> Self {
        self.kind.metadata = Some(Value::new(metadata));
        self
    }
}

impl Activity {
    fn category(&self) -> Option<EventCategory> {
        self.event_category.or_else(|| self.event_type.as_ref()?.usual_category())
    }
}

impl Kind for Activity {
    fn ending(&self) -> Ending {
        let event_type = self.event_type.as_ref().map(EventType::as_str);
        Ending { status: None, is_success: event_type != Some(ERROR) }
    }

    fn fields(&self, _: Option<Duration>) -> Fields<'_> {
        Fields::default()
            .constant("entity_type", Some(&self.entity_type))
            .identifier("entity_id", Some(&self.entity_id))
            .constant("event_type", self.event_type.as_ref().map(EventType::as_str))
            .ours("event_category", self.category().map(EventCategory::as_str))
            .user("user_id", self.user_id.as_deref())
            .user("created_by", self.created_by.as_deref())
            .object("facts", self.facts.fields())
    }

    fn traced(&self) -> Fields<'_> {
        let description = self.description.as_deref();
        Fields::default()
            .add("description", description.map(|text| Told::Traced(Traced::Text(text))))
            .any("metadata", self.metadata.as_ref())
    }

    fn check(&self) -> Result<(), KindError> {
        KindError::unless_given("activity.entity_type", &self.entity_type)?;
        KindError::unless_given("activity.entity_id", &self.entity_id)?;
        let event_type = self.event_type.as_ref().map_or("", EventType::as_str);
        KindError::unless_given("activity.event_type", event_type)?;
        let confidence = self.facts.number("confidence");
        KindError::unless_confidence("activity.facts.confidence", confidence)
    }
}
