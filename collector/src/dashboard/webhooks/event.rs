//! `/webhooks/{source}/{event_id}`: every step in the processing of one event, in their order.

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;
use serde_json::Value;
use uuid::Uuid;

use crate::dashboard::cut::{Cut, Room};
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::part_of::{text, value};
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::view::View;
use crate::dashboard::viewer::Viewer;
use crate::dashboard::visible;
use crate::query::{Whole, lines};
use crate::store::{Direction, Filter, Kind, Listed, PageRequest, Sort};
use crate::time;

/// How many steps are shown.
const LIMIT: usize = 100;
/// How many bodies of a step are shown.
const BODIES: usize = 5;

#[derive(Template)]
#[template(path = "webhook.html")]
struct EventPage {
    frame: Frame,
    source: String,
    event_id: String,
    steps: Vec<Step>,
    goes_on: bool,
    has_clients: bool,
}

/// What one record tells of the event.
struct Step {
    listed: Listed,
    /// How long after the step before, in seconds.
    later: Option<f64>,
    received_at: Option<String>,
    handler: Option<String>,
    retries: Option<i64>,
    last_retry_at: Option<String>,
    bytes: Option<i64>,
    error: Option<Cut>,
    bodies: Vec<(String, Cut)>,
}

/// Shows the page.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    path: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
) -> Result<Response, PageError> {
    let Path((source, event_id)) = path.map_err(|_| PageError::NotFound)?;
    let view = View::new(dashboard, viewer, &uri, Kind::WebhookEvent, "90d")?;
    let filter = Filter {
        kind: Some(Kind::WebhookEvent),
        provider_name: Some(source.clone()),
        entity_type: Some("webhook_event".to_owned()),
        entity_id: Some(event_id.clone()),
        ..Filter::default()
    };
    let sort = Sort { direction: Direction::Ascending, ..Sort::default() };
    let first = PageRequest { sort, after: None, limit: LIMIT };
    let library = &view.dashboard.library;
    let (mut steps, next) = lines(library, &view.scope, &filter, &first, Step::new).await?;
    if steps.is_empty() {
        // An event without an id goes by that of its record.
        let record = Uuid::try_parse(&event_id).map_err(|_| PageError::NotFound)?;
        return Ok(Redirect::to(&format!("/records/{record}")).into_response());
    }
    for step in steps.iter().filter(|step| !step.bodies.is_empty()) {
        let listed = &step.listed;
        view.dashboard.tell_view(&view.viewer, listed.row.record_id, &listed.client).await?;
    }
    // Records tell when they were made; when the event came is the same for all of them.
    steps.sort_by_key(|step| (step.listed.row.recorded_at(), step.listed.seq));
    let made: Vec<_> = steps.iter().map(|step| step.listed.row.recorded_at()).collect();
    for (step, pair) in steps.iter_mut().skip(1).zip(made.windows(2)) {
        step.later = Some((pair[1] - pair[0]) as f64 / 1_000.0);
    }
    page(&EventPage {
        frame: view.frame(Section::Webhooks, "Webhook event"),
        source,
        event_id,
        steps,
        goes_on: next.is_some(),
        has_clients: view.sees_all(),
    })
}

impl Step {
    fn new(listed: Listed, whole: &Whole<'_>) -> Self {
        let mut room = Room::of(6_000);
        let whole_number = |name| value(whole.own(name)).as_ref().and_then(Value::as_i64);
        let error = text(whole.own("error_message")).or_else(|| listed.row.status_reason.clone());
        let bodies = value(whole.trace("payload_history"));
        let bodies = bodies.as_ref().and_then(Value::as_array).into_iter().flatten();
        let body = |own: &Value| {
            let when = own.get("storage_timestamp").and_then(Value::as_str).unwrap_or("–");
            let raw = own.get("raw_payload")?;
            let raw = raw.as_str().map_or_else(|| format!("{raw:#}"), str::to_owned);
            Some((visible::visible(when).chars().take(40).collect(), room.cut(&raw)))
        };
        Self {
            later: None,
            received_at: text(whole.own("received_at")),
            handler: text(whole.own("handler_function")),
            retries: whole_number("retry_count"),
            last_retry_at: text(whole.own("last_retry_at")),
            bytes: whole_number("payload_size_bytes"),
            bodies: bodies.take(BODIES).filter_map(body).collect(),
            error: error.map(|error| Room::of(1_500).cut(&error)),
            listed,
        }
    }
}
