//! A chart: a table of figures, which a script draws above it.
//!
//! The table is all that a page sends, so that whoever has no script, or hears the page, reads the
//! very figures that are drawn. A page that shows charts includes `chart_head.html` in its head:
//!
//! ```html
//! {% block head %}{% include "chart_head.html" %}{% endblock %}
//! {% block content %}{{ latency }}{% endblock %}
//! ```
//!
//! where `latency` is made so:
//!
//! ```text
//! Chart::over_time("Average latency", Unit::Seconds, bucket, starts)
//!     .form(Form::Area)
//!     .line("this period", Tone::Accent, averages)
//!     .dashed("the period before", Tone::Soft, before)
//!     .mark("too slow", 2.0)
//! ```

use askama::Template;
use askama::filters::HtmlSafe;

use crate::store::Bucket;
use crate::time;

use super::show;

/// What the figures of a chart are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// How many.
    Count,
    /// Durations in seconds.
    Seconds,
    /// Shares, from 0 to 1.
    Share,
    /// Amounts of one currency.
    Money,
}

impl Unit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Seconds => "seconds",
            Self::Share => "share",
            Self::Money => "money",
        }
    }

    /// A figure as it is shown.
    pub(crate) fn told(self, figure: f64) -> String {
        match self {
            #[expect(clippy::cast_possible_truncation, reason = "no store counts so far")]
            Self::Count => show::count(figure.round() as i64),
            Self::Seconds => show::duration(figure),
            Self::Share => show::percent(figure),
            Self::Money => show::money(figure),
        }
    }
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Lines.
    Line,
    /// A line with the room below it filled; where there are more lines, the first one alone.
    Area,
    /// Bars, those of several lines one on top of the other: distributions, and counts by state.
    Bars,
}

impl Form {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Area => "area",
            Self::Bars => "bars",
        }
    }
}

/// A colour of the theme, by its role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Accent,
    Ok,
    Failed,
    Open,
    Violet,
    Teal,
    /// For what stands beside the thing itself.
    Soft,
}

impl Tone {
    /// The name that styles and scripts know it by.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accent => "accent",
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Open => "open",
            Self::Violet => "violet",
            Self::Teal => "teal",
            Self::Soft => "text-soft",
        }
    }
}

/// Where a figure stands on the axis.
#[derive(Clone, Debug)]
enum Place {
    /// A bucket of time: how it is shown, and its beginning (RFC 3339).
    Time(String, String),
    Name(String),
}

/// The figures of one line, one for each place.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    tone: Tone,
    is_dashed: bool,
    figures: Vec<Option<f64>>,
}

/// A level to compare with.
#[derive(Clone, Debug)]
struct Mark {
    name: &'static str,
    level: f64,
}

/// A chart, which a template shows by naming it.
#[derive(Clone, Debug, Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    name: String,
    unit: Unit,
    form: Form,
    places: Vec<Place>,
    lines: Vec<Line>,
    marks: Vec<Mark>,
}

/// Its template escapes whatever stands in it.
impl HtmlSafe for Chart {}

impl Chart {
    /// A chart over time: `starts` tells where its buckets begin, in milliseconds since 1970.
    pub(crate) fn over_time(
        name: impl Into<String>,
        unit: Unit,
        bucket: Bucket,
        starts: &[i64],
    ) -> Self {
        let shown = if bucket == Bucket::Hour { 16 } else { 10 };
        let place = |start: &i64| {
            let told = show::moment(*start).chars().take(shown).collect();
            Place::Time(told, time::rfc3339(*start))
        };
        Self::new(name.into(), unit, Form::Line, starts.iter().map(place).collect())
    }

    /// A chart of bars with these names, such as the bounds of a histogram.
    pub(crate) fn of_names(
        name: impl Into<String>,
        unit: Unit,
        names: impl IntoIterator<Item = String>,
    ) -> Self {
        let places = names.into_iter().map(Place::Name).collect();
        Self::new(name.into(), unit, Form::Bars, places)
    }

    fn new(name: String, unit: Unit, form: Form, places: Vec<Place>) -> Self {
        Self { name, unit, form, places, lines: Vec::new(), marks: Vec::new() }
    }

    /// Draws it in this form.
    pub(crate) fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }

    /// Adds a line; where a place has no figure it has a hole.
    pub(crate) fn line(
        self,
        name: impl Into<String>,
        tone: Tone,
        figures: Vec<Option<f64>>,
    ) -> Self {
        self.add(Line { name: name.into(), tone, is_dashed: false, figures })
    }

    /// Adds a dashed line.
    pub(crate) fn dashed(
        self,
        name: impl Into<String>,
        tone: Tone,
        figures: Vec<Option<f64>>,
    ) -> Self {
        self.add(Line { name: name.into(), tone, is_dashed: true, figures })
    }

    /// Adds a level to compare with.
    pub(crate) fn mark(mut self, name: &'static str, level: f64) -> Self {
        self.marks.push(Mark { name, level });
        self
    }

    fn add(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    /// Each place with its figures, one of each line: as they are, and as they are shown.
    fn rows(&self) -> impl Iterator<Item = (&Place, Vec<Option<(f64, String)>>)> {
        let told = |figure: f64| (figure, self.unit.told(figure));
        self.places.iter().enumerate().map(move |(at, place)| {
            let figures = self.lines.iter().map(|line| line.figures.get(at).copied().flatten());
            (place, figures.map(|figure| figure.map(told)).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_a_table_as_they_are_and_as_they_are_read() {
        let chart = Chart::over_time("Latency", Unit::Seconds, Bucket::Hour, &[0, 3_600_000])
            .line("now", Tone::Accent, vec![Some(0.25), None])
            .dashed("before", Tone::Soft, vec![Some(61.0)])
            .mark("too slow", 2.0);
        let html = chart.to_string();
        for part in [
            r#"data-chart="line""#,
            r#"<time datetime="1970-01-01T01:00:00.000Z">1970-01-01 01:00</time>"#,
            r#"<td class="number"><data value="0.25">250 ms</data></td>"#,
            r#"<td class="number"><data value="61">1 min 1 s</data></td>"#,
            r#"data-tone="text-soft" data-dashed"#,
            r#"data-mark="2""#,
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
        assert_eq!(html.matches("<data ").count(), 2);
    }

    #[test]
    fn names_are_text() {
        let chart = Chart::of_names("<b>", Unit::Count, ["</table><script>".to_owned()]).line(
            "\"><i>",
            Tone::Ok,
            vec![Some(1_234.0)],
        );
        let html = chart.to_string();
        assert!(html.contains("1,234") && html.contains("&#60;script&#62;"));
        assert!(!html.contains("<script>") && !html.contains("<i>") && !html.contains("<b>"));
    }
}
