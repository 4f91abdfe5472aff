//! Which step to look at first.

use serde_json::value::RawValue;

use super::step::{State, Step};
use super::trace::Trace;
use crate::fields::Fields;

/// Where a step may say how sure it was.
const SURE: [&str; 4] = ["attributes", "decision", "output", "result"];
/// What a step gives; one that gives it empty gave nothing.
const GIVEN: [&str; 4] = ["output", "result", "documents", "observation"];

/// The step that a page opens at, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opening {
    pub(super) step: usize,
    pub(super) why: String,
}

/// The first error, or else what was the least sure, or else the beginning.
pub(super) fn opening(trace: &Trace<'_>) -> Opening {
    let failed = trace.steps.iter().position(|step| step.state == State::Error);
    let listed = trace.errors.iter().filter_map(|(step, _)| *step).min();
    if let Some(step) = failed.into_iter().chain(listed).min() {
        return Opening { step, why: "the first error".to_owned() };
    }
    let mut least: Option<(usize, f64)> = None;
    for (at, step) in trace.steps.iter().enumerate() {
        let Some(sure) = sureness(step) else { continue };
        if least.is_none_or(|(_, least)| sure < least) {
            least = Some((at, sure));
        }
    }
    match least {
        Some((step, 0.0)) if is_empty(&trace.steps[step]) => {
            Opening { step, why: "the first step that gave nothing".to_owned() }
        }
        Some((step, sure)) => {
            Opening { step, why: format!("the step with the lowest confidence, {sure:.2}") }
        }
        None => Opening { step: 0, why: "the first step".to_owned() },
    }
}

/// How sure a step was: not at all where it gave nothing.
fn sureness(step: &Step<'_>) -> Option<f64> {
    if is_empty(step) {
        return Some(0.0);
    }
    let told = |name: &&str| {
        let json = step.get(name).filter(|json| json.contains("\"confidence\""))?;
        let fields: Fields<'_> = serde_json::from_str(json).ok()?;
        fields.get("confidence")?.get().parse().ok()
    };
    SURE.iter().find_map(told).filter(|sure: &f64| sure.is_finite())
}

fn is_empty(step: &Step<'_>) -> bool {
    GIVEN.iter().any(|name| {
        let json = step.fields.get(name).map(RawValue::get);
        json.is_some_and(|json| match json.as_bytes() {
            b"null" => true,
            [b'"' | b'[' | b'{', inside @ .., _] => inside.iter().all(u8::is_ascii_whitespace),
            _ => false,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(trace: &str) -> (usize, String) {
        let record = format!("{{\"trace\": {trace}}}");
        let opening = opening(&Trace::of(&record));
        (opening.step, opening.why)
    }

    #[test]
    fn an_error_comes_first_then_what_was_least_sure() {
        for (trace, step, why) in [
            (r#"{"steps": [{}, {"status": "error"}, {"status": "error"}]}"#, 1, "the first error"),
            (
                r#"{"steps": [{"id": 1}, {"id": 7, "output": ""}], "errors": [{"step": 7}]}"#,
                1,
                "the first error",
            ),
            (
                r#"{"steps": [{"attributes": {"confidence": 0.9}}, {"decision": {"confidence": 0.4}}]}"#,
                1,
                "the step with the lowest confidence, 0.40",
            ),
            (
                r#"{"steps": [{"decision": {"confidence": 0.4}}, {}, {"result": [ ]}]}"#,
                2,
                "the first step that gave nothing",
            ),
            (r#"{"steps": [{"output": "x"}, {"output": 0}]}"#, 0, "the first step"),
            (r#"{"errors": [{"step": 99}]}"#, 0, "the first step"),
        ] {
            assert_eq!(opened(trace), (step, why.to_owned()), "{trace}");
        }
    }
}
