//! The errors that a run tells of: those it lists, and those of steps that it does not list.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::boundary;
use crate::fields::Fields;
use crate::store::{Fingerprint, Kind};

/// How many errors of one record are known by their fingerprints.
const MOST: usize = 64;
/// How long a text is of which a type or a message is taken.
const MAX_TEXT_BYTES: usize = 16 << 10;
/// What stands at the end of one that is longer.
const CUT: &str = "… (the rest is in the record)";

/// One error of a run.
#[derive(Debug)]
pub(crate) struct RunError<'a> {
    /// The id of the step it happened in, as it stands there.
    pub(crate) step: Option<&'a str>,
    /// Which of the steps it is of, from 0; of none where the run lists it.
    pub(crate) place: Option<usize>,
    pub(crate) error_type: Cow<'a, str>,
    pub(crate) message: Cow<'a, str>,
    pub(crate) handled: Option<bool>,
    pub(crate) stack: Option<Cow<'a, str>>,
}

impl RunError<'_> {
    /// By what it is known again.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.error_type, &self.message)
    }
}

/// The fingerprints of a record's errors, each once.
pub(super) fn fingerprints(kind: Kind, text: &str, fields: &Fields<'_>) -> Vec<Fingerprint> {
    // Most runs meet no error, and to see that is quick.
    if kind != Kind::Workflow || !may_tell_of_errors(text) {
        return Vec::new();
    }
    let trace: Fields<'_> = fields.read("trace").ok().flatten().unwrap_or_default();
    let [listed, steps] = ["errors", "steps"].map(|name| objects(&trace, name));
    let mut told: Vec<_> =
        of_run(&listed, &steps).map(|error| error.fingerprint()).take(MOST).collect();
    told.sort_unstable();
    told.dedup();
    told
}

/// Whether `"error"` or `"errors"` stands anywhere; `"error_count"` stands in most records.
fn may_tell_of_errors(text: &str) -> bool {
    const BEGINNING: &str = "\"error";
    text.match_indices(BEGINNING).any(|(at, _)| {
        let rest = &text[at + BEGINNING.len()..];
        rest.starts_with('"') || rest.starts_with("s\"")
    })
}

fn objects<'a>(trace: &Fields<'a>, name: &'static str) -> Vec<Fields<'a>> {
    trace.read(name).ok().flatten().unwrap_or_default()
}

/// The errors of a run: what it lists, then what steps have of their own where no listed error is
/// theirs.
pub(crate) fn of_run<'t, 'a: 't>(
    listed: &[Fields<'a>],
    steps: &'t [Fields<'a>],
) -> impl Iterator<Item = RunError<'a>> + use<'t, 'a> {
    let listed: Vec<_> = listed.iter().map(of_list).collect();
    let mut theirs: Vec<_> = listed.iter().filter_map(|error| error.step).collect();
    theirs.sort_unstable();
    let own = steps.iter().enumerate().filter_map(move |(place, step)| {
        let id = step.get("id").map(RawValue::get);
        let is_listed = id.is_some_and(|id| theirs.binary_search(&id).is_ok());
        if is_listed { None } else { of_step(place, step) }
    });
    listed.into_iter().chain(own)
}

fn of_list<'a>(error: &Fields<'a>) -> RunError<'a> {
    RunError {
        step: error.get("step").map(RawValue::get),
        place: None,
        error_type: error.get("type").map(told).unwrap_or_default(),
        message: error.get("message").map(told).unwrap_or_default(),
        handled: error.read("handled").ok().flatten(),
        stack: error.get("stack").map(told),
    }
}

