//! What is measured of the runs: each measure with its figure, that of the period before, and both
//! over time.

use std::collections::BTreeSet;

use crate::dashboard::chart::{Chart, Form, Tone, Unit};
use crate::store::{Bucket, Figures, Series};

/// Which way is the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Better {
    More,
    Less,
    Neither,
}

/// How a figure is told of any number of runs.
type Of<'a> = Box<dyn Fn(&Figures) -> Option<f64> + 'a>;

/// One measure of any number of runs.
struct Measure<'a> {
    name: String,
    unit: Unit,
    better: Better,
    of: Of<'a>,
}

impl<'a> Measure<'a> {
    fn new(
        name: impl Into<String>,
        unit: Unit,
        better: Better,
        of: impl Fn(&Figures) -> Option<f64> + 'a,
    ) -> Self {
        Self { name: name.into(), unit, better, of: Box::new(of) }
    }
}

/// What every overview measures.
fn measures() -> [Measure<'static>; 6] {
    use Better::{Less, More, Neither};
    [
        Measure::new("Ticket runs", Unit::Count, Neither, |of| Some(of.records() as f64)),
        Measure::new("Success rate", Unit::Share, More, Figures::success_rate),
        Measure::new("Average time", Unit::Seconds, Less, Figures::average_seconds),
        Measure::new("95th percentile of time", Unit::Seconds, Less, |of| {
            of.durations.percentile(0.95)
        }),
        Measure::new("Errors", Unit::Count, Less, |of| Some(of.errors as f64)),
        Measure::new("Tokens", Unit::Count, Neither, |of| {
            Some(of.input_tokens.saturating_add(of.output_tokens) as f64)
        }),
    ]
}

/// The cost in one currency; amounts of different ones are never added up.
fn cost(currency: &str) -> Measure<'_> {
    let name = if currency.is_empty() { "no currency" } else { currency };
    Measure::new(format!("Cost, {name}"), Unit::Money, Better::Neither, move |of| {
        Some(of.costs.get(currency).copied().unwrap_or_default())
    })
}

/// The runs of one period: in all, and over time.
#[derive(Debug)]
pub(super) struct Period {
    total: Figures,
    points: Vec<Figures>,
}

impl From<Series> for Period {
    fn from(series: Series) -> Self {
        let mut total = Figures::default();
        for point in &series.total {
            total.merge(point);
        }
        Self { total, points: series.total }
    }
}

/// How a figure differs from that of the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) told: String,
    pub(super) tone: Tone,
}

/// A measure as it is shown.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) name: String,
    pub(super) now: String,
    pub(super) before: String,
    pub(super) change: Option<Change>,
    pub(super) chart: Chart,
}

impl Card {
    /// All measures of a period, beside those of the one before it.
    pub(super) fn all(bucket: Bucket, starts: &[i64], now: &Period, before: &Period) -> Vec<Self> {
        let currencies: BTreeSet<_> =
            now.total.costs.keys().chain(before.total.costs.keys()).collect();
        let costs = currencies.into_iter().map(|currency| cost(currency));
        let card = |measure: Measure<'_>| Self::new(&measure, bucket, starts, now, before);
        measures().into_iter().chain(costs).map(card).collect()
    }

    fn new(
        measure: &Measure<'_>,
        bucket: Bucket,
        starts: &[i64],
        now: &Period,
        before: &Period,
    ) -> Self {
        let Measure { name, unit, better, of } = measure;
        let (own, other) = (of(&now.total), of(&before.total));
        let told =
            |figure: Option<f64>| figure.map_or("–".to_owned(), |figure| unit.told(figure));
        let points = |period: &Period| period.points.iter().map(of).collect();
        let chart = Chart::over_time(name.as_str(), *unit, bucket, starts)
            .form(Form::Area)
            .line("this period", Tone::Accent, points(now))
            .dashed("the one before", Tone::Soft, points(before));
        Self {
            name: name.clone(),
            now: told(own),
            before: told(other),
            change: own.zip(other).and_then(|(own, other)| change(*unit, *better, own, other)),
            chart,
        }
    }
}

/// The change from a figure to another; `None` where it cannot be told as a part of nothing.
fn change(unit: Unit, better: Better, now: f64, before: f64) -> Option<Change> {
    let (change, unit) = match unit {
        Unit::Share => ((now - before) * 100.0, "points"),
        _ if before == 0.0 => return None,
        _ => ((now - before) / before.abs() * 100.0, "%"),
    };
    let tenths = (change * 10.0).round() / 10.0;
    let tone = match better {
        _ if tenths == 0.0 => Tone::Soft,
        Better::Neither => Tone::Soft,
        Better::More if tenths > 0.0 => Tone::Ok,
        Better::Less if tenths < 0.0 => Tone::Ok,
        Better::More | Better::Less => Tone::Failed,
    };
    let sign = match tenths {
        _ if tenths == 0.0 => "±",
        _ if tenths > 0.0 => "+",
        _ => "−",
    };
    Some(Change { told: format!("{sign}{:.1} {unit}", tenths.abs()), tone })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_change_is_good_or_bad_by_what_is_measured() {
        for (unit, better, now, before, told, tone) in [
            (Unit::Count, Better::Neither, 150.0, 100.0, "+50.0 %", Tone::Soft),
            (Unit::Seconds, Better::Less, 1.5, 2.0, "−25.0 %", Tone::Ok),
            (Unit::Seconds, Better::Less, 2.0, 1.0, "+100.0 %", Tone::Failed),
            (Unit::Share, Better::More, 0.91, 0.9, "+1.0 points", Tone::Ok),
            (Unit::Share, Better::More, 0.0, 0.5, "−50.0 points", Tone::Failed),
            (Unit::Count, Better::Less, 10.0, 10.0, "±0.0 %", Tone::Soft),
        ] {
            let expected = Change { told: told.to_owned(), tone };
            assert_eq!(change(unit, better, now, before), Some(expected));
        }
        assert_eq!(change(Unit::Count, Better::Less, 10.0, 0.0), None);
    }

    #[test]
    fn a_card_tells_the_whole_period_and_its_parts() {
        let point = |ok, seconds| Figures {
            ok,
            failed: 1,
            timed: ok,
            seconds,
            costs: BTreeMap::from([("EUR".to_owned(), 0.5)]),
            ..Figures::default()
        };
        let series = |total| Period::from(Series { total, ..Series::default() });
        let (now, before) = (series(vec![point(3, 9.0), point(1, 1.0)]), series(vec![]));
        let cards = Card::all(Bucket::Hour, &[0, 3_600_000], &now, &before);
        let told: Vec<_> = cards.iter().map(|card| (&*card.name, &*card.now)).collect();
        assert_eq!(
            told,
            [
                ("Ticket runs", "6"),
                ("Success rate", "66.7 %"),
                ("Average time", "2.50 s"),
                ("95th percentile of time", "–"),
                ("Errors", "0"),
                ("Tokens", "0"),
                ("Cost, EUR", "1.00"),
            ]
        );
        assert_eq!((&*cards[1].before, &cards[1].change), ("–", &None));
        assert!(cards[2].chart.to_string().contains(r#"<data value="3">3.00 s</data>"#));
    }
}
