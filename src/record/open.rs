//! The record of a run that goes on: its steps stand in it from their beginning.

use super::reasons::PROCESS_ENDED;
use super::step::AnyStep;
use super::value::Value;
use super::{Record, Status};

impl Record {
    /// The number of this step, which is the next. `None` where there are `most` already: it is
    /// counted, and not to be pushed.
    pub(crate) fn next_step(&mut self, most: usize, step: &AnyStep) -> Option<u32> {
        let steps = self.trace.steps.len();
        if steps >= most {
            self.trace.left_out.count(step);
            return None;
        }
        u32::try_from(steps + 1).ok()
    }

    /// The next step.
    pub(crate) fn push_step(&mut self, step: AnyStep) {
        self.trace.steps.push(step);
    }

    /// The step of this number.
    pub(crate) fn step_mut(&mut self, id: u32) -> Option<&mut AnyStep> {
        let index = usize::try_from(id).ok()?.checked_sub(1)?;
        self.trace.steps.get_mut(index)
    }

    /// Tells the ticket, where it was not known at the beginning.
    #[cfg(feature = "tracing-layer")]
    pub(crate) fn set_ticket(&mut self, ticket: String) {
        self.ticket_id = Some(ticket);
    }

    /// Whether the run is this ticket's. One without a ticket takes it.
    #[cfg(feature = "tracing-layer")]
    pub(crate) fn takes_ticket(&mut self, ticket: &str) -> bool {
        let own = self.ticket_id.get_or_insert_default();
        if own.is_empty() {
            ticket.clone_into(own);
        }
        own == ticket
    }

    /// Returns what the input was before: a value of the host's, to be dropped elsewhere.
    pub(crate) fn replace_input(&mut self, input: Value) -> Option<Value> {
        self.trace.input.replace(input)
    }

    /// Returns what the state was before.
    pub(crate) fn replace_state(&mut self, state: Value) -> Option<Value> {
        self.trace.state.replace(state)
    }

    /// A reason, where the host has told none.
    pub(crate) fn default_reason(mut self, reason: impl Into<String>) -> Self {
        self.status_reason.get_or_insert_with(|| reason.into());
        self
    }

    /// What is left to say of the run if its process ends before it does: the same record id, so
    /// that the run's own record and this one are one.
    pub(crate) fn marker(&self) -> Self {
        Self {
            id: self.id,
            ticket_id: self.ticket_id.clone(),
            created_at: self.created_at,
            started_at: self.started_at,
            ..Self::new(self.kind)
        }
        .status(Status::Crashed)
        .status_reason(PROCESS_ENDED)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Step;
    use super::*;
    use crate::level::Level;
    use crate::mask::Policy;

    fn begin(record: &mut Record, most: usize) -> Option<u32> {
        let step = Step::node("a").into();
        let id = record.next_step(most, &step)?;
        record.push_step(step);
        Some(id)
    }

    #[test]
    fn steps_are_numbered_from_one_up_to_the_limit() {
        let mut record = Record::workflow("1");
        let ids = [(); 4].map(|()| begin(&mut record, 2));
        assert_eq!(ids, [Some(1), Some(2), None, None]);
        assert!(record.step_mut(2).is_some());
        assert!(record.step_mut(0).is_none() && record.step_mut(3).is_none());
        let json = record.seal(&Policy::default(), Level::FullTrace).render();
        assert!(
            json.contains(r#""dropped_steps":2"#) && json.contains(r#""step_count":4"#),
            "{json}"
        );
    }

    #[test]
    fn steps_that_were_all_left_out_are_counted_too() {
        let mut record = Record::workflow("1");
        begin(&mut record, 0);
        let json = record.seal(&Policy::default(), Level::MetricsOnly).render();
        assert!(json.contains(r#""step_count":1"#), "{json}");
    }

    #[test]
    fn calls_that_were_left_out_are_counted_as_calls() {
        let mut record = Record::workflow("1");
        for _ in 0..3 {
            assert!(record.next_step(0, &Step::tool_call("a").into()).is_none());
            assert!(record.next_step(0, &Step::react_iteration(1).into()).is_none());
        }
        assert!(record.next_step(0, &Step::llm_call("openai", "gpt-4o").into()).is_none());
        let json = record.seal(&Policy::default(), Level::MetricsOnly).render();
        for told in [
            r#""step_count":7"#,
            r#""tool_calls":3"#,
            r#""llm_calls":1"#,
            r#""react_iterations":3"#,
        ] {
            assert!(json.contains(told), "{told}: {json}");
        }
    }

    #[test]
    fn a_marker_is_the_same_record_crashed() {
        let record = Record::workflow("T-1").category("secret");
        let marker = record.marker();
        assert_eq!(marker.id(), record.id());
        assert_eq!(marker.outcome().status(), "CRASHED");
        let json = marker.seal(&Policy::default(), Level::FullTrace).render();
        assert!(json.contains("T-1") && !json.contains("secret"), "{json}");
        assert!(json.contains("its process ended before the run did"), "{json}");
    }

    #[test]
    fn a_reason_of_the_hosts_is_kept() {
        let record = Record::workflow("1").status_reason("why").default_reason("because");
        assert_eq!(record.status_reason.as_deref(), Some("why"));
        let record = Record::workflow("1").default_reason("because");
        assert_eq!(record.status_reason.as_deref(), Some("because"));
    }
}
