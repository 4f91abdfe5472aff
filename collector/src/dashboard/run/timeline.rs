//! When the steps ran: where each stands on the run's axis, and when none did.

use super::step::Step;

/// The share of a run from which on a time without any step is named.
const WORTH_NAMING: f64 = 0.01;
/// And how many milliseconds it has at least.
const SHORTEST: f64 = 1.0;

/// A line of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Line {
    Step(usize),
    /// No step ran for so many milliseconds.
    Gap {
        from: f64,
        took: f64,
    },
}

/// The steps in the order of time.
#[derive(Debug)]
pub(super) struct Timeline {
    pub(super) lines: Vec<Line>,
    /// Where the axis begins and ends, in milliseconds from the beginning of the run.
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Timeline {
    /// That of a run that took so many seconds, where it tells.
    pub(super) fn of(steps: &[Step<'_>], seconds: Option<f64>) -> Self {
        let starts = starts(steps);
        let mut order: Vec<_> = (0..steps.len()).collect();
        order.sort_by(|a, b| starts[*a].total_cmp(&starts[*b]));
        let told = seconds.filter(|it| it.is_finite() && *it > 0.0).map_or(0.0, |it| it * 1e3);
        let ends = steps.iter().filter_map(|step| Some(step.start? + step.took.unwrap_or(0.0)));
        let end = ends.fold(told.min(1e12), f64::max);
        let start = steps.iter().filter_map(|step| step.start).fold(0.0, f64::min);
        let mut timeline = Self { lines: Vec::with_capacity(steps.len()), start, end };
        timeline.fill(steps, &order);
        timeline
    }

    fn fill(&mut self, steps: &[Step<'_>], order: &[usize]) {
        let mut busy_until = self.start;
        for at in order {
            if let Some(start) = steps[*at].start {
                self.gap(busy_until, start);
                busy_until = busy_until.max(start + steps[*at].took.unwrap_or(0.0));
            }
            self.lines.push(Line::Step(*at));
        }
        if self.has_times(steps) {
            self.gap(busy_until, self.end);
        }
    }

    fn gap(&mut self, from: f64, to: f64) {
        let took = to - from;
        if took >= SHORTEST && took >= WORTH_NAMING * (self.end - self.start) {
            self.lines.push(Line::Gap { from, took });
        }
    }

    /// Whether anything can be drawn.
    pub(super) fn has_times(&self, steps: &[Step<'_>]) -> bool {
        self.end > self.start && steps.iter().any(|step| step.start.is_some())
    }

    /// Where a time stands and how wide it is, in thousandths of the axis.
    pub(super) fn bar(&self, from: f64, took: f64) -> (f64, f64) {
        let length = self.end - self.start;
        if length <= 0.0 {
            return (0.0, 0.0);
        }
        let x = ((from - self.start) / length * 1e3).clamp(0.0, 1e3);
        (x.min(997.0), (took / length * 1e3).clamp(3.0, 1e3 - x.min(997.0)))
    }
}

/// When each began; one that does not tell stands behind the one before it.
fn starts(steps: &[Step<'_>]) -> Vec<f64> {
    let mut last = f64::NEG_INFINITY;
    let start = |step: &Step<'_>| {
        last = step.start.unwrap_or(last);
        last
    };
    steps.iter().map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::steps;
    use super::*;

    #[test]
    fn what_no_step_filled_is_a_gap() {
        let steps = steps(
            r#"[{"start_ms": 500, "duration_ms": 100}, {"start_ms": 0, "duration_ms": 400},
                {"start_ms": 100, "duration_ms": 200}, {}, {"start_ms": 605}]"#,
        );
        let timeline = Timeline::of(&steps, Some(1.0));
        let gap = |from, took| Line::Gap { from, took };
        assert_eq!(
            timeline.lines,
            [
                Line::Step(1),
                Line::Step(2),
                Line::Step(3),
                gap(400.0, 100.0),
                Line::Step(0),
                Line::Step(4),
                gap(605.0, 395.0)
            ]
        );
        assert_eq!(timeline.bar(500.0, 100.0), (500.0, 100.0));
        assert_eq!(timeline.bar(1e9, 1.0), (997.0, 3.0));
    }

    #[test]
    fn without_times_there_are_only_steps() {
        let steps = steps(r#"[{}, {"duration_ms": 5}, {"start_ms": "x"}]"#);
        for seconds in [None, Some(2.0), Some(f64::NAN), Some(-1.0)] {
            let timeline = Timeline::of(&steps, seconds);
            assert_eq!(timeline.lines, [0, 1, 2].map(Line::Step));
            assert!(!timeline.has_times(&steps));
        }
    }

    #[test]
    fn absurd_times_stay_on_the_axis() {
        let steps = steps(r#"[{"start_ms": -1e200, "duration_ms": 1e200}, {"start_ms": 1e200}]"#);
        let timeline = Timeline::of(&steps, Some(1e200));
        for step in &steps {
            let (x, width) = timeline.bar(step.start.unwrap(), step.took.unwrap_or(0.0));
            assert!((0.0..=1e3).contains(&x) && x + width <= 1e3, "{x} {width}");
        }
    }
}
