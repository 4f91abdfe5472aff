//! A step that goes on: it stands in its record already, and is filled in where it stands.

use std::time::Duration;

use super::any::{AnyStep, Kind};
use super::{Common, LlmCall, Node, ReactIteration, Retrieval, StepStatus, ToolCall};

/// A type of step, found again in a step of any type.
pub(crate) trait StepType: Sized {
    fn of(step: &mut AnyStep) -> Option<&mut Self>;
}

macro_rules! step_type {
    ($($kind:ident),+) => {$(
        impl StepType for $kind {
            fn of(step: &mut AnyStep) -> Option<&mut Self> {
                match &mut step.kind {
                    Kind::$kind(own) => Some(own),
                    _ => None,
                }
            }
        }
    )+};
}

step_type!(Node, ReactIteration, ToolCall, LlmCall, Retrieval);

impl AnyStep {
    /// Begins, at this offset from the beginning of its run.
    pub(crate) fn begin(&mut self, parent: Option<u32>, at: Duration) {
        self.common.parent = parent;
        self.common.start = Some(at);
    }

    /// Ends, at this offset from the beginning of its run. Returns whether it went on until now.
    pub(crate) fn end(&mut self, at: Duration) -> bool {
        let goes_on = self.common.took.is_none();
        if goes_on {
            self.common.took = Some(at.saturating_sub(self.common.start.unwrap_or_default()));
        }
        goes_on
    }

    /// Has failed; what it has said of that itself is kept.
    pub(crate) fn fail(&mut self, message: String) {
        self.common.status = Some(StepStatus::Error);
        self.common.error.get_or_insert(message);
    }

    /// Puts this step in the place of one that began: its parent and its times stay. Returns the
    /// other one.
    #[cfg(any(test, feature = "tracing-layer"))]
    pub(crate) fn replace(&mut self, mut step: Self) -> Self {
        step.common.parent = self.common.parent;
        step.common.start = self.common.start;
        step.common.took = step.common.took.or(self.common.took);
        std::mem::replace(self, step)
    }

    pub(crate) fn common(&mut self) -> &mut Common {
        &mut self.common
    }
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;

    fn json(step: &AnyStep) -> serde_json::Value {
        serde_json::to_value(step.numbered(1)).expect("it serializes")
    }

    #[test]
    fn a_step_has_a_duration_when_it_has_ended() {
        let mut step = AnyStep::from(Step::node("a"));
        step.begin(Some(7), Duration::from_millis(2));
        let begun = json(&step);
        assert_eq!(begun["parent"], 7);
        assert_eq!(begun["start_ms"], 2.0);
        assert_eq!(begun.get("duration_ms"), None);
        assert!(step.end(Duration::from_millis(5)));
        assert!(!step.end(Duration::from_millis(9)), "it has ended");
        assert_eq!(json(&step)["duration_ms"], 3.0);
    }

    #[test]
    fn what_takes_the_place_of_a_step_keeps_its_beginning() {
        let mut step = AnyStep::from(Step::node("a"));
        step.begin(Some(7), Duration::from_millis(2));
        step.replace(Step::tool_call("b").into());
        let json = json(&step);
        assert_eq!(json["name"], "b");
        assert_eq!(json["parent"], 7);
        assert_eq!(json["start_ms"], 2.0);
    }

    #[test]
    fn a_step_that_told_its_error_keeps_it() {
        let mut step = AnyStep::from(Step::node("a").error("its own").status(StepStatus::Ok));
        step.fail("another".to_owned());
        let json = json(&step);
        assert_eq!(json["status"], "error");
        assert_eq!(json["error"], "its own");
    }

    #[test]
    fn a_step_is_of_one_type() {
        let mut step = AnyStep::from(Step::node("a"));
        assert!(Node::of(&mut step).is_some());
        assert!(ToolCall::of(&mut step).is_none());
    }
}
