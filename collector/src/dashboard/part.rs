//! `/records/{record_id}/part`: one value of a record, however large the record is; and
//! `/records/{record_id}/json`, the record or the value as it stands.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, Uri, header};

use super::address::Address;
use super::failure::PageError;
use super::frame::{Frame, Section};
use super::json::{Place, Pointer, Room, part, show, words};
use super::markup::Markup;
use super::opened::Opened;
use super::page::page;
use super::routes::Dashboard;
use super::viewer::Viewer;
use super::visible::visible;

/// How many bytes of markup one page of a value has.
const ROOM: usize = 192 << 10;

#[derive(Template)]
#[template(path = "part.html")]
struct PartPage {
    frame: Frame,
    record: String,
    crumbs: Vec<(String, String)>,
    raw: String,
    size: String,
    markup: Markup,
}

/// Shows one value: a page, or with `fragment` what a script puts into one.
pub(super) async fn show_part(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let opened = Arc::new(Opened::by(&dashboard, &viewer, &id).await?);
    let at = place(&address)?;
    let from = match address.get("from") {
        Some(from) => from.parse().map_err(|_| PageError::NotFound)?,
        None => 0,
    };
    let (record, own) = (opened.path(), Place { href: opened.parts(), at });
    let shown = own.clone();
    let made = opened.with(move |opened| {
        let json = part(opened.json(), &shown.at)?;
        let mut markup = Markup::default();
        show(&mut markup, &json, &shown, from, Room(ROOM));
        Some((markup, words(&json)))
    });
    let (markup, size) = made.await?.ok_or(PageError::NotFound)?;
    if address.get("fragment").is_some() {
        return Ok(Html(markup.to_string()).into_response());
    }
    page(&PartPage {
        frame: Frame::new(&viewer, Section::Tickets, "Part of a record"),
        crumbs: crumbs(&own),
        raw: format!(
            "/records/{id}/json?{}",
            Address::to("").with("at", &own.at.to_string()).query()
        ),
        record,
        size,
        markup,
    })
}

/// Answers a record as it is stored, or one value of it: to be read, or to be kept as a file.
pub(super) async fn raw(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let opened = Arc::new(Opened::by(&dashboard, &viewer, &id).await?);
    json_answer(opened, place(&address)?, address.get("download").is_some()).await
}

/// A value of a record as JSON.
pub(super) async fn json_answer(
    opened: Arc<Opened>,
    at: Pointer,
    is_download: bool,
) -> Result<Response, PageError> {
    if opened.payload.is_none() {
        return Err(PageError::NotFound);
    }
    let id = opened.line.row.record_id;
    let json = opened.with(move |opened| Some(part(opened.json(), &at)?.into_owned())).await?;
    let json = json.ok_or(PageError::NotFound)?;
    let mut response = ([(header::CONTENT_TYPE, "application/json")], json).into_response();
    if is_download {
        let name = format!("attachment; filename=\"{id}.json\"");
        let name = HeaderValue::from_str(&name).map_err(|_| PageError::Internal)?;
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

fn place(address: &Address) -> Result<Pointer, PageError> {
    Pointer::read(address.get("at").unwrap_or_default()).ok_or(PageError::NotFound)
}

/// The way to a value, each part a link.
fn crumbs(place: &Place) -> Vec<(String, String)> {
    let mut at = Place { href: place.href.clone(), at: Pointer::default() };
    let mut crumbs = vec![("record".to_owned(), at.href(0))];
    for part in place.at.parts() {
        at = at.then(part.as_str());
        crumbs.push((visible(part).into_owned(), at.href(0)));
    }
    crumbs
}
