//! Who looks at a page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::Method;
use http::request::Parts;

use crate::auth::{ClientId, Clients, Operator, Scope, Visit};

use super::address::Address;
use super::failure::PageError;
use super::next::Next;
use super::routes::Dashboard;

/// Whoever has a session, also where something has to be done first.
#[derive(Clone, Debug)]
pub(super) struct Guest(Visit);

impl Guest {
    /// The session and what it gives.
    pub(super) fn visit(&self) -> &Visit {
        &self.0
    }

    /// What every form has to bring back.
    pub(super) fn csrf(&self) -> &str {
        self.0.form_token().reveal()
    }
}

impl AsRef<Self> for Guest {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl FromRequestParts<Arc<Dashboard>> for Guest {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        dashboard: &Arc<Dashboard>,
    ) -> Result<Self, PageError> {
        let visit = match dashboard.cookie.token(&parts.headers) {
            Some(token) => dashboard.desk.visit(&token).await?,
            None => None,
        };
        visit.map(Self).ok_or_else(|| PageError::LoginFirst(here(parts)))
    }
}

/// Whoever is logged in, and has nothing to do first. Every page but those of the login takes one.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    guest: Guest,
    scope: Scope,
}

impl Viewer {
    /// Whose records this person may see.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The part of it that an address asks for, by its `client_id`.
    ///
    /// # Errors
    /// Where that is another's: nothing of it is there.
    pub(super) fn scope_at(&self, address: &Address) -> Result<Scope, PageError> {
        let Some(name) = address.get("client_id") else { return Ok(self.scope.clone()) };
        let part = ClientId::new(name).and_then(|client| self.scope.narrowed(&client));
        part.ok_or(PageError::NotFound)
    }

    /// Whether more than one client's records are seen.
    pub(super) fn sees_all(&self) -> bool {
        *self.scope.clients() == Clients::All
    }

    /// The name.
    pub(crate) fn user(&self) -> &str {
        self.guest.visit().user().name.as_str()
    }

    /// What every form has to bring back.
    pub(crate) fn csrf(&self) -> &str {
        self.guest.csrf()
    }

    /// The session.
    pub(crate) fn visit(&self) -> &Visit {
        self.guest.visit()
    }
}

impl AsRef<Guest> for Viewer {
    fn as_ref(&self) -> &Guest {
        &self.guest
    }
}

impl FromRequestParts<Arc<Dashboard>> for Viewer {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        dashboard: &Arc<Dashboard>,
    ) -> Result<Self, PageError> {
        let guest = Guest::from_request_parts(parts, dashboard).await?;
        if let Some(due) = guest.visit().due() {
            return Err(PageError::Due(due, here(parts)));
        }
        let scope = guest.visit().scope().ok_or(PageError::NotFound)?;
        Ok(Self { guest, scope })
    }
}

/// Whoever administers: a provider. For others the page is not there.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub(super) viewer: Viewer,
    pub(super) operator: Operator,
}

impl AsRef<Guest> for Provider {
    fn as_ref(&self) -> &Guest {
        &self.viewer.guest
    }
}

impl FromRequestParts<Arc<Dashboard>> for Provider {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        dashboard: &Arc<Dashboard>,
    ) -> Result<Self, PageError> {
        let viewer = Viewer::from_request_parts(parts, dashboard).await?;
        let operator = viewer.visit().operator().ok_or(PageError::NotFound)?;
        Ok(Self { viewer, operator })
    }
}

/// The page that is asked for, to come back to. What a form sends is not sent again by coming back.
fn here(parts: &Parts) -> Next {
    let is_page = parts.method == Method::GET;
    let here = parts.uri.path_and_query().filter(|_| is_page);
    Next::asked(here.map_or("/", |here| here.as_str()))
}
