//! The runs told apart by what they have in common: a table with bars, each row a way to its runs.

use askama::Template;

use super::question::Question;
use crate::dashboard::show;
use crate::store::{Dimension, Figures, Group, Statistics};

/// All tables of the overview.
#[derive(Debug, Template)]
#[template(path = "overview_breakdowns.html")]
pub(super) struct Breakdowns {
    pub(super) breakdowns: Vec<Breakdown>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Breakdown {
    label: &'static str,
    rows: Vec<Row>,
    left_out: usize,
}

#[derive(Debug)]
struct Row {
    /// Empty where the runs do not have it.
    name: String,
    /// The list of its runs. There is none of those that have something not.
    href: Option<String>,
    figures: Figures,
    /// How wide the parts of its bar are, in per cent: succeeded, failed, neither.
    parts: [f64; 3],
}

impl Breakdown {
    pub(super) fn new(
        question: &Question,
        dimension: Dimension,
        label: &'static str,
        statistics: Statistics,
    ) -> Self {
        let most = statistics.groups.iter().map(|group| group.figures.records()).max();
        let tickets = question.tickets();
        let row = |Group { names, figures }: Group| {
            let name = names.into_iter().next().unwrap_or_default();
            let list = || tickets.with(dimension.as_str(), &name).href();
            Row {
                href: (!name.is_empty()).then(list),
                parts: parts(&figures, most.unwrap_or_default()),
                name,
                figures,
            }
        };
        let rows = statistics.groups.into_iter().map(row).collect();
        Self { label, rows, left_out: statistics.left_out }
    }
}

fn parts(figures: &Figures, most: u64) -> [f64; 3] {
    let width = |count: u64| if most == 0 { 0.0 } else { count as f64 * 100.0 / most as f64 };
    [figures.ok, figures.failed, figures.open].map(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_group_is_large() {
        let figures = Figures { ok: 3, failed: 1, ..Figures::default() };
        let told = |figures, most| parts(figures, most).map(|part| part.to_string());
        assert_eq!(told(&figures, 8), ["37.5", "12.5", "0"]);
        assert_eq!(told(&Figures::default(), 0), ["0"; 3]);
    }
}
