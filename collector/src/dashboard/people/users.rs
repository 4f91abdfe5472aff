//! `/users`: who may log in; for providers.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::admin::{self, UserError};
use crate::auth::{ClientId, Passcode, Role, User, UserName};
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::posted::Posted;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::viewer::Provider;
use crate::time;

use super::once_more;

const NO_NAME: &str = "A name has at most 64 letters from a to z, digits, and . _ - @.";
const NO_ROLE: &str = "A client has the name of its client beside it, and a provider none.";
const TAKEN: &str = "There is a user of this name already.";

#[derive(Template)]
#[template(path = "people/users.html")]
struct UsersPage {
    frame: Frame,
    csrf: String,
    users: Vec<User>,
    /// Who looks.
    own: i64,
    name: String,
    client: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "people/user_made.html")]
struct MadePage {
    frame: Frame,
    name: UserName,
    password: Passcode,
}

#[derive(Template)]
#[template(path = "people/user_change.html")]
struct ChangePage {
    frame: Frame,
    csrf: String,
    name: UserName,
    change: Change,
}

/// What is done to a user after it was asked for once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Disable,
    Reset,
}

impl Change {
    fn named(name: &str) -> Option<Self> {
        [Self::Disable, Self::Reset].into_iter().find(|change| change.as_str() == name)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Reset => "reset",
        }
    }
}

/// Shows all users.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    provider: Provider,
) -> Result<Response, PageError> {
    page(&users_page(&dashboard, &provider).await?)
}

async fn users_page(dashboard: &Dashboard, provider: &Provider) -> Result<UsersPage, PageError> {
    Ok(UsersPage {
        frame: Frame::new(&provider.viewer, Section::Users, "Users"),
        csrf: provider.viewer.csrf().to_owned(),
        users: dashboard.library.store.users(&provider.operator).await?,
        own: provider.viewer.visit().user().id,
        name: String::new(),
        client: String::new(),
        problem: None,
    })
}

/// Makes a user, and shows the first password this once.
pub(in crate::dashboard) async fn create(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Provider>,
) -> Result<Response, PageError> {
    let Posted { who: provider, fields } = posted;
    let (name, client) = (fields.get("name"), fields.get("client"));
    let role = match client.trim() {
        "" => Role::named(fields.get("role"), None),
        own => ClientId::new(own).and_then(|own| Role::named(fields.get("role"), Some(own))),
    };
    let problem = match (UserName::new(name), role) {
        (Some(name), Some(role)) => {
            let (store, passwords) = (dashboard.library.store.as_ref(), dashboard.desk.passwords());
            let operator = &provider.operator;
            match admin::create_user(store, passwords, operator, name.clone(), role).await {
                Ok(password) => return made(&provider, name, password),
                Err(UserError::Taken) => TAKEN,
                Err(error) => return Err(error.into()),
            }
        }
        (None, _) => NO_NAME,
        (_, None) => NO_ROLE,
    };
    let (name, client) = (name.to_owned(), client.to_owned());
    let again = users_page(&dashboard, &provider).await?;
    once_more(&UsersPage { name, client, problem: Some(problem), ..again })
}

fn made(provider: &Provider, name: UserName, password: Passcode) -> Result<Response, PageError> {
    let frame = Frame::new(&provider.viewer, Section::Users, "A first password");
    page(&MadePage { frame, name, password })
}

/// Asks whether a user is to be disabled or reset.
pub(in crate::dashboard) async fn ask(
    State(dashboard): State<Arc<Dashboard>>,
    provider: Provider,
    Path((name, change)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let change = change_of(&provider, &name, &change)?;
    let users = dashboard.library.store.users(&provider.operator).await?;
    let user = users.into_iter().find(|user| user.name.as_str() == name);
    page(&ChangePage {
        frame: Frame::new(&provider.viewer, Section::Users, "Change a user"),
        csrf: provider.viewer.csrf().to_owned(),
        name: user.ok_or(PageError::NotFound)?.name,
        change,
    })
}

/// Does it.
pub(in crate::dashboard) async fn change(
    State(dashboard): State<Arc<Dashboard>>,
    Path((name, change)): Path<(String, String)>,
    posted: Posted<Provider>,
) -> Result<Response, PageError> {
    let provider = posted.who;
    let change = change_of(&provider, &name, &change)?;
    let name = UserName::new(&name).ok_or(PageError::NotFound)?;
    let (store, operator) = (dashboard.library.store.as_ref(), &provider.operator);
    match change {
        Change::Disable => {
            admin::disable_user(store, operator, name).await?;
            Ok(Redirect::to("/users").into_response())
        }
        Change::Reset => {
            let passwords = dashboard.desk.passwords();
            let password = admin::reset_user(store, passwords, operator, name.clone()).await?;
            made(&provider, name, password)
        }
    }
}

/// Nobody changes themselves here: they would be out before they had read the new password.
fn change_of(provider: &Provider, name: &str, change: &str) -> Result<Change, PageError> {
    let change = Change::named(change).filter(|_| provider.viewer.user() != name);
    change.ok_or(PageError::NotFound)
}

impl From<UserError> for PageError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Store(error) => error.into(),
            UserError::Password(error) => error.into(),
            UserError::Taken | UserError::Unknown => Self::NotFound,
        }
    }
}
