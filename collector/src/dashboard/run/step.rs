//! One step of a run, as far as an outline needs it.

use serde_json::value::RawValue;

use crate::dashboard::visible::visible;
use crate::fields::Fields;

/// No step is farther away than that, in milliseconds: thirty years. What a clock tells beyond is
/// not drawn.
const FARTHEST: f64 = 1e12;
/// How long a name is in an outline.
const MAX_LABEL_CHARS: usize = 80;
/// How much of a thought stands beside the number of its iteration.
const MAX_THOUGHT_CHARS: usize = 40;

/// What sort of step it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum StepType {
    Node,
    Iteration,
    Tool,
    Model,
    Retrieval,
    Other,
}

impl StepType {
    pub(super) const ALL: [Self; 6] =
        [Self::Node, Self::Iteration, Self::Tool, Self::Model, Self::Retrieval, Self::Other];

    fn named(name: &str) -> Self {
        match name {
            "node" => Self::Node,
            "react_iteration" => Self::Iteration,
            "tool_call" => Self::Tool,
            "llm_call" => Self::Model,
            "retrieval" => Self::Retrieval,
            _ => Self::Other,
        }
    }

    /// The word for it, which is its class as well.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Iteration => "iteration",
            Self::Tool => "tool",
            Self::Model => "model",
            Self::Retrieval => "retrieval",
            Self::Other => "step",
        }
    }

    /// The sign beside the word.
    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Node => "◇",
            Self::Iteration => "↻",
            Self::Tool => "⚒",
            Self::Model => "✦",
            Self::Retrieval => "⌕",
            Self::Other => "•",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Error,
    Skipped,
    /// It does not say, or has a word of its own.
    Untold,
}

impl State {
    pub(super) const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Skipped, Self::Untold];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Skipped => "skipped",
            Self::Untold => "",
        }
    }

    pub(super) fn icon(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Error => "✗",
            Self::Skipped => "⊘",
            Self::Untold => "",
        }
    }
}

/// A step. Whoever looks counts them from 1 in their order, as the SDK counts their ids.
#[derive(Debug)]
#[expect(clippy::struct_field_names, reason = "`type` is a word of the language")]
pub(super) struct Step<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) step_type: StepType,
    pub(super) state: State,
    /// When it began, in milliseconds from the beginning of the run, where it tells.
    pub(super) start: Option<f64>,
    /// How many milliseconds it took.
    pub(super) took: Option<f64>,
}

impl<'a> Step<'a> {
    /// That of its fields; of one that is no object there are none.
    pub(super) fn of(fields: Fields<'a>) -> Self {
        let word = |name| fields.get(name).map(|value| value.get().trim_matches('"'));
        let time = |name| {
            let millis: f64 = fields.get(name).and_then(|it| it.get().parse().ok())?;
            millis.is_finite().then(|| millis.clamp(-FARTHEST, FARTHEST))
        };
        Self {
            step_type: word("type").map_or(StepType::Other, StepType::named),
            state: match word("status") {
                Some("ok") => State::Ok,
                Some("error") => State::Error,
                Some("skipped") => State::Skipped,
                _ if fields.get("error").is_some_and(|own| own.get() != "null") => State::Error,
                _ => State::Untold,
            },
            start: time("start_ms"),
            took: time("duration_ms").filter(|took| *took >= 0.0),
            fields,
        }
    }

    /// What stands in a field, as its JSON.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.get(name).map(RawValue::get).filter(|json| *json != "null")
    }

    /// A field that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|json| serde_json::from_str(json).ok())
    }

    /// A field that is a text or a number, as it is read.
    pub(super) fn word(&self, name: &str) -> Option<String> {
        let json = self.get(name).filter(|json| !json.starts_with(['{', '[']))?;
        Some(serde_json::from_str(json).unwrap_or_else(|_| json.to_owned()))
    }

    /// What it is called in an outline.
    pub(super) fn label(&self) -> String {
        let named = || self.text("name").filter(|name| !name.trim().is_empty());
        let own = match self.step_type {
            StepType::Iteration => self.iteration().or_else(named),
            StepType::Model => named().or_else(|| self.text("model")),
            StepType::Retrieval => named().or_else(|| self.text("query")),
            _ => named(),
        };
        let own = own.or_else(|| self.text("type")).unwrap_or_else(|| "(no name)".to_owned());
        shortened(&own)
    }

    /// Which iteration it is, and how its thought begins.
    fn iteration(&self) -> Option<String> {
        let number = self.get("iteration").filter(|json| json.len() < 12)?;
        let thought = self.text("thought").unwrap_or_default();
        let mut beginning: String = thought.trim().chars().take(MAX_THOUGHT_CHARS).collect();
        if beginning.len() < thought.trim().len() {
            beginning.push('…');
        }
        let colon = if beginning.is_empty() { "" } else { ": " };
        Some(format!("Iteration {number}{colon}{beginning}"))
    }

    /// By what the same step is found in another run.
    pub(super) fn identity(&self) -> (StepType, &'a str) {
        let name = self.get("name").or_else(|| self.get("model")).unwrap_or_default();
        (self.step_type, name)
    }
}

/// The beginning of a text, on one line.
pub(super) fn shortened(text: &str) -> String {
    let line: String = text.chars().take(MAX_LABEL_CHARS).collect();
    let cut = if line.len() < text.len() { "…" } else { "" };
    format!("{}{cut}", visible(&line).replace(['\n', '\t'], " "))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The steps of a JSON list.
    pub(in crate::dashboard::run) fn steps(json: &str) -> Vec<Step<'_>> {
        fn step(json: &RawValue) -> Step<'_> {
            Step::of(serde_json::from_str(json.get()).unwrap_or_default())
        }
        let steps: Vec<&RawValue> = serde_json::from_str(json).unwrap();
        steps.into_iter().map(step).collect()
    }

    #[test]
    fn a_step_is_called_by_what_it_has() {
        let steps = steps(
            r#"[{"type": "tool_call", "name": "look\nup"}, {"type": "react_iteration", "name": "react", "iteration": 3, "thought": " so "},
                {"type": "llm_call", "model": "m"}, {"type": "new\u202e"}, {}, 5,
                {"name": "", "type": "node"}]"#,
        );
        let labels: Vec<_> = steps.iter().map(Step::label).collect();
        let expected =
            ["look up", "Iteration 3: so", "m", r"new\u{202e}", "(no name)", "(no name)", "node"];
        assert_eq!(labels, expected);
    }

    #[test]
    fn absurd_times_are_none_or_bounded() {
        let steps = steps(
            r#"[{"start_ms": 1e300, "duration_ms": -5}, {"start_ms": "x", "duration_ms": 1e999}]"#,
        );
        assert_eq!((steps[0].start, steps[0].took), (Some(FARTHEST), None));
        assert_eq!((steps[1].start, steps[1].took), (None, None));
    }
}
