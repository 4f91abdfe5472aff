//! `/records/{record_id}`: a record of any kind but a run, whole.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::axis;
use super::failure::PageError;
use super::frame::{Frame, Section};
use super::json::{Place, Pointer, Room, show};
use super::markup::{Markup, text};
use super::opened::Opened;
use super::page::page;
use super::routes::Dashboard;
use super::run::Head;
use super::viewer::Viewer;
use super::visible::{self, visible};
use crate::store::{Kind, Listed};
use crate::time;

/// How many bytes of markup each part has.
const ROOM: usize = 48 << 10;

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    line: Listed,
    kind: &'static str,
    reason: Option<Markup>,
    ticket: Option<(String, String)>,
    head: Head,
    parts: Vec<(&'static str, Markup, String)>,
    raw: String,
    has_payload: bool,
}

/// Shows it; a run has a page of its own.
pub(super) async fn show_record(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let opened = Arc::new(Opened::by(&dashboard, &viewer, &id).await?);
    if opened.is_run() {
        return Ok(Redirect::to(&opened.path()).into_response());
    }
    let (head, parts) = Arc::clone(&opened)
        .with(|opened| (Head::of(opened, &opened.fields()), parts(opened)))
        .await?;
    let line = opened.line.clone();
    let kind = axis::word(line.row.kind);
    page(&RecordPage {
        frame: Frame::new(&viewer, section(line.row.kind), axis::what(&line)),
        kind,
        reason: line.row.status_reason.as_deref().map(text),
        ticket: line.row.ticket_id.as_deref().map(ticket_link),
        head,
        parts,
        raw: format!("/records/{}/json", line.row.record_id),
        has_payload: opened.payload.is_some(),
        line,
    })
}

/// A ticket's name as it is shown, and its page.
pub(super) fn ticket_link(ticket: &str) -> (String, String) {
    let encoded: String = form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
    (visible(ticket).into_owned(), format!("/tickets/{}", encoded.replace('+', "%20")))
}

/// What lies under the kind's own name, the trace, and all of it.
fn parts(opened: &Opened) -> Vec<(&'static str, Markup, String)> {
    let fields = opened.fields();
    let kind = opened.line.row.kind.as_str();
    let whole = Place { href: opened.parts(), at: Pointer::default() };
    let part = |(title, name): (&'static str, &'static str)| {
        let json = fields.get(name)?.get();
        Some(shown(title, json, &whole.then(name)))
    };
    let mut parts: Vec<_> =
        [("What it tells", kind), ("Trace", "trace")].into_iter().filter_map(part).collect();
    if opened.payload.is_some() {
        parts.push(shown("The whole record", opened.json(), &whole));
    }
    parts
}

fn shown(title: &'static str, json: &str, place: &Place) -> (&'static str, Markup, String) {
    let mut markup = Markup::default();
    show(&mut markup, json, place, 0, Room(ROOM));
    (title, markup, place.href(0))
}

/// The part of the dashboard that a kind belongs to.
fn section(kind: Kind) -> Section {
    match kind {
        Kind::Workflow => Section::Tickets,
        Kind::Action => Section::Actions,
        Kind::Audit => Section::Audit,
        Kind::Activity => Section::Timeline,
        Kind::TaskSync => Section::Syncs,
        Kind::WebhookEvent => Section::Webhooks,
        Kind::NlpParsing => Section::Parsing,
    }
}
