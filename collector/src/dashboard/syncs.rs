//! `/syncs`: how tickets get to other systems: the last day by status, attempts over time, failures.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::store::{AttemptStatus, Attempts, Dimension, FailingSync, Kind, MOST_LINES};

use super::chart::{Chart, Form, Tone, Unit};
use super::cut::{Cut, Room};
use super::failure::PageError;
use super::filters::Filters;
use super::first::{self, First};
use super::frame::{Frame, Section};
use super::range::Range;
use super::routes::Dashboard;
use super::show;
use super::statuses::Statuses;
use super::streamed::{Part, part, streamed};
use super::view::{View, by_bucket, total};
use super::viewer::Viewer;
use super::visible;

const DAY: i64 = 86_400_000;

#[derive(Template)]
#[template(path = "syncs.html")]
struct SyncsPage {
    frame: Frame,
    filters: Filters,
    first: Option<First>,
}

#[derive(Template)]
#[template(path = "syncs_report.html")]
struct Report {
    attempts: Chart,
    all: Attempts,
    sources: Vec<(String, Attempts)>,
    failing: Vec<Failing>,
    may_be_more: bool,
    has_clients: bool,
}

/// A ticket that failed last.
struct Failing {
    own: FailingSync,
    error: Option<Cut>,
    /// What is known of the ticket.
    href: String,
}

/// Shows the page.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = Arc::new(View::new(dashboard, viewer, &uri, Kind::TaskSync, "7d")?);
    let first = first::of(&view, &headers).await?;
    let syncs = SyncsPage {
        frame: view.frame(Section::Syncs, "Task syncs"),
        filters: view.filters(&[(Dimension::ProviderName, "System")]).await?,
        first,
    };
    let parts: Vec<Part> = if syncs.first.is_some() {
        Vec::new()
    } else {
        vec![Box::pin(statuses(Arc::clone(&view))), Box::pin(report(view))]
    };
    streamed(&headers, &syncs, parts)
}

async fn statuses(view: Arc<View>) -> String {
    let until = view.range.until;
    let day = Range { since: until.saturating_sub(DAY), until, name: None };
    let found = view.statuses(day, &[Dimension::ProviderName]).await;
    let is_now = view.range.name.is_some();
    let title = if is_now { "The last 24 hours by status" } else { "Its last 24 hours by status" };
    part(found.map(|found| Statuses::of(title, "Syncs", found)))
}

async fn report(view: Arc<View>) -> String {
    let made = async {
        let report = view.dashboard.library.store.sync_report(&view.scope, &view.asked()).await?;
        let (bucket, starts) = (view.range.bucket(), view.starts()?);
        let points = by_bucket(&starts, &report.over_time, Attempts::merge);
        let line = |of: fn(&Attempts) -> u64| points.iter().map(|it| Some(of(it) as f64)).collect();
        let attempts = Chart::over_time("Attempts", Unit::Count, bucket, &starts)
            .form(Form::Bars)
            .line("success", Tone::Ok, line(|it| it.success))
            .line("failed", Tone::Failed, line(|it| it.failed))
            .line("timeout", Tone::Open, line(|it| it.timeout));
        let all = total(&points, Attempts::merge);
        Ok(Report {
            attempts,
            all,
            sources: report.sources,
            may_be_more: report.failing.len() >= MOST_LINES,
            failing: report.failing.into_iter().map(|own| Failing::new(&view, own)).collect(),
            has_clients: view.sees_all(),
        })
    };
    part(made.await)
}

impl Failing {
    fn new(view: &View, own: FailingSync) -> Self {
        let address = super::timeline::address("external_ticket", &own.ticket);
        let client = own.client.as_str();
        let address = if view.sees_all() { address.with("client_id", client) } else { address };
        let error = own.error.as_deref().map(|error| Room::of(500).cut(error));
        Self { error, href: address.href(), own }
    }

    /// Whether the last attempt of all went well.
    fn is_over(&self) -> bool {
        self.own.status == AttemptStatus::Success
    }
}
