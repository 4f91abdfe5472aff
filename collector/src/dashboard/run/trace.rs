//! What a run left behind, taken apart once for a page.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::step::{State, Step};
use crate::fields::Fields;
use crate::ingest::errors::{self, RunError};

/// A whole record of a run.
#[derive(Debug, Default)]
pub(super) struct Trace<'a> {
    pub(super) record: Fields<'a>,
    pub(super) steps: Vec<Step<'a>>,
    /// Where each id stands; of steps with one id the first counts.
    pub(super) places: HashMap<&'a str, usize>,
    /// The run's errors, each with the step it is of, where there is one.
    pub(super) errors: Vec<(Option<usize>, RunError<'a>)>,
    parts: [(&'static str, Option<&'a RawValue>); 3],
}

/// The trace as the contract has it, read in one pass.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parts<'a> {
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    steps: Vec<Fields<'a>>,
    errors: Vec<Fields<'a>>,
    final_response: Option<&'a RawValue>,
    state: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Payload<'a> {
    #[serde(borrow)]
    trace: Parts<'a>,
}

impl<'a> Trace<'a> {
    /// That of a payload; what cannot be read is left out.
    pub(super) fn of(payload: &'a str) -> Self {
        let record: Fields<'a> = serde_json::from_str(payload).unwrap_or_default();
        let parts = match serde_json::from_str::<Payload<'a>>(payload) {
            Ok(payload) => payload.trace,
            Err(_) => Parts::one_by_one(&record),
        };
        let mut places = HashMap::with_capacity(parts.steps.len());
        let ids = parts.steps.iter().map(|step| step.get("id").map(RawValue::get));
        for (at, id) in ids.enumerate() {
            if let Some(id) = id.filter(|id| *id != "null") {
                places.entry(id).or_insert(at);
            }
        }
        let errors = errors::of_run(&parts.errors, &parts.steps).map(|error| {
            let place = error.place.or_else(|| places.get(error.step?).copied());
            (place, error)
        });
        let errors: Vec<_> = errors.collect();
        let mut steps: Vec<_> = parts.steps.into_iter().map(Step::of).collect();
        for at in errors.iter().filter_map(|(of, _)| *of) {
            // The run says what the step itself does not.
            if steps[at].state == State::Untold {
                steps[at].state = State::Error;
            }
        }
        Self {
            errors,
            parts: [
                ("input", parts.input),
                ("final_response", parts.final_response),
                ("state", parts.state),
            ],
            steps,
            places,
            record,
        }
    }

    /// The JSON of a part of the trace.
    pub(super) fn part(&self, name: &str) -> Option<&'a str> {
        let (_, part) = self.parts.iter().find(|(own, _)| *own == name)?;
        part.map(RawValue::get).filter(|json| *json != "null")
    }
}

impl<'a> Parts<'a> {
    /// Of a trace that is not as the contract has it, what can be read.
    fn one_by_one(record: &Fields<'a>) -> Self {
        let trace: Fields<'a> = record.read("trace").ok().flatten().unwrap_or_default();
        let list = |name| -> Vec<Fields<'a>> {
            let values: Vec<&'a RawValue> = trace.read(name).ok().flatten().unwrap_or_default();
            let fields =
                |value: &'a RawValue| serde_json::from_str(value.get()).unwrap_or_default();
            values.into_iter().map(fields).collect()
        };
        Self {
            input: trace.get("input"),
            steps: list("steps"),
            errors: list("errors"),
            final_response: trace.get("final_response"),
            state: trace.get("state"),
        }
    }
}
