//! The numbers of a record: the host's own, and those that its steps tell.

use std::borrow::Cow;

use crate::wire;

use super::cost;
use super::trace::Trace;

/// What the SDK counts.
pub(super) const COUNTED: [&str; 9] = [
    "step_count",
    "react_iterations",
    "llm_calls",
    "tool_calls",
    "tool_errors",
    "error_count",
    "input_tokens",
    "output_tokens",
    "cost",
];

/// A number that can be a metric: any of Rust's primitive ones.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that can be a metric",
    label = "a metric is a number"
)]
pub trait MetricValue {
    /// The metric; integers beyond 2^53 lose their last digits.
    fn into_metric(self) -> f64;
}

macro_rules! metric_value {
    ($($number:ty),+) => {$(
        impl MetricValue for $number {
            #[allow(
                clippy::cast_lossless,
                reason = "lossless for some of the types of this macro only"
            )]
            fn into_metric(self) -> f64 {
                self as f64
            }
        }
    )+};
}

metric_value!(f32, f64, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// Numbers by name, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    kept: Vec<(Cow<'static, str>, f64)>,
    /// Of the host's there were more than a record can hold.
    dropped: usize,
}

impl Metrics {
    pub(super) fn set(&mut self, name: Cow<'static, str>, value: f64) {
        let has_room = self.kept.len() < wire::MAX_METRICS;
        match self.kept.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None if has_room => self.kept.push((name, value)),
            None => self.dropped += 1,
        }
    }

    fn set_default(&mut self, name: &'static str, value: f64) {
        if !self.kept.iter().any(|(known, _)| known == name) {
            self.kept.push((name.into(), value));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.kept.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// How many there are, those included that are not held.
    pub(super) fn len(&self) -> usize {
        self.kept.len() + self.dropped
    }

    /// Adds what the trace tells, where the host has not said it better. Returns the currency of
    /// the cost.
    pub(super) fn count(
        &mut self,
        trace: &Trace,
        currency: Option<&str>,
    ) -> Option<Cow<'static, str>> {
        if !trace.errors.is_empty() {
            self.set_default("error_count", trace.errors.len() as f64);
        }
        if trace.step_count() == 0 {
            return None;
        }
        self.count_steps(trace);
        self.count_usage(trace, currency)
    }

    fn count_steps(&mut self, trace: &Trace) {
        let count = |is: &dyn Fn(&super::AnyStep) -> bool| {
            trace.steps.iter().filter(|step| is(step)).count()
        };
        let left_out = &trace.left_out;
        self.set_default("step_count", trace.step_count() as f64);
        let iterations = count(&|step| step.is_react_iteration()) + left_out.react_iterations;
        if iterations > 0 {
            self.set_default("react_iterations", iterations as f64);
        }
        let llm_calls = count(&|step| step.llm_usage().is_some()) + left_out.llm_calls;
        self.set_default("llm_calls", llm_calls as f64);
        let tool_calls = count(&|step| step.is_tool_call()) + left_out.tool_calls;
        self.set_default("tool_calls", tool_calls as f64);
        let failed = count(&|step| step.is_tool_call() && step.failed());
        self.set_default("tool_errors", failed as f64);
        self.set_default("error_count", trace.errors.len() as f64);
    }

    fn count_usage(&mut self, trace: &Trace, currency: Option<&str>) -> Option<Cow<'static, str>> {
        let calls = || trace.steps.iter().filter_map(super::AnyStep::llm_usage);
        calls().next()?;
        let input: u64 = calls().map(|(input, ..)| input).sum();
        let output: u64 = calls().map(|(_, output, _)| output).sum();
        self.set_default("input_tokens", input as f64);
        self.set_default("output_tokens", output as f64);
        let (cost, currency) = cost::total(calls().filter_map(|(.., cost)| cost), currency)?;
        self.set_default("cost", cost);
        Some(currency)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Record, Step};

    fn counted(record: Record) -> Vec<(String, f64)> {
        let mut record = record;
        record.metrics.count(&record.trace, None);
        record.metrics.iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    #[test]
    fn what_the_steps_tell_is_counted_and_the_host_wins() {
        let record = Record::workflow("1")
            .metric("tool_errors", 9)
            .step(Step::tool_call("a").error("no"))
            .step(Step::tool_call("a").attempt(2))
            .step(Step::llm_call("p", "m").input_tokens(5).cost("0.1", "USD"))
            .step(Step::llm_call("p", "m").input_tokens(7).cost("0.2", "USD"));
        let metrics = counted(record);
        let metric = |name: &str| metrics.iter().find(|(known, _)| known == name).map(|m| m.1);
        assert_eq!(metric("tool_errors"), Some(9.0));
        assert_eq!(metric("tool_calls"), Some(2.0));
        assert_eq!(metric("llm_calls"), Some(2.0));
        assert_eq!(metric("input_tokens"), Some(12.0));
        assert_eq!(metric("cost"), Some(0.3));
        assert_eq!(metric("react_iterations"), None);
    }

    #[test]
    fn no_more_are_held_than_a_record_takes() {
        let many =
            (0..1_000).fold(Record::workflow("1"), |record, n| record.metric(n.to_string(), n));
        assert_eq!((many.metrics.iter().count(), many.metrics.len()), (64, 1_000));
        let again = many.metric("0", 7);
        assert_eq!(again.metrics.iter().next(), Some(("0", 7.0)));
    }

    #[test]
    fn a_record_without_steps_counts_nothing() {
        assert!(counted(Record::workflow("1")).is_empty());
    }
}
