//! An event at the level ERROR becomes an error of the run.

use std::borrow::Cow;

use tracing::Event;

use crate::record::Error;

use super::fields::{FieldValue, Fields};
use super::span::Place;

/// The type of an error that tells none.
const NO_TYPE: &str = "error";

/// What an event says went wrong, in a step or in the run itself.
pub(super) struct Incident {
    pub(super) error: Error,
    /// What the step has failed with.
    pub(super) of_step: Option<String>,
}

impl Incident {
    /// The run goes on after an error in a step, as far as anybody knows; after one of its own it
    /// does not, unless the event says so.
    pub(super) fn of(event: &Event<'_>, place: &Place) -> Self {
        let mut fields = Fields::of_event(event);
        let handled = fields.take_named("handled").and_then(|value| value.as_bool());
        let kind = text(&mut fields, &["error.type", "exception.type"]);
        let stack = text(&mut fields, &["error.stack", "exception.stacktrace", "stack"]);
        let cause = text(&mut fields, &["error", "err", "exception.message"]);
        let message = match (text(&mut fields, &["message"]), cause) {
            (Some(message), Some(cause)) => format!("{message}: {cause}"),
            (message, cause) => message.or(cause).unwrap_or_default(),
        };
        let mut error = Error::new(kind_or_none(kind), message.clone());
        if let Some(stack) = stack {
            error = error.stack(stack);
        }
        if let Some(step) = place.step {
            error = error.step(step);
        }
        if handled.unwrap_or(place.is_step) {
            error = error.handled();
        }
        Self { error, of_step: (handled != Some(true)).then_some(message) }
    }
}

/// The type of an error, as a record tells it.
pub(super) fn kind_or_none(kind: Option<String>) -> Cow<'static, str> {
    kind.map_or(Cow::Borrowed(NO_TYPE), Cow::Owned)
}

fn text(fields: &mut Fields, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| fields.take_named(name)).map(FieldValue::into_text)
}
