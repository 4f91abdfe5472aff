//! The outline as a page without scripts has it: the lines around the step that is shown.

use super::loops::Loops;
use super::step::{State, Step, StepType};
use super::timeline::{Line, Timeline};
use super::trace::Trace;
use super::tree::Tree;
use crate::dashboard::address::Address;
use crate::dashboard::show;

/// How many lines are shown at once.
const WINDOW: usize = 100;
/// How deep lines are set in.
pub(super) const DEEPEST: usize = 12;

/// A way to look at the same steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Tree,
    Timeline,
    Log,
}

impl View {
    pub(super) const ALL: [Self; 3] = [Self::Tree, Self::Timeline, Self::Log];

    /// The one that an address asks for.
    pub(super) fn of(address: &Address) -> Self {
        let asked = address.get("view").unwrap_or_default();
        Self::ALL.into_iter().find(|view| view.name() == asked).unwrap_or(Self::Tree)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Timeline => "timeline",
            Self::Log => "log",
        }
    }
}

/// One line.
#[derive(Debug)]
pub(super) struct Row {
    /// The step from 1; `None` where the line names a gap.
    pub(super) number: Option<usize>,
    pub(super) href: String,
    pub(super) step_type: StepType,
    pub(super) state: State,
    pub(super) label: String,
    pub(super) depth: usize,
    pub(super) start: String,
    pub(super) took: String,
    /// Where it stands on the axis and how wide it is, in thousandths.
    pub(super) bar: Option<(String, String)>,
    pub(super) is_looped: bool,
    pub(super) is_chosen: bool,
}

/// The lines of a page.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) shown: Vec<Row>,
    /// How many steps there are.
    pub(super) steps: usize,
    pub(super) earlier: Option<String>,
    pub(super) later: Option<String>,
    pub(super) has_times: bool,
}

/// What lines are made of.
#[derive(Debug)]
pub(super) struct Lines<'t, 'a> {
    pub(super) trace: &'t Trace<'a>,
    pub(super) tree: Tree,
    pub(super) timeline: Timeline,
    pub(super) loops: Loops,
}

impl<'t, 'a> Lines<'t, 'a> {
    pub(super) fn of(trace: &'t Trace<'a>, seconds: Option<f64>) -> Self {
        Self {
            tree: Tree::of(trace),
            timeline: Timeline::of(&trace.steps, seconds),
            loops: Loops::of(&trace.steps),
            trace,
        }
    }

    fn in_view(&self, view: View) -> Vec<Line> {
        let timeline = self.timeline.lines.iter().copied();
        match view {
            View::Tree => self.tree.order.iter().map(|at| Line::Step(*at)).collect(),
            View::Timeline => timeline.collect(),
            View::Log => timeline.filter(|line| matches!(line, Line::Step(_))).collect(),
        }
    }

    /// The lines around a step.
    pub(super) fn around(&self, chosen: usize, view: View, address: &Address) -> Rows {
        let lines = self.in_view(view);
        let place = lines.iter().position(|line| *line == Line::Step(chosen)).unwrap_or_default();
        let start = place / WINDOW * WINDOW;
        let end = (start + WINDOW).min(lines.len());
        let step_of = |lines: &[Line]| {
            let step = lines.iter().find_map(|line| match line {
                Line::Step(at) => Some(at + 1),
                Line::Gap { .. } => None,
            });
            step.map(|number| address.with("step", &number.to_string()).href())
        };
        let row = |line: &Line| self.row(*line, chosen, address);
        Rows {
            shown: lines[start..end].iter().map(row).collect(),
            steps: self.trace.steps.len(),
            earlier: step_of(&lines[start.saturating_sub(WINDOW)..start]),
            later: step_of(&lines[end..]),
            has_times: self.timeline.has_times(&self.trace.steps),
        }
    }

    fn row(&self, line: Line, chosen: usize, address: &Address) -> Row {
        match line {
            Line::Step(at) => self.step(at, at == chosen, address),
            Line::Gap { from, took } => Row {
                number: None,
                href: String::new(),
                step_type: StepType::Other,
                state: State::Untold,
                label: format!("no step for {}", show::duration(took / 1e3)),
                depth: 0,
                start: show::offset(from),
                took: String::new(),
                bar: Some(self.bar(from, took)),
                is_looped: false,
                is_chosen: false,
            },
        }
    }

    fn step(&self, at: usize, is_chosen: bool, address: &Address) -> Row {
        let step: &Step<'_> = &self.trace.steps[at];
        Row {
            number: Some(at + 1),
            href: address.with("step", &(at + 1).to_string()).href(),
            step_type: step.step_type,
            state: step.state,
            label: step.label(),
            depth: self.tree.depth[at].min(DEEPEST),
            start: step.start.map(show::offset).unwrap_or_default(),
            took: step.took.map(|took| show::duration(took / 1e3)).unwrap_or_default(),
            bar: step.start.map(|start| self.bar(start, step.took.unwrap_or(0.0))),
            is_looped: self.loops.with(at).is_some(),
            is_chosen,
        }
    }

    fn bar(&self, from: f64, took: f64) -> (String, String) {
        let (x, width) = self.timeline.bar(from, took);
        (format!("{x:.1}"), format!("{width:.1}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_the_step_and_leads_to_what_is_before_and_behind() {
        let steps = vec!["{}"; 250].join(",");
        let record = format!("{{\"trace\": {{\"steps\": [{steps}]}}}}");
        let trace = Trace::of(&record);
        let lines = Lines::of(&trace, None);
        let address = Address::to("/runs/x").with("view", "log");
        for (chosen, first, count, earlier, later) in [
            (0, 1, 100, None, Some("/runs/x?view=log&step=101")),
            (120, 101, 100, Some("/runs/x?view=log&step=1"), Some("/runs/x?view=log&step=201")),
            (249, 201, 50, Some("/runs/x?view=log&step=101"), None),
        ] {
            let rows = lines.around(chosen, View::Log, &address);
            assert_eq!((rows.shown[0].number, rows.shown.len()), (Some(first), count));
            assert_eq!((rows.earlier.as_deref(), rows.later.as_deref()), (earlier, later));
            assert_eq!(rows.shown.iter().filter(|row| row.is_chosen).count(), 1);
        }
    }

    #[test]
    fn a_run_without_steps_has_no_lines() {
        let trace = Trace::of("{}");
        let rows = Lines::of(&trace, Some(1.0)).around(0, View::Timeline, &Address::to("/"));
        assert!(rows.shown.is_empty() && rows.earlier.is_none() && rows.later.is_none());
    }
}
