//! What a run left behind, taken apart once for a page.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::step::Step;
use crate::fields::Fields;
use crate::ingest::errors::{self, RunError};

/// A whole record of a run.
#[derive(Debug, Default)]
pub(super) struct Trace<'a> {
    pub(super) record: Fields<'a>,
    pub(super) trace: Fields<'a>,
    pub(super) steps: Vec<Step<'a>>,
}

impl<'a> Trace<'a> {
    /// That of a payload; what cannot be read is left out.
    pub(super) fn of(payload: &'a str) -> Self {
        let record: Fields<'a> = serde_json::from_str(payload).unwrap_or_default();
        let trace: Fields<'a> = record.read("trace").ok().flatten().unwrap_or_default();
        let steps: Vec<&RawValue> = trace.read("steps").ok().flatten().unwrap_or_default();
        let steps = steps.into_iter().map(Step::of).collect();
        Self { record, trace, steps }
    }

    /// The JSON of a part of the trace.
    pub(super) fn part(&self, name: &str) -> Option<&'a str> {
        self.trace.get(name).map(RawValue::get).filter(|json| *json != "null")
    }

    /// The run's errors, each with the step it is of, where there is one.
    pub(super) fn errors(&self) -> Vec<(Option<usize>, RunError<'a>)> {
        let places = self.places();
        let errors = errors::of_run(&self.trace, self.steps.iter().map(|step| &step.fields));
        let place = |error: &RunError<'_>| error.place.or_else(|| places.get(error.step?).copied());
        errors.map(|error| (place(&error), error)).collect()
    }

    /// Where each id stands; of steps with one id the first counts.
    pub(super) fn places(&self) -> HashMap<&'a str, usize> {
        let mut places = HashMap::with_capacity(self.steps.len());
        for (at, step) in self.steps.iter().enumerate() {
            if let Some(id) = step.get("id") {
                places.entry(id).or_insert(at);
            }
        }
        places
    }
}
