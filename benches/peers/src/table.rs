//! One scenario's table in Markdown: medians of all rounds, and between what they lie.

use std::fmt;

use crate::clients::BASELINE;
use crate::collector::Counted;
use crate::host::Told;
use crate::rounds::Outcome;
use crate::scenario::Scenario;

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) scenario: &'static Scenario,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) client: &'static str,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Table {
    pub(crate) fn new(scenario: &'static Scenario, clients: &[&'static str]) -> Self {
        let row = |client: &&'static str| Row { client, outcomes: Vec::new() };
        Self { scenario, rows: clients.iter().map(row).collect() }
    }

    /// What a process without a client takes for each record, in microseconds.
    fn baseline(&self) -> f64 {
        let rows = self.rows.iter().filter(|row| row.client == BASELINE);
        let cpu = rows.flat_map(Row::told).map(|told| self.each(told.cpu)).collect();
        Spread::of(cpu).map_or(0.0, |spread| spread.median)
    }

    /// Microseconds a record.
    fn each(&self, seconds: f64) -> f64 {
        seconds * 1e6 / self.scenario.records as f64
    }

    fn row(&self, f: &mut fmt::Formatter<'_>, row: &Row, baseline: f64) -> fmt::Result {
        let is_baseline = row.client == BASELINE;
        let net = if is_baseline { 0.0 } else { baseline };
        let told = |value: &dyn Fn(&Told) -> f64| cell(row.told().map(value).collect());
        let counted = |value: &dyn Fn(&Counted) -> usize| {
            let missing = |outcome: &Outcome| value(&outcome.counted) as f64;
            if is_baseline {
                return "–".to_owned();
            }
            cell(row.outcomes.iter().map(missing).collect())
        };
        let killed = row.outcomes.len() - row.told().count();
        let note = if killed > 0 { format!(" (ended by force: {killed})") } else { String::new() };
        writeln!(
            f,
            "| {}{note} | {} | {} | {} | {} | {} | {} | {} |",
            row.client,
            told(&|told| told.p50 / 1e3),
            told(&|told| told.p99 / 1e3),
            told(&|told| self.each(told.cpu) - net),
            counted(&|counted| self.scenario.records - counted.records),
            counted(&|counted| counted.records - counted.whole),
            told(&|told| told.peak_rss_bytes / 1e6),
            told(&|told| told.end),
        )
    }
}

impl Row {
    fn told(&self) -> impl Iterator<Item = &Told> {
        self.outcomes.iter().filter_map(|outcome| outcome.told.as_ref())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}\n", self.scenario.title)?;
        writeln!(
            f,
            "| client | p50, µs | p99, µs | processor, µs a record | lost | without trace \
             | peak memory, MB | end, s |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
        )?;
        let baseline = self.baseline();
        self.rows.iter().try_for_each(|row| self.row(f, row, baseline))
    }
}

/// What the rounds gave.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    /// `None` where no round gave anything.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let (least, most) = (*values.first()?, *values.last()?);
        Some(Self { median: values[values.len() / 2], least, most })
    }
}

/// Median and spread, or a dash.
fn cell(values: Vec<f64>) -> String {
    let Some(Spread { median, least, most }) = Spread::of(values) else {
        return "–".to_owned();
    };
    let (median, least, most) = (number(median), number(least), number(most));
    if least == most { median } else { format!("{median} ({least}–{most})") }
}

/// Two digits that tell something, and no fraction of what is counted in tens.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 1.0 => format!("{value:.2}"),
        size if size < 10.0 && value.fract() != 0.0 => format!("{value:.1}"),
        _ => grouped(value),
    }
}

/// A whole number with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = if value < 0.0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_tells_the_median_and_the_spread() {
        assert_eq!(cell(vec![3.25, 0.125, 20_480.0]), "3.2 (0.12–20,480)");
        assert_eq!(cell(vec![7.0, 7.0]), "7");
        assert_eq!(cell(vec![0.0]), "0");
        assert_eq!(cell(vec![-1_500.0]), "-1,500");
        assert_eq!(cell(Vec::new()), "–");
    }
}
