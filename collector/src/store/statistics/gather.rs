//! Putting together what a store finds: parts that come in the order of their groups.

use std::collections::HashMap;

use super::{Figures, Group, Grouping, Line, Series, Statistics};

/// Some of the figures of one group.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::store) struct Part {
    /// The values of the group.
    pub(in crate::store) names: Vec<String>,
    pub(in crate::store) figures: Figures,
}

/// Statistics in the making. No more groups are held than are answered twice over.
#[derive(Debug)]
pub(in crate::store) struct Ranking {
    limit: usize,
    is_grouped: bool,
    total: Figures,
    /// The group whose parts are coming.
    current: Option<Group>,
    groups: Vec<Group>,
    left_out: usize,
}

impl Ranking {
    pub(in crate::store) fn new(grouping: &Grouping) -> Self {
        Self {
            limit: grouping.limit,
            is_grouped: !grouping.by.is_empty(),
            total: Figures::default(),
            current: None,
            groups: Vec::new(),
            left_out: 0,
        }
    }

    /// Takes the next part; all parts of one group come one after the other.
    pub(in crate::store) fn add(&mut self, part: Part) {
        self.total.merge(&part.figures);
        if !self.is_grouped {
            return;
        }
        match &mut self.current {
            Some(group) if group.names == part.names => group.figures.merge(&part.figures),
            _ => {
                let next = Group { names: part.names, figures: part.figures };
                if let Some(group) = self.current.replace(next) {
                    self.groups.push(group);
                }
            }
        }
        if self.groups.len() > self.limit.saturating_mul(2) {
            self.cut();
        }
    }

    pub(in crate::store) fn finish(mut self) -> Statistics {
        self.groups.extend(self.current.take());
        self.cut();
        Statistics { total: self.total, groups: self.groups, left_out: self.left_out }
    }

    /// Keeps those with the most records, in their order.
    fn cut(&mut self) {
        self.groups.sort_by(|one, other| {
            let by_records = other.figures.records().cmp(&one.figures.records());
            by_records.then_with(|| one.names.cmp(&other.names))
        });
        self.left_out += self.groups.len().saturating_sub(self.limit);
        self.groups.truncate(self.limit);
    }
}

/// A series in the making; it begins without anything in it, so that it has no holes.
#[derive(Debug)]
pub(in crate::store) struct Plot {
    starts: Vec<i64>,
    total: Vec<Figures>,
    lines: Vec<Line>,
    places: HashMap<Vec<String>, usize>,
    left_out: usize,
}

impl Plot {
    /// The groups that are shown are those of these statistics.
    pub(in crate::store) fn new(starts: &[i64], ranked: Statistics) -> Self {
        let total = vec![Figures::default(); starts.len()];
        let names = ranked.groups.into_iter().map(|group| group.names);
        let lines: Vec<_> = names.map(|names| Line { names, points: total.clone() }).collect();
        let places = lines.iter().enumerate().map(|(at, line)| (line.names.clone(), at)).collect();
        Self { starts: starts.to_vec(), total, lines, places, left_out: ranked.left_out }
    }

    /// Takes the next part, of this moment.
    pub(in crate::store) fn add(&mut self, moment: i64, part: &Part) {
        let buckets = self.starts.partition_point(|start| *start <= moment);
        let Some(at) = buckets.checked_sub(1) else {
            return;
        };
        self.total[at].merge(&part.figures);
        if let Some(line) = self.places.get(&part.names) {
            self.lines[*line].points[at].merge(&part.figures);
        }
    }

    pub(in crate::store) fn finish(self) -> Series {
        Series { total: self.total, lines: self.lines, left_out: self.left_out }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bucket, Dimension};
    use super::*;

    fn part(name: &str, ok: u64) -> Part {
        Part { names: vec![name.to_owned()], figures: Figures { ok, ..Figures::default() } }
    }

    fn grouping(limit: usize) -> Grouping {
        Grouping { by: vec![Dimension::Status], limit }
    }

    #[test]
    fn the_largest_groups_are_kept_and_equal_ones_go_by_name() {
        let mut ranking = Ranking::new(&grouping(2));
        for (name, ok) in [("a", 1), ("b", 2), ("b", 3), ("c", 1), ("d", 1), ("e", 1), ("f", 9)] {
            ranking.add(part(name, ok));
        }
        let statistics = ranking.finish();
        let told: Vec<_> =
            statistics.groups.iter().map(|it| (&*it.names[0], it.figures.ok)).collect();
        assert_eq!(told, [("f", 9), ("b", 5)]);
        assert_eq!((statistics.left_out, statistics.total.ok), (4, 18));
    }

    #[test]
    fn a_series_has_no_holes_and_counts_what_is_not_shown_in_its_total() {
        let mut ranking = Ranking::new(&grouping(1));
        ranking.add(part("a", 1));
        ranking.add(part("b", 3));
        let starts = Bucket::Hour.starts(0, 3 * 3_600_000).unwrap();
        let mut plot = Plot::new(&starts, ranking.finish());
        plot.add(1, &part("a", 1));
        plot.add(7_200_000, &part("b", 3));
        let series = plot.finish();
        let oks = |points: &[Figures]| points.iter().map(|it| it.ok).collect::<Vec<_>>();
        assert_eq!(oks(&series.total), [1, 0, 3]);
        assert_eq!((series.lines.len(), series.left_out), (1, 1));
        assert_eq!(oks(&series.lines[0].points), [0, 0, 3]);
    }
}
