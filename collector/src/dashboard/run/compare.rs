//! Two runs beside each other, step by step.

use std::collections::BTreeSet;

use super::align::{Pair, align};
use super::card::Card;
use super::head::{metrics, number};
use super::rows::Lines;
use super::step::{State, Step, StepType};
use super::trace::Trace;
use crate::dashboard::address::Address;
use crate::dashboard::opened::Opened;
use crate::dashboard::show;
use crate::dashboard::visible::visible;

/// How many pairs of steps stand on a page.
const LIMIT: usize = 200;
/// What differs in every run, and tells nothing.
const PASSED: [&str; 5] = ["id", "parent", "start_ms", "duration_ms", "call_id"];

/// What two runs have in common and what not.
#[derive(Debug)]
pub(super) struct Comparison {
    pub(super) other: String,
    pub(super) other_name: String,
    pub(super) without: String,
    pub(super) numbers: Vec<Difference>,
    pub(super) pairs: Vec<Both>,
    pub(super) differing: usize,
    pub(super) earlier: Option<String>,
    pub(super) later: Option<String>,
    /// The step of the other run that belongs to the one that is shown.
    pub(super) card: Option<Card>,
}

/// A number of both runs.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) name: String,
    pub(super) own: String,
    pub(super) other: String,
    /// By how much the first is larger.
    pub(super) by: String,
}

/// A step of one run or of both.
#[derive(Debug)]
pub(super) struct Both {
    pub(super) own: Option<Side>,
    pub(super) other: Option<Side>,
    /// The names of what differs.
    pub(super) differs: String,
    pub(super) slower: String,
    pub(super) is_shown: bool,
}

/// A step of one run.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) number: usize,
    pub(super) href: String,
    pub(super) label: String,
    pub(super) step_type: StepType,
    pub(super) state: State,
    pub(super) took: String,
}

/// Compares a run with another, at one of its steps.
pub(super) fn compare(
    opened: &Opened,
    trace: &Trace<'_>,
    other: &Opened,
    asked: &Address,
    at: usize,
) -> Comparison {
    let theirs = Trace::of(other.json());
    let [own_steps, its_steps] = [trace, &theirs].map(identities);
    let pairs = align(&own_steps, &its_steps);
    let address = asked.only(&["view", "compare"]);
    let beyond = Address::to(other.path());
    let both = |pair: &Pair| Both::of(*pair, trace, &theirs, &address, &beyond, at);
    let place = pairs.iter().position(|pair| pair.0 == Some(at)).unwrap_or_default();
    let from = asked.get("from").and_then(|from| from.parse().ok()).unwrap_or(place);
    let start = from.min(pairs.len()) / LIMIT * LIMIT;
    let end = (start + LIMIT).min(pairs.len());
    let here = address.with("step", &(at + 1).to_string());
    let page_from = |from: usize| here.with("from", &from.to_string()).href();
    let is_differing = |pair: &&Pair| match pair {
        (Some(own), Some(its)) => !differing(&trace.steps[*own], &theirs.steps[*its]).is_empty(),
        _ => true,
    };
    let opposite = pairs.get(place).filter(|pair| pair.0 == Some(at)).and_then(|pair| pair.1);
    let lines = Lines::of(&theirs, other.line.row.execution_time_seconds);
    Comparison {
        other: other.path(),
        other_name: name(other),
        without: asked.without("compare").href(),
        numbers: numbers(opened, other),
        pairs: pairs[start..end].iter().map(both).collect(),
        differing: pairs.iter().filter(is_differing).count(),
        earlier: (start > 0).then(|| page_from(start.saturating_sub(LIMIT))),
        later: (end < pairs.len()).then(|| page_from(end)),
        card: opposite.and_then(|at| Card::of(other, &lines, at, &beyond)),
    }
}

fn identities<'a>(trace: &Trace<'a>) -> Vec<(StepType, &'a str)> {
    trace.steps.iter().map(Step::identity).collect()
}

fn name(opened: &Opened) -> String {
    let row = &opened.line.row;
    let ticket = row.ticket_id.as_deref().map_or("a run".into(), visible);
    format!("{ticket} at {}", show::moment(row.executed_at))
}

