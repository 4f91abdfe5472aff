//! `/errors/{fingerprint}`: the runs that met an error, newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;

use super::problem::words;
use crate::dashboard::address::Address;
use crate::dashboard::axis;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::opened;
use crate::dashboard::page::page;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Viewer;
use crate::dashboard::{show, visible};
use crate::query;
use crate::store::{Fingerprint, Listed};

/// How many runs stand on a page.
const LIMIT: usize = 50;

#[derive(Template)]
#[template(path = "run/seen.html")]
struct SeenPage {
    frame: Frame,
    words: String,
    runs: Vec<Listed>,
    next: Option<String>,
}

/// Shows one page of them.
pub(in crate::dashboard) async fn seen(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(error): Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let error = Fingerprint::read(&error).ok_or(PageError::NotFound)?;
    let scope = viewer.scope_at(&address)?;
    let after = match address.get("cursor") {
        Some(cursor) => Some(query::cursor::read(cursor).ok_or(PageError::NotFound)?),
        None => None,
    };
    let store = &dashboard.library.store;
    let sighting = store.sightings(&scope, &[error]).await?.pop().ok_or(PageError::NotFound)?;
    let found = store.with_error(&scope, error, after, LIMIT).await?;
    page(&SeenPage {
        frame: Frame::new(&viewer, Section::Tickets, "Runs with one error"),
        words: words(&sighting),
        runs: found.items,
        next: found.next.map(|cursor| address.with("cursor", &query::cursor::write(cursor)).href()),
    })
}
