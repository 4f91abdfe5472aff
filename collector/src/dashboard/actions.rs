//! `/actions`: the calls of outside providers, how many fail, how long they take, what failed last.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::query::{Whole, lines};
use crate::store::{
    Dimension, Figures, Filter, Grouping, Kind, Listed, Outcome, PageRequest, Statistics,
};

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
use super::view::{View, total};
use super::viewer::Viewer;
use super::visible;

/// How many kinds of calls are told apart.
const GROUPS: usize = 50;
/// How many of the latest failures are shown.
const LATEST: usize = 15;
/// By what the calls can be chosen.
const FILTERS: [(Dimension, &str); 3] = [
    (Dimension::ActionType, "Action"),
    (Dimension::ProviderName, "Provider"),
    (Dimension::Status, "Status"),
];
const OWN: [Dimension; 3] = [Dimension::ActionType, Dimension::ProviderName, Dimension::Status];

#[derive(Template)]
#[template(path = "actions.html")]
struct ActionsPage {
    frame: Frame,
    filters: Filters,
    first: Option<First>,
}

#[derive(Template)]
#[template(path = "actions_charts.html")]
struct Charts {
    total: Figures,
    calls: Chart,
    latency: Chart,
}

#[derive(Template)]
#[template(path = "actions_groups.html")]
struct Groups {
    groups: Vec<Group>,
    left_out: usize,
}

/// One sort of calls.
struct Group {
    action: String,
    provider: String,
    /// The page of these calls alone.
    href: String,
    figures: Figures,
    /// How wide the parts of its bar are, in per cent: succeeded, failed, neither.
    parts: [f64; 3],
}

#[derive(Template)]
#[template(path = "actions_failures.html")]
struct Failures {
    calls: Vec<Failed>,
    has_clients: bool,
    /// There are more records than were looked through.
    is_short: bool,
}

/// A call that failed, and why.
struct Failed {
    listed: Listed,
    error: Option<Cut>,
}

/// Shows the page.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = Arc::new(View::new(dashboard, viewer, &uri, Kind::Action, "24h")?);
    let first = first::of(&view, &headers).await?;
    let actions = ActionsPage {
        frame: view.frame(Section::Actions, "Actions"),
        filters: view.filters(&FILTERS).await?,
        first,
    };
    let parts: Vec<Part> = if actions.first.is_some() {
        Vec::new()
    } else {
        vec![
            Box::pin(charts(Arc::clone(&view))),
            Box::pin(groups(Arc::clone(&view))),
            Box::pin(failures(view)),
        ]
    };
    streamed(&headers, &actions, parts)
}

async fn charts(view: Arc<View>) -> String {
    let made = async {
        let (bucket, starts) = (view.range.bucket(), view.starts()?);
        let selection = view.selection(view.range, &OWN);
        let store = &view.dashboard.library.store;
        let series =
            store.series(&view.scope, &selection, &Grouping::default(), bucket, &starts).await?;
        let total = total(&series.total, Figures::merge);
        let points = |of: fn(&Figures) -> Option<f64>| series.total.iter().map(of).collect();
        let calls = Chart::over_time("Calls by outcome", Unit::Count, bucket, &starts)
            .form(Form::Bars)
            .line("done", Tone::Ok, points(|it| Some(it.ok as f64)))
            .line("failed", Tone::Failed, points(|it| Some(it.failed as f64)))
            .line("neither", Tone::Open, points(|it| Some(it.open as f64)));
        let latency = Chart::over_time("Latency", Unit::Seconds, bucket, &starts)
            .line("average", Tone::Accent, points(Figures::average_seconds))
            .dashed("p95", Tone::Violet, points(|it| it.durations.percentile(0.95)));
        Ok(Charts { total, calls, latency })
    };
    part(made.await)
}

async fn groups(view: Arc<View>) -> String {
    let made = async {
        let selection = view.selection(view.range, &OWN);
        let by = vec![Dimension::ActionType, Dimension::ProviderName];
        let grouping = Grouping { by, limit: GROUPS };
        let store = &view.dashboard.library.store;
        let statistics = store.statistics(&view.scope, &selection, &grouping).await?;
        Ok(Groups::new(&view, statistics))
    };
    part(made.await)
}

impl Groups {
    fn new(view: &View, statistics: Statistics) -> Self {
        let most = statistics.groups.iter().map(|group| group.figures.records()).max();
        let group = |group: crate::store::Group| {
            let mut names = group.names.into_iter();
            let (action, provider) =
                (names.next().unwrap_or_default(), names.next().unwrap_or_default());
            let given = [(Dimension::ActionType, &action), (Dimension::ProviderName, &provider)];
            let own = given.into_iter().filter(|(_, name)| !name.is_empty());
            let href = own.fold(view.address.without("cursor"), |address, (dimension, name)| {
                address.with(dimension.as_str(), name)
            });
            let width = |count: u64| count as f64 * 100.0 / most.unwrap_or(1).max(1) as f64;
            let figures = group.figures;
            let parts = [figures.ok, figures.failed, figures.open].map(width);
            Group { action, provider, href: href.href(), figures, parts }
        };
        let groups = statistics.groups.into_iter().map(group).collect();
        Self { groups, left_out: statistics.left_out }
    }
}

async fn failures(view: Arc<View>) -> String {
    let filter = Filter {
        outcome: Some(Outcome::Failed),
        action_type: view.get("action_type"),
        status: view.get("status"),
        ..view.filter()
    };
    let page = PageRequest { limit: LATEST, ..PageRequest::default() };
    let line = |listed: Listed, whole: &Whole<'_>| {
        let error = text(whole.own("error_message")).or_else(|| listed.row.status_reason.clone());
        Failed { listed, error: error.map(|error| Room::of(1_500).cut(&error)) }
    };
    let made = lines(&view.dashboard.library, &view.scope, &filter, &page, line).await;
    let has_clients = view.sees_all();
    let shown = |(calls, next): (Vec<Failed>, Option<_>)| Failures {
        calls,
        is_short: next.is_some(),
        has_clients,
    };
    part(made.map(shown).map_err(PageError::from))
}