impl Both {
    fn of(
        (own, other): Pair,
        trace: &Trace<'_>,
        theirs: &Trace<'_>,
        address: &Address,
        beyond: &Address,
        shown: usize,
    ) -> Self {
        let steps = own.map(|at| &trace.steps[at]).zip(other.map(|at| &theirs.steps[at]));
        let took = steps.and_then(|(own, other)| own.took.zip(other.took));
        Self {
            differs: steps.map(|(own, other)| differing(own, other)).unwrap_or_default(),
            slower: took.map(|(own, other)| longer(own / 1e3, other / 1e3)).unwrap_or_default(),
            is_shown: own == Some(shown),
            own: own.map(|at| Side::of(&trace.steps[at], at, address)),
            other: other.map(|at| Side::of(&theirs.steps[at], at, beyond)),
        }
    }
}

impl Side {
    fn of(step: &Step<'_>, at: usize, address: &Address) -> Self {
        Self {
            number: at + 1,
            href: address.with("step", &(at + 1).to_string()).href(),
            label: step.label(),
            step_type: step.step_type,
            state: step.state,
            took: step.took.map(|took| show::duration(took / 1e3)).unwrap_or_default(),
        }
    }
}

/// The names of the fields that two steps do not have in common.
fn differing(own: &Step<'_>, other: &Step<'_>) -> String {
    let names: BTreeSet<_> =
        own.fields.iter().chain(other.fields.iter()).map(|(name, _)| name).collect();
    let differs = |name: &&str| !PASSED.contains(name) && own.get(name) != other.get(name);
    let names: Vec<_> = names.into_iter().filter(differs).take(8).map(visible).collect();
    names.join(", ")
}

/// By how many seconds the first takes longer, and by which share.
fn longer(own: f64, other: f64) -> String {
    let difference = own - other;
    let sign = if difference < 0.0 { "−" } else { "+" };
    match difference.abs() {
        0.0 => "the same".to_owned(),
        size if other > 0.0 => {
            format!("{sign}{} ({sign}{:.0} %)", show::duration(size), size / other * 100.0)
        }
        size => format!("{sign}{}", show::duration(size)),
    }
}

fn numbers(opened: &Opened, other: &Opened) -> Vec<Difference> {
    let (own_row, its_row) = (&opened.line.row, &other.line.row);
    let seconds = [own_row, its_row].map(|row| row.execution_time_seconds);
    let mut numbers = vec![Difference {
        name: "time".to_owned(),
        own: seconds[0].map_or("–".to_owned(), show::duration),
        other: seconds[1].map_or("–".to_owned(), show::duration),
        by: seconds[0].zip(seconds[1]).map(|(own, its)| longer(own, its)).unwrap_or_default(),
    }];
    let (own, its) = (metrics(own_row.metrics.as_deref()), metrics(its_row.metrics.as_deref()));
    let names: BTreeSet<_> = own.keys().chain(its.keys()).collect();
    for name in names {
        let (own, its) = (own.get(name).copied(), its.get(name).copied());
        let told = |value: Option<f64>| value.map_or("–".to_owned(), number);
        let difference = own.zip(its).map(|(own, its)| own - its);
        let sign = |it: f64| if it > 0.0 { "+" } else { "" };
        numbers.push(Difference {
            name: visible(name).into_owned(),
            own: told(own),
            other: told(its),
            by: difference.map(|it| format!("{}{}", sign(it), number(it))).unwrap_or_default(),
        });
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::super::step::tests::steps;
    use super::*;

    #[test]
    fn what_differs_is_named_but_for_ids_and_times() {
        let steps = steps(
            r#"[{"id": 1, "start_ms": 1, "status": "ok", "result": [1]},
                {"id": 2, "start_ms": 9, "status": "error", "result": [1], "error": "x"}]"#,
        );
        assert_eq!(differing(&steps[0], &steps[1]), "error, status");
        assert_eq!(differing(&steps[0], &steps[0]), "");
    }

    #[test]
    fn how_much_longer_is_told_with_its_share() {
        assert_eq!(longer(3.0, 2.0), "+1.00 s (+50 %)");
        assert_eq!(longer(1.5, 2.0), "−500 ms (−25 %)");
        assert_eq!(longer(2.0, 2.0), "the same");
        assert_eq!(longer(2.0, 0.0), "+2.00 s");
    }
}
