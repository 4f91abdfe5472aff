//! What may happen to an entity.

use std::borrow::Cow;
use std::fmt;

use super::super::closed::closed_set;

/// The type of an event that is no success.
pub(in super::super) const ERROR: &str = "error";

closed_set! {
    /// What made an event happen.
    ///
    /// # Default
    /// The usual one of the usual events, which the methods that set them tell; of others none.
    EventCategory of "activity.event_category" {
        /// The system by itself.
        System = "system",
        /// A person.
        User = "user",
        /// A workflow.
        Workflow = "workflow",
        /// A rule.
        Rule = "rule",
        /// An outside system.
        Integration = "integration",
    }
}

/// What happened: one of the usual events, or any other by its name.
///
/// ```
/// use epilogue::record::EventType;
///
/// assert_eq!(EventType::from("rule_matched"), EventType::RuleMatched);
/// assert_eq!(EventType::from("snoozed").as_str(), "snoozed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventType {
    /// It was fetched from where it lies.
    Fetched,
    /// It was found out what it is.
    Classified,
    /// A workflow ran on it.
    WorkflowExecuted,
    /// A rule applies to it.
    RuleMatched,
    /// It has another status.
    StatusChanged,
    /// Something went wrong with it.
    Error,
    /// Somebody read it.
    Read,
    /// Something attached to it was downloaded.
    AttachmentDownloaded,
    /// Something was attached to it.
    AttachmentUploaded,
    /// It was linked with something else.
    Linked,
    /// The data of an invoice was read out of it.
    InvoiceExtracted,
    /// A ticket was made of it.
    TicketCreated,
    /// Somebody was told of it.
    NotificationSent,
    /// Any other.
    Other(Cow<'static, str>),
}

impl EventType {
    const USUAL: [Self; 13] = [
        Self::Fetched,
        Self::Classified,
        Self::WorkflowExecuted,
        Self::RuleMatched,
        Self::StatusChanged,
        Self::Error,
        Self::Read,
        Self::AttachmentDownloaded,
        Self::AttachmentUploaded,
        Self::Linked,
        Self::InvoiceExtracted,
        Self::TicketCreated,
        Self::NotificationSent,
    ];

    /// The name on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fetched => "fetched",
            Self::Classified => "classified",
            Self::WorkflowExecuted => "workflow_executed",
            Self::RuleMatched => "rule_matched",
            Self::StatusChanged => "status_changed",
            Self::Error => ERROR,
            Self::Read => "read",
            Self::AttachmentDownloaded => "attachment_downloaded",
            Self::AttachmentUploaded => "attachment_uploaded",
            Self::Linked => "linked",
            Self::InvoiceExtracted => "invoice_extracted",
            Self::TicketCreated => "ticket_created",
            Self::NotificationSent => "notification_sent",
            Self::Other(name) => name,
        }
    }

    /// What usually makes it happen.
    pub(super) fn usual_category(&self) -> Option<EventCategory> {
        match self {
            Self::Fetched
            | Self::Classified
            | Self::StatusChanged
            | Self::Error
            | Self::Linked
            | Self::InvoiceExtracted => Some(EventCategory::System),
            Self::WorkflowExecuted => Some(EventCategory::Workflow),
            Self::RuleMatched => Some(EventCategory::Rule),
            Self::Read | Self::AttachmentDownloaded | Self::AttachmentUploaded => {
                Some(EventCategory::User)
            }
            Self::TicketCreated | Self::NotificationSent => Some(EventCategory::Integration),
            Self::Other(_) => None,
        }
    }

    fn named(name: Cow<'static, str>) -> Self {
        let usual = Self::USUAL.into_iter().find(|usual| usual.as_str() == name);
        usual.unwrap_or(Self::Other(name))
    }
}

impl From<&str> for EventType {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<String> for EventType {
    fn from(name: String) -> Self {
        Self::named(name.into())
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_event_is_known_by_its_name_and_has_a_category() {
        for usual in EventType::USUAL {
            assert_eq!(EventType::from(usual.as_str()), usual);
            assert!(usual.usual_category().is_some(), "{usual}");
        }
        assert_eq!(EventType::from("snoozed").usual_category(), None);
    }
}
