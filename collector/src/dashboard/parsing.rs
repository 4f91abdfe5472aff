//! `/parsing`: texts that were parsed: how long it took, how often it went well, how sure it was.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::query::{Whole, lines};
use crate::store::{Bucket, Filter, Kind, Listed, Outcome, PageRequest, ParsingReport, Parsings};

use super::chart::{Chart, Form, Tone, Unit};
use super::cut::{Cut, Room};
use super::failure::PageError;
use super::filters::Filters;
use super::first::{self, First};
use super::frame::{Frame, Section};
use super::part_of::text;
use super::routes::Dashboard;
use super::show;
use super::streamed::{Part, part, streamed};
use super::view::{View, by_bucket, total};
use super::viewer::Viewer;
use super::visible;

/// How many of the latest failures are shown.
const LATEST: usize = 10;

#[derive(Template)]
#[template(path = "parsing.html")]
struct ParsingPage {
    frame: Frame,
    filters: Filters,
    first: Option<First>,
}

#[derive(Template)]
#[template(path = "parsing_report.html")]
struct Report {
    all: Parsings,
    charts: Charts,
    versions: Vec<(String, Parsings)>,
    failures: Vec<Failed>,
    /// There are more records than were looked through.
    is_short: bool,
    has_clients: bool,
}

struct Charts {
    latency: Chart,
    success: Chart,
    confidence: Chart,
}

/// A text that could not be parsed, and why.
struct Failed {
    listed: Listed,
    version: Option<String>,
    error: Option<Cut>,
}

/// Shows the page.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = Arc::new(View::new(dashboard, viewer, &uri, Kind::NlpParsing, "7d")?);
    let parsing = ParsingPage {
        frame: view.frame(Section::Parsing, "NLP parsing"),
        filters: view.filters(&[]).await?,
        first: first::of(&view, &headers).await?,
    };
    let report = parsing.first.is_none().then(|| Box::pin(report(view)) as Part);
    streamed(&headers, &parsing, report.into_iter().collect())
}

async fn report(view: Arc<View>) -> String {
    part(made(&view).await)
}

async fn made(view: &View) -> Result<Report, PageError> {
    let store = &view.dashboard.library.store;
    let report = store.parsing_report(&view.scope, &view.asked()).await?;
    let (bucket, starts) = (view.range.bucket(), view.starts()?);
    let points = by_bucket(&starts, &report.over_time, Parsings::merge);
    let all = total(&points, Parsings::merge);
    let (failures, is_short) = failures(view).await?;
    Ok(Report {
        all,
        charts: Charts::new(bucket, &starts, &points, &report),
        versions: report.versions,
        failures,
        is_short,
        has_clients: view.sees_all(),
    })
}

impl Charts {
    fn new(bucket: Bucket, starts: &[i64], points: &[Parsings], report: &ParsingReport) -> Self {
        let line = |of: fn(&Parsings) -> Option<f64>| points.iter().map(of).collect();
        let tenths = (0..10).map(|tenth| format!("{}–{} %", tenth * 10, tenth * 10 + 10));
        let confidence = report.confidence.iter().map(|texts| Some(*texts as f64)).collect();
        Self {
            latency: Chart::over_time("Latency", Unit::Seconds, bucket, starts)
                .line("average", Tone::Accent, line(Parsings::average_seconds))
                .dashed("least", Tone::Teal, line(|it| it.least))
                .dashed("most", Tone::Violet, line(|it| it.most)),
            success: Chart::over_time("Success rate", Unit::Share, bucket, starts)
                .form(Form::Area)
                .line("success rate", Tone::Ok, line(Parsings::success_rate))
                .mark("70 %", 0.7)
                .mark("90 %", 0.9),
            confidence: Chart::of_names("Texts by confidence", Unit::Count, tenths).line(
                "texts",
                Tone::Accent,
                confidence,
            ),
        }
    }
}

async fn failures(view: &View) -> Result<(Vec<Failed>, bool), PageError> {
    let filter = Filter { outcome: Some(Outcome::Failed), ..view.filter() };
    let newest = PageRequest { limit: LATEST, ..PageRequest::default() };
    let line = |listed: Listed, whole: &Whole<'_>| {
        let error = text(whole.own("error_details")).or_else(|| listed.row.status_reason.clone());
        let error = error.map(|error| Room::of(1_500).cut(&error));
        Failed { listed, version: text(whole.own("parser_version")), error }
    };
    let (failures, next) =
        lines(&view.dashboard.library, &view.scope, &filter, &newest, line).await?;
    Ok((failures, next.is_some()))
}

/// A success rate by the marks: 90 % and more is good, below 70 % is bad.
pub(super) fn tone(rate: f64) -> &'static str {
    match rate {
        rate if rate >= 0.9 => "ok",
        rate if rate >= 0.7 => "open",
        _ => "failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_judged_by_its_marks() {
        for (rate, expected) in [(0.9, "ok"), (0.899, "open"), (0.7, "open"), (0.69, "failed")] {
            assert_eq!(tone(rate), expected, "{rate}");
        }
    }
}
