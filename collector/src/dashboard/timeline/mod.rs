//! `/timeline`: what happened to one entity, newest first; and a way to choose one.

mod choose;
mod event;

use std::sync::Arc;

use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;

use crate::query::{Whole, lines};
use crate::store::{Filter, Kind, Listed};

pub(super) use self::choose::show as choose;
use self::event::{CATEGORIES, Event};
use super::address::Address;
use super::failure::PageError;
use super::filters::Filters;
use super::frame::{Frame, Section};
use super::page::page;
use super::routes::Dashboard;
use super::show;
use super::view::View;
use super::viewer::Viewer;
use super::visible;

/// How many events a page has.
const LIMIT: usize = 30;

#[derive(Template)]
#[template(path = "timeline.html")]
struct TimelinePage {
    frame: Frame,
    filters: Filters,
    entity_type: String,
    entity_id: String,
    events: Vec<Event>,
    next: Option<String>,
    has_clients: bool,
}

/// The timeline of an entity.
pub(super) fn address(entity_type: &str, entity_id: &str) -> Address {
    Address::to(format!("/timeline/{}/{}", segment(entity_type), segment(entity_id)))
}

/// A text as a part of a path (RFC 3986): a form's plus would stay a plus there.
pub(super) fn segment(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Shows the page of one entity.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    path: Result<Path<(String, String)>, PathRejection>,
    uri: Uri,
) -> Result<Response, PageError> {
    let Path((entity_type, entity_id)) = path.map_err(|_| PageError::NotFound)?;
    let view = View::new(dashboard, viewer, &uri, Kind::Activity, "90d")?;
    let filter = Filter {
        kind: None,
        entity_type: Some(entity_type),
        entity_id: Some(entity_id),
        event_type: view.get("event_type"),
        event_category: view.get("event_category"),
        // All of its life, where nothing else is asked for.
        since: view.is_bounded().then_some(view.range.since),
        until: view.is_bounded().then_some(view.range.until),
        ..view.filter()
    };
    let library = &view.dashboard.library;
    let line = |listed: Listed, whole: &Whole<'_>| Event::new(listed, whole);
    let (events, next) = lines(library, &view.scope, &filter, &view.page(LIMIT)?, line).await?;
    let is_bare = view.address.pairs().all(|(name, _)| name == "client_id");
    if events.is_empty() && next.is_none() && is_bare {
        // That there is nothing, or nothing that may be seen, is one answer.
        return Err(PageError::NotFound);
    }
    let categories = CATEGORIES.map(|(name, ..)| name.to_owned()).to_vec();
    let range = view.is_bounded().then_some(view.range);
    let mut filters = Filters::new(&view.address, range)
        .or_all_time()
        .choice("event_category", "Category", categories)
        .text("event_type", "Event");
    if view.sees_all() {
        filters = filters.text("client_id", "Client");
    }
    page(&TimelinePage {
        frame: view.frame(Section::Timeline, "Timeline"),
        filters,
        entity_type: filter.entity_type.unwrap_or_default(),
        entity_id: filter.entity_id.unwrap_or_default(),
        events,
        next: view.behind(next),
        has_clients: view.sees_all(),
    })
}
