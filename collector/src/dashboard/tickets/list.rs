//! `/tickets`: the runs of workflows, filtered and sorted, page by page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::Uri;

use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::viewer::Viewer;
use crate::query;
use crate::store::{Kind, Listed};

#[derive(Template)]
#[template(path = "tickets.html")]
struct TicketsPage {
    frame: Frame,
    runs: Vec<Listed>,
    next: Option<String>,
}

/// Shows one page of the list.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let asked = address.with("kind", Kind::Workflow.as_str());
    let found = query::list::ask(&dashboard.library, viewer.scope().clone(), &asked.uri()?).await?;
    let next =
        found.next.map(|cursor| address.with("cursor", &query::cursor::write(cursor)).href());
    page(&TicketsPage {
        frame: Frame::new(&viewer, Section::Tickets, "Tickets"),
        runs: found.items,
        next,
    })
}
