//! `GET /runs/{record_id}/outline`: every step in few bytes, for the script that shows the outline.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State as Shared};
use serde::Serialize;

use super::rows::{DEEPEST, Lines};
use super::step::{State, StepType};
use super::timeline::Line;
use super::trace::Trace;
use crate::dashboard::failure::PageError;
use crate::dashboard::opened::Opened;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Viewer;

/// Column by column, since equal things beside each other compress well. Steps are counted from 0.
#[derive(Debug, Serialize)]
pub(in crate::dashboard) struct Outline {
    /// The types and the states, each a word and its sign.
    types: [[&'static str; 2]; StepType::ALL.len()],
    states: [[&'static str; 2]; State::ALL.len()],
    labels: Vec<String>,
    /// Of each step: its type, its state, its label, how deep it lies, and when it began and how
    /// long it took, in milliseconds.
    step_type: Vec<usize>,
    state: Vec<usize>,
    label: Vec<usize>,
    depth: Vec<usize>,
    start: Vec<Option<f64>>,
    took: Vec<Option<f64>>,
    /// The steps that repeat a call.
    looped: Vec<usize>,
    /// The steps from the top down, and in the order of time.
    tree: Vec<usize>,
    log: Vec<usize>,
    /// Times without a step: before which line of the log, from when, and how long.
    gaps: Vec<(usize, f64, f64)>,
    /// Where the axis begins and ends.
    axis: [f64; 2],
}

/// Answers the outline of a run.
pub(in crate::dashboard) async fn outline(
    Shared(dashboard): Shared<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Json<Outline>, PageError> {
    let opened = Arc::new(Opened::run(&dashboard, &viewer, &id).await?);
    opened.with(|opened| Json(Outline::of(opened))).await
}

impl Outline {
    fn of(opened: &Opened) -> Self {
        let trace = Trace::of(opened.json());
        let lines = Lines::of(&trace, opened.line.row.execution_time_seconds);
        let (labels, label) = labels(&trace);
        let (log, gaps) = log(&lines);
        let steps = trace.steps.iter();
        let place = |state: State| State::ALL.iter().position(|own| *own == state);
        let kind = |kind: StepType| StepType::ALL.iter().position(|own| *own == kind);
        Self {
            types: StepType::ALL.map(|own| [own.word(), own.icon()]),
            states: State::ALL.map(|own| [own.word(), own.icon()]),
            labels,
            label,
            step_type: steps.clone().filter_map(|step| kind(step.step_type)).collect(),
            state: steps.clone().filter_map(|step| place(step.state)).collect(),
            depth: lines.tree.depth.iter().map(|depth| (*depth).min(DEEPEST)).collect(),
            start: steps.clone().map(|step| step.start.map(rounded)).collect(),
            took: steps.map(|step| step.took.map(rounded)).collect(),
            looped: (0..trace.steps.len()).filter(|at| lines.loops.with(*at).is_some()).collect(),
            log,
            gaps,
            axis: [lines.timeline.start, lines.timeline.end],
            tree: lines.tree.order,
        }
    }
}

/// Each label once, and which of them each step has.
fn labels(trace: &Trace<'_>) -> (Vec<String>, Vec<usize>) {
    let mut known = HashMap::new();
    let mut labels = Vec::new();
    let label = |step: &super::step::Step<'_>| {
        let label = step.label();
        *known.entry(label).or_insert_with_key(|label| {
            labels.push(label.clone());
            labels.len() - 1
        })
    };
    let of_steps = trace.steps.iter().map(label).collect();
    (labels, of_steps)
}

fn log(lines: &Lines<'_, '_>) -> (Vec<usize>, Vec<(usize, f64, f64)>) {
    let (mut log, mut gaps) = (Vec::new(), Vec::new());
    for line in &lines.timeline.lines {
        match line {
            Line::Step(at) => log.push(*at),
            Line::Gap { from, took } => gaps.push((log.len(), rounded(*from), rounded(*took))),
        }
    }
    (log, gaps)
}

/// To the microsecond.
fn rounded(millis: f64) -> f64 {
    (millis * 1e3).round() / 1e3
}
