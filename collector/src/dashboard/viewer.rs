//! Who looks at a page.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header;
use http::request::Parts;

use crate::auth::Scope;

use super::failure::PageError;
use super::routes::Dashboard;

const COOKIE: &str = "epilogue_session";

/// Whoever is logged in. Every page but the login takes one.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    scope: Scope,
    user: String,
    csrf: String,
}

impl Viewer {
    /// Whose records this person may see.
    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The name.
    pub(crate) fn user(&self) -> &str {
        &self.user
    }

    /// What every form has to bring back.
    pub(crate) fn csrf(&self) -> &str {
        &self.csrf
    }
}

impl FromRequestParts<Arc<Dashboard>> for Viewer {
    type Rejection = PageError;

    async fn from_request_parts(
        parts: &mut Parts,
        dashboard: &Arc<Dashboard>,
    ) -> Result<Self, Self::Rejection> {
        let own = parts.uri.path_and_query().map_or("/", |own| own.as_str()).to_owned();
        let cookies = parts.headers.get_all(header::COOKIE).iter();
        let key = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split("; "))
            .find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='));
        let key = key.ok_or(PageError::LoginFirst(own.clone()))?;
        let scope = dashboard.library.reader(key).await.map_err(|_| PageError::LoginFirst(own))?;
        Ok(Self { scope, user: "somebody".to_owned(), csrf: String::new() })
    }
}
