//! Calls that a run repeats without anything changed: it goes round in a circle.

use std::collections::HashMap;

use super::step::{Step, StepType};

/// Under which names the action of an iteration has its arguments.
const ARGUMENTS: [&str; 5] =
    ["\"arguments\"", "\"args\"", "\"input\"", "\"tool_input\"", "\"parameters\""];

/// The calls of a run that are made more than once.
#[derive(Debug, Default)]
pub(super) struct Loops {
    groups: Vec<Vec<usize>>,
    of_step: HashMap<usize, usize>,
}

impl Loops {
    pub(super) fn of(steps: &[Step<'_>]) -> Self {
        let mut calls = HashMap::<_, Vec<usize>>::new();
        for (at, step) in steps.iter().enumerate() {
            if let Some(call) = call(step) {
                calls.entry(call).or_default().push(at);
            }
        }
        let mut groups: Vec<_> = calls.into_values().filter(|group| group.len() > 1).collect();
        groups.sort_unstable();
        let members = groups.iter().enumerate();
        let of_step = members.flat_map(|(group, steps)| steps.iter().map(move |at| (*at, group)));
        Self { of_step: of_step.collect(), groups }
    }

    /// All steps that make this one's call, where it is not the only one.
    pub(super) fn with(&self, step: usize) -> Option<&[usize]> {
        self.of_step.get(&step).map(|group| self.groups[*group].as_slice())
    }
}

/// The tool and its arguments, as they stand there.
fn call<'a>(step: &Step<'a>) -> Option<(StepType, &'a str, &'a str)> {
    match step.step_type {
        StepType::Tool => {
            let arguments = step.get("arguments").or_else(|| step.get("input"));
            Some((StepType::Tool, step.get("name")?, arguments.unwrap_or_default()))
        }
        StepType::Iteration => {
            let action = step.get("action").filter(|json| json.starts_with('{'))?;
            let has_arguments = ARGUMENTS.iter().any(|name| action.contains(name));
            has_arguments.then_some((StepType::Iteration, "", action))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::steps;
    use super::*;

    #[test]
    fn only_the_same_call_is_a_loop() {
        let steps = steps(
            r#"[{"type": "tool_call", "name": "a", "arguments": {"x": 1}},
                {"type": "tool_call", "name": "a", "arguments": {"x": 2}},
                {"type": "tool_call", "name": "b", "arguments": {"x": 1}},
                {"type": "tool_call", "name": "a", "arguments": {"x": 1}, "status": "error"},
                {"type": "node", "name": "a", "input": 1}, {"type": "node", "name": "a", "input": 1},
                {"type": "react_iteration", "action": {"tools": ["a"]}},
                {"type": "react_iteration", "action": {"tools": ["a"]}},
                {"type": "react_iteration", "action": {"tool": "a", "args": 1}},
                {"type": "react_iteration", "action": {"tool": "a", "args": 1}}]"#,
        );
        let loops = Loops::of(&steps);
        assert_eq!(loops.with(0), Some(&[0, 3][..]));
        assert_eq!(loops.with(9), Some(&[8, 9][..]));
        for single in [1, 2, 4, 5, 6, 7] {
            assert_eq!(loops.with(single), None);
        }
    }
}
