//! `/account`: the password, the second factor, and where one is logged in.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use crate::auth::{StoredSession, User};
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::posted::Posted;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::viewer::Viewer;
use crate::time;

#[derive(Template)]
#[template(path = "people/account.html")]
struct AccountPage {
    frame: Frame,
    csrf: String,
    user: User,
    /// Whether the role asks for a second factor.
    is_asked: bool,
    sessions: Vec<StoredSession>,
    /// The one that this page is shown in.
    here: i64,
}

/// Shows the account.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
) -> Result<Response, PageError> {
    let visit = viewer.visit();
    page(&AccountPage {
        frame: Frame::new(&viewer, Section::Other, "Account"),
        csrf: viewer.csrf().to_owned(),
        user: visit.user().clone(),
        is_asked: dashboard.desk.asks_for_factor(visit),
        sessions: dashboard.desk.sessions(visit).await?,
        here: visit.session().id,
    })
}

/// Ends all sessions, this one as well.
pub(in crate::dashboard) async fn log_out_everywhere(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Viewer>,
) -> Result<Response, PageError> {
    dashboard.desk.logout_everywhere(posted.who.visit()).await?;
    Ok(dashboard.cookie.forget(Redirect::to("/login").into_response()))
}
