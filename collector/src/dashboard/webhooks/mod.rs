//! `/webhooks`: events that outside systems delivered, each counted once, and how they were handled.

mod event;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};

use crate::store::{Dimension, Events, Filter, Kind, Listed, PageRequest, RetriedEvent};

pub(super) use self::event::show as event;
use super::address::Address;
use super::chart::{Chart, Form, Tone, Unit};
use super::failure::PageError;
use super::filters::Filters;
use super::first::{self, First};
use super::frame::{Frame, Section};
use super::routes::Dashboard;
use super::show;
use super::statuses::Statuses;
use super::streamed::{Part, part, streamed};
use super::timeline::segment;
use super::view::{View, by_bucket, total};
use super::viewer::Viewer;
use super::visible;

/// How many of the events that were tried again most often are shown.
const MOST: usize = 10;
/// How many of the latest records are shown.
const LATEST: usize = 15;

#[derive(Template)]
#[template(path = "webhooks.html")]
struct WebhooksPage {
    frame: Frame,
    filters: Filters,
    first: Option<First>,
}

#[derive(Template)]
#[template(path = "webhooks_report.html")]
struct Report {
    over_time: Chart,
    statuses: Statuses,
    handlers: Vec<(String, Events)>,
    retries: Chart,
    most_retried: Vec<(Option<String>, RetriedEvent)>,
    latest: Vec<(Option<String>, Listed)>,
    has_clients: bool,
}

/// Shows the page.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = Arc::new(View::new(dashboard, viewer, &uri, Kind::WebhookEvent, "24h")?);
    let webhooks = WebhooksPage {
        frame: view.frame(Section::Webhooks, "Webhooks"),
        filters: view.filters(&[(Dimension::ProviderName, "Source")]).await?,
        first: first::of(&view, &headers).await?,
    };
    let report = webhooks.first.is_none().then(|| Box::pin(report(view)) as Part);
    streamed(&headers, &webhooks, report.into_iter().collect())
}

async fn report(view: Arc<View>) -> String {
    part(made(&view).await)
}

async fn made(view: &View) -> Result<Report, PageError> {
    let store = &view.dashboard.library.store;
    let report = store.webhook_report(&view.scope, &view.asked()).await?;
    let (bucket, starts) = (view.range.bucket(), view.starts()?);
    let points = by_bucket(&starts, &report.over_time, Events::merge);
    let line = |of: fn(&Events) -> u64| points.iter().map(|it| Some(of(it) as f64)).collect();
    let over_time = Chart::over_time("Events by status", Unit::Count, bucket, &starts)
        .form(Form::Bars)
        .line("Completed", Tone::Ok, line(|it| it.completed))
        .line("Failed", Tone::Failed, line(|it| it.failed))
        .line("Processing", Tone::Accent, line(|it| it.processing))
        .line("Pending", Tone::Open, line(|it| it.pending));
    let all = total(&points, Events::merge);
    let times =
        (0..=10).map(|times| if times == 10 { "10+".to_owned() } else { times.to_string() });
    let retries = report.retries.iter().map(|events| Some(*events as f64)).collect();
    let retries = Chart::of_names("Events by retries", Unit::Count, times).line(
        "events",
        Tone::Violet,
        retries,
    );
    let most_retried = report.most_retried.into_iter().take(MOST);
    Ok(Report {
        over_time,
        statuses: statuses(&all),
        handlers: report.handlers,
        retries,
        most_retried: most_retried
            .map(|own| (href(view, &own.source, &own.event_id, own.client.as_str()), own))
            .collect(),
        latest: latest(view).await?,
        has_clients: view.sees_all(),
    })
}

/// The latest records, each with the way to its event.
async fn latest(view: &View) -> Result<Vec<(Option<String>, Listed)>, PageError> {
    let filter: Filter = view.filter();
    let newest = PageRequest { limit: LATEST, ..PageRequest::default() };
    let found = view.dashboard.library.store.list(&view.scope, &filter, &newest).await?;
    let with_way = |listed: Listed| {
        let own = listed.row.provider_name.as_deref().zip(listed.row.entity_id.as_deref());
        let way = own.and_then(|(source, id)| href(view, source, id, listed.client.as_str()));
        (way, listed)
    };
    Ok(found.items.into_iter().map(with_way).collect())
}

fn statuses(all: &Events) -> Statuses {
    let told = [
        ("Completed", "ok", all.completed),
        ("Failed", "failed", all.failed),
        ("Processing", "accent", all.processing),
        ("Pending", "open", all.pending),
    ];
    let told = told.map(|(name, tone, count)| (name.to_owned(), tone, count));
    Statuses::new("Events by status", "Events", told.to_vec())
}

/// The page of one event. One that names no source has none.
fn href(view: &View, source: &str, event_id: &str, client: &str) -> Option<String> {
    if source.is_empty() {
        return None;
    }
    let address = Address::to(format!("/webhooks/{}/{}", segment(source), segment(event_id)));
    let address = if view.sees_all() { address.with("client_id", client) } else { address };
    Some(address.href())
}