/// The error of a step: what it says of it, or else what it gave instead of a result.
fn of_step<'a>(place: usize, step: &Fields<'a>) -> Option<RunError<'a>> {
    let own = step.get("error").filter(|error| error.get() != "null");
    let is_error = step.get("status").is_some_and(|status| status.get() == "\"error\"");
    if own.is_none() && !is_error {
        return None;
    }
    let parts: Option<Fields<'a>> = own.and_then(|own| serde_json::from_str(own.get()).ok());
    let part = |name| parts.as_ref().and_then(|parts| parts.get(name));
    let instead =
        || ["result", "output", "observation"].into_iter().find_map(|name| step.get(name));
    let message = part("message").or(own).or_else(instead);
    let of = part("type").or_else(|| step.get("name")).or_else(|| step.get("type"));
    Some(RunError {
        step: step.get("id").map(RawValue::get),
        place: Some(place),
        error_type: of.map(told).unwrap_or_default(),
        message: message.map(told).unwrap_or_default(),
        handled: None,
        stack: part("stack").map(told),
    })
}

/// A text, or anything else as its JSON.
fn told(value: &RawValue) -> Cow<'_, str> {
    let text: Option<String> = serde_json::from_str(value.get()).ok();
    let text = text.map_or(Cow::Borrowed(value.get()), Cow::Owned);
    let end = boundary::floor(&text, MAX_TEXT_BYTES);
    if end < text.len() { Cow::Owned(format!("{}{CUT}", &text[..end])) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_by(trace: &str) -> Vec<(Option<usize>, String, String)> {
        let trace: Fields<'_> = serde_json::from_str(trace).unwrap();
        let [listed, steps] = ["errors", "steps"].map(|name| objects(&trace, name));
        let errors = of_run(&listed, &steps);
        errors.map(|own| (own.place, own.error_type.into(), own.message.into())).collect()
    }

    #[test]
    fn a_step_tells_its_own_where_the_run_does_not_list_it() {
        let told = told_by(
            r#"{"errors": [{"step": 1, "type": "Timeout", "message": "late"}], "steps": [
                {"id": 1, "name": "a", "status": "error", "error": "late"},
                {"id": 2, "name": "b", "status": "error", "result": "Error: x"},
                {"id": 3, "name": "c", "error": {"type": "T", "message": "m"}},
                {"id": 4, "name": "d", "status": "ok", "error": null}]}"#,
        );
        let expected = [(None, "Timeout", "late"), (Some(1), "b", "Error: x"), (Some(2), "T", "m")];
        assert_eq!(told, expected.map(|(at, kind, text)| (at, kind.to_owned(), text.to_owned())));
    }

    #[test]
    fn what_is_not_as_it_should_be_does_no_harm() {
        for odd in [r#"{"errors": 5}"#, r#"{"errors": [5], "steps": [{}]}"#, r#"{"steps": "x"}"#] {
            let trace: Fields<'_> = serde_json::from_str(odd).unwrap();
            let [listed, steps] = ["errors", "steps"].map(|name| objects(&trace, name));
            assert_eq!(of_run(&listed, &steps).count(), 0, "{odd}");
        }
        let long = format!("{{\"errors\": [{{\"message\": \"{}\"}}]}}", "ä".repeat(MAX_TEXT_BYTES));
        assert_eq!(told_by(&long)[0].2.len(), MAX_TEXT_BYTES + CUT.len());
    }

    #[test]
    fn a_trace_is_looked_through_only_where_there_may_be_errors() {
        for told in [r#"{"status":"error"}"#, r#"{"error":"x"}"#, r#"{"errors":[]}"#] {
            assert!(may_tell_of_errors(told), "{told}");
        }
        assert!(!may_tell_of_errors(r#"{"metrics":{"error_count":0},"error_rate":1}"#));
    }

    #[test]
    fn an_error_of_a_record_is_known_once() {
        let record = r#"{"trace": {"errors": [{"type": "T", "message": "order 1"},
            {"type": "T", "message": "order 2"}]}}"#;
        let fields: Fields<'_> = serde_json::from_str(record).unwrap();
        let one = vec![Fingerprint::of("T", "order 3")];
        assert_eq!(fingerprints(Kind::Workflow, record, &fields), one);
        assert_eq!(fingerprints(Kind::Action, record, &fields), []);
    }
}
