//! The fields of an object, in the order in which they are written.

use std::time::SystemTime;

use crate::clock;

use super::super::value::Value;
use super::{Told, Traced};

/// The name of a field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    /// It is one of the contract: never masked, whoever is called like it.
    pub(super) is_ours: bool,
}

/// The fields of an object; what is absent is left out.
#[derive(Debug, Default)]
pub(in super::super) struct Fields<'a>(Vec<(Name<'a>, Told<'a>)>);

impl<'a> Fields<'a> {
    pub(in super::super) fn add(mut self, name: &'static str, value: Option<Told<'a>>) -> Self {
        self.0.extend(value.map(|value| (Name { text: name, is_ours: true }, value)));
        self
    }

    /// A field whose name is the host's.
    pub(in super::super) fn named(mut self, name: &'a str, value: Told<'a>) -> Self {
        self.0.push((Name { text: name, is_ours: false }, value));
        self
    }

    pub(in super::super) fn constant(self, name: &'static str, text: Option<&'a str>) -> Self {
        self.add(name, text.filter(|text| !text.is_empty()).map(Told::Constant))
    }

    pub(in super::super) fn identifier(self, name: &'static str, text: Option<&'a str>) -> Self {
        self.add(name, text.filter(|text| !text.is_empty()).map(Told::Identifier))
    }

    pub(in super::super) fn user(self, name: &'static str, text: Option<&'a str>) -> Self {
        self.add(name, text.filter(|text| !text.is_empty()).map(Told::User))
    }

    pub(in super::super) fn line(self, name: &'static str, text: Option<&'a str>) -> Self {
        self.add(name, text.filter(|text| !text.trim().is_empty()).map(Told::Line))
    }

    /// A word of a closed set, or a number of the SDK's own.
    pub(in super::super) fn ours(
        self,
        name: &'static str,
        value: Option<impl Into<serde_json::Value>>,
    ) -> Self {
        self.add(name, value.map(|value| Told::Ours(value.into())))
    }

    /// A number that may be none.
    pub(in super::super) fn number(self, name: &'static str, value: Option<f64>) -> Self {
        let told = |value: f64| match serde_json::Number::from_f64(value) {
            Some(number) => Told::Ours(number.into()),
            None => Told::LeftOut(None),
        };
        self.add(name, value.map(told))
    }

    pub(in super::super) fn time(self, name: &'static str, time: Option<SystemTime>) -> Self {
        self.ours(name, time.map(clock::rfc3339))
    }

    /// A value of the host's, in the trace.
    pub(in super::super) fn any(self, name: &'static str, value: Option<&'a Value>) -> Self {
        self.add(name, value.map(|value| Told::Traced(Traced::Any(value))))
    }

    /// A list, if there is something in it.
    pub(in super::super) fn list(self, name: &'static str, list: Vec<Told<'a>>) -> Self {
        self.add(name, (!list.is_empty()).then_some(Told::List(list)))
    }

    /// An object, if there is something in it.
    pub(in super::super) fn object(self, name: &'static str, fields: Self) -> Self {
        self.add(name, (!fields.is_empty()).then_some(Told::Object(fields)))
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Name<'a>, Told<'a>)> {
        self.0.iter()
    }
}
