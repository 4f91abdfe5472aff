//! `/keys`: who may store and read by a program; for providers.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::admin;
use crate::auth::{ApiKey, COLLECTOR_CLIENT, ClientId, KeyScope, StoredKey};
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::posted::Posted;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::viewer::Provider;
use crate::store::KeyUsage;
use crate::time;

use super::once_more;

const NO_CLIENT: &str =
    "A client's name is a word of at most 256 bytes, and not the collector's own.";
const NO_SCOPE: &str = "A scope is ingest, read or provider.";

/// A key and how it was used lately.
struct Line {
    key: StoredKey,
    usage: KeyUsage,
}

impl Line {
    fn last_day(&self) -> String {
        format!("{:.0}", self.usage.last_day)
    }

    fn a_minute(&self) -> String {
        format!("{:.1}", self.usage.last_hour / 60.0)
    }
}

#[derive(Template)]
#[template(path = "people/keys.html")]
struct KeysPage {
    frame: Frame,
    csrf: String,
    lines: Vec<Line>,
    client: String,
    problem: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "people/key_made.html")]
struct MadePage {
    frame: Frame,
    client: ClientId,
    scope: KeyScope,
    key: ApiKey,
}

#[derive(Template)]
#[template(path = "people/key_revoke.html")]
struct RevokePage {
    frame: Frame,
    csrf: String,
    key: StoredKey,
}

/// Shows all keys.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    provider: Provider,
) -> Result<Response, PageError> {
    page(&keys_page(&dashboard, &provider).await?)
}

async fn keys_page(dashboard: &Dashboard, provider: &Provider) -> Result<KeysPage, PageError> {
    let operator = &provider.operator;
    let usages = dashboard.library.store.key_usages(operator, dashboard.desk.now()).await?;
    let mut usages: HashMap<_, _> = usages.into_iter().map(|usage| (usage.key, usage)).collect();
    let keys = dashboard.library.store.keys(operator).await?;
    let line = |key: StoredKey| Line { usage: usages.remove(&key.id).unwrap_or_default(), key };
    let mut lines: Vec<_> = keys.into_iter().map(line).collect();
    // What still works first, and of that the newest.
    lines.sort_by_key(|line| (line.key.revoked_at.is_some(), -line.key.id));
    Ok(KeysPage {
        frame: Frame::new(&provider.viewer, Section::Keys, "API keys"),
        csrf: provider.viewer.csrf().to_owned(),
        lines,
        client: String::new(),
        problem: None,
    })
}

/// Makes a key, and shows it this once: a browser keeps no answer to a form.
pub(in crate::dashboard) async fn create(
    State(dashboard): State<Arc<Dashboard>>,
    posted: Posted<Provider>,
) -> Result<Response, PageError> {
    let Posted { who: provider, fields } = posted;
    let scope = fields.get("scope").parse::<KeyScope>().ok();
    let client = ClientId::new(fields.get("client"))
        .filter(|own| own.as_str() != COLLECTOR_CLIENT || scope != Some(KeyScope::Ingest));
    let (Some(client), Some(scope)) = (client.clone(), scope) else {
        let problem = Some(if client.is_none() { NO_CLIENT } else { NO_SCOPE });
        let client = fields.get("client").to_owned();
        let again = keys_page(&dashboard, &provider).await?;
        return once_more(&KeysPage { client, problem, ..again });
    };
    let store = dashboard.library.store.as_ref();
    let key = admin::create_key(store, &provider.operator, client.clone(), scope).await?;
    let frame = Frame::new(&provider.viewer, Section::Keys, "A new key");
    page(&MadePage { frame, client, scope, key })
}

/// Asks whether a key is to be revoked.
pub(in crate::dashboard) async fn ask(
    State(dashboard): State<Arc<Dashboard>>,
    provider: Provider,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let keys = dashboard.library.store.keys(&provider.operator).await?;
    let key = keys.into_iter().find(|key| key.id.to_string() == id && key.revoked_at.is_none());
    page(&RevokePage {
        frame: Frame::new(&provider.viewer, Section::Keys, "Revoke a key"),
        csrf: provider.viewer.csrf().to_owned(),
        key: key.ok_or(PageError::NotFound)?,
    })
}

/// Revokes it.
pub(in crate::dashboard) async fn revoke(
    State(dashboard): State<Arc<Dashboard>>,
    Path(id): Path<String>,
    posted: Posted<Provider>,
) -> Result<Response, PageError> {
    let id = id.parse().map_err(|_| PageError::NotFound)?;
    let store = dashboard.library.store.as_ref();
    if !admin::revoke_key(store, &posted.who.operator, id).await? {
        return Err(PageError::NotFound);
    }
    Ok(Redirect::to("/keys").into_response())
}
