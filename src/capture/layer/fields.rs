//! The fields of a span, as far as they were recorded.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};
use tracing::Event;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Record};

use crate::mask::caught;
use crate::record::Value;

use super::meaning::Meaning;

/// Causes of an error that are told with it.
const MOST_CAUSES: usize = 8;

/// Fields with their values, each at most once.
#[derive(Default)]
pub(super) struct Fields(pub(super) Vec<Told>);

/// A field that was told, and its value.
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) meaning: Meaning,
    pub(super) value: FieldValue,
}

/// A value as `tracing` tells it.
#[derive(Debug, PartialEq)]
pub(super) enum FieldValue {
    Bool(bool),
    Integer(i64),
    Natural(u64),
    Float(f64),
    Text(String),
}

impl Fields {
    /// The fields that a span is made with.
    pub(super) fn of(attributes: &Attributes<'_>) -> Self {
        let mut fields = Self(Vec::with_capacity(attributes.fields().len()));
        attributes.record(&mut fields);
        fields
    }

    /// The fields of an event.
    pub(super) fn of_event(event: &Event<'_>) -> Self {
        let mut fields = Self::default();
        event.record(&mut fields);
        fields
    }

    /// Fields that are told later.
    pub(super) fn told_later(values: &Record<'_>) -> Self {
        let mut fields = Self::default();
        values.record(&mut fields);
        fields
    }

    /// The last value of a field is the one that counts.
    pub(super) fn replace(&mut self, later: Self) {
        for told in later.0 {
            match self.0.iter_mut().find(|known| known.name == told.name) {
                Some(known) => *known = told,
                None => self.0.push(told),
            }
        }
    }

    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.0.iter().any(|told| told.meaning == meaning)
    }

    /// The text of the first field that means this.
    pub(super) fn text(&self, meaning: Meaning) -> Option<&str> {
        self.0.iter().find(|told| told.meaning == meaning)?.value.as_text()
    }

    /// Takes the first field that means this and of which something can be made; others stay.
    pub(super) fn take_as<T>(
        &mut self,
        meaning: Meaning,
        make: impl Fn(&FieldValue) -> Option<T>,
    ) -> Option<T> {
        let mut means = self.0.iter().enumerate().filter(|(_, told)| told.meaning == meaning);
        let (index, value) = means.find_map(|(index, told)| Some((index, make(&told.value)?)))?;
        self.0.remove(index);
        Some(value)
    }

    /// The field of this name, as text.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        let told = self.0.iter().find(|told| told.name == name)?;
        Some(told.value.to_text())
    }

    pub(super) fn take_named(&mut self, name: &str) -> Option<FieldValue> {
        let index = self.0.iter().position(|told| told.name == name)?;
        Some(self.0.remove(index).value)
    }

    /// Takes the first field that means this.
    pub(super) fn take(&mut self, meaning: Meaning) -> Option<FieldValue> {
        let index = self.0.iter().position(|told| told.meaning == meaning)?;
        Some(self.0.remove(index).value)
    }

    pub(super) fn take_text(&mut self, meaning: Meaning) -> Option<String> {
        self.take(meaning).map(FieldValue::into_text)
    }

    pub(super) fn take_value(&mut self, meaning: Meaning) -> Option<Value> {
        self.take(meaning).map(Value::new)
    }

    pub(super) fn take_count(&mut self, meaning: Meaning) -> Option<u64> {
        self.take_as(meaning, FieldValue::as_count)
    }

    /// The same, where it must not be larger.
    pub(super) fn take_number(&mut self, meaning: Meaning) -> Option<u32> {
        self.take_as(meaning, |value| u32::try_from(value.as_count()?).ok())
    }

    /// All that is left, under its own names.
    pub(super) fn into_attributes(self) -> Vec<(Cow<'static, str>, Value)> {
        let attribute = |told: Told| (Cow::Borrowed(told.name), Value::new(told.value));
        self.0.into_iter().map(attribute).collect()
    }

    fn push(&mut self, field: &Field, value: FieldValue) {
        let name = field.name();
        self.0.push(Told { name, meaning: Meaning::of(name), value });
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, FieldValue::Float(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, FieldValue::Integer(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, FieldValue::Natural(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, FieldValue::Bool(value));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, FieldValue::Text(value.to_owned()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        if let Some(text) = caught(|| with_causes(value)) {
            self.push(field, FieldValue::Text(text));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // The host's own code, which may panic or fail; then the field was not told.
        if let Some(text) = caught(|| format!("{value:?}")) {
            self.push(field, FieldValue::Text(text));
        }
    }
}

/// `no answer: connection reset`
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    for cause in causes.take(MOST_CAUSES) {
        // Writing to memory cannot fail.
        let _ = write!(text, ": {cause}");
    }
    text
}

impl FieldValue {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            other => other.to_text(),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Natural(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A count, also where it was told as text.
    pub(super) fn as_count(&self) -> Option<u64> {
        match self {
            Self::Natural(value) => Some(*value),
            Self::Integer(value) => u64::try_from(*value).ok(),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Bool(_) | Self::Float(_) => None,
        }
    }

    /// A number, where it was told as one.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Natural(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Bool(_) | Self::Text(_) => None,
        }
    }
}

/// A text that is a JSON object or array becomes one: the conventions tell structures as text.
impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Natural(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => match structure(text) {
                Some(value) => value.serialize(serializer),
                None => serializer.serialize_str(text),
            },
        }
    }
}

fn structure(text: &str) -> Option<serde_json::Value> {
    if text.trim_start().starts_with(['{', '[']) { serde_json::from_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &'static str, value: FieldValue) -> Told {
        Told { name, meaning: Meaning::of(name), value }
    }

    #[test]
    fn what_is_told_again_replaces_what_was_told() {
        let mut fields = Fields(vec![told("input", FieldValue::Natural(1))]);
        fields.replace(Fields(vec![
            told("input", FieldValue::Natural(2)),
            told("output", FieldValue::Natural(3)),
        ]));
        assert_eq!(fields.0.len(), 2);
        assert_eq!(fields.take(Meaning::Input), Some(FieldValue::Natural(2)));
        assert_eq!(fields.take(Meaning::Input), None);
    }

    #[test]
    fn structures_that_are_told_as_text_become_structures() {
        let json = |text: &str| serde_json::to_value(FieldValue::Text(text.to_owned())).ok();
        assert_eq!(json(r#" {"order": [1]}"#), Some(serde_json::json!({"order": [1]})));
        assert_eq!(json("[not json"), Some("[not json".into()));
        assert_eq!(json("17"), Some("17".into()));
    }

    #[test]
    fn an_error_tells_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("no answer")]
        struct Outer(#[source] fmt::Error);
        let text = with_causes(&Outer(fmt::Error));
        assert_eq!(text, format!("no answer: {}", fmt::Error));
    }

    #[test]
    fn a_count_may_be_told_as_text() {
        assert_eq!(FieldValue::Text(" 812 ".to_owned()).as_count(), Some(812));
        assert_eq!(FieldValue::Integer(-1).as_count(), None);
        assert_eq!(FieldValue::Float(1.0).as_count(), None);
    }
}
