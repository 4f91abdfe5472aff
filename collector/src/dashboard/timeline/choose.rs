//! `/timeline` itself: the entities to which something happened lately, and a form for any other.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Uri};

use crate::dashboard::failure::PageError;
use crate::dashboard::first::{self, First};
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::page::page;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::show;
use crate::dashboard::view::View;
use crate::dashboard::viewer::Viewer;
use crate::dashboard::visible;
use crate::store::{Filter, Kind, Listed, PageRequest};

use super::address;

/// How many of the newest events are looked through.
const NEWEST: usize = 300;
/// How many entities are shown.
const LIMIT: usize = 40;

#[derive(Template)]
#[template(path = "timeline_choose.html")]
struct ChoosePage {
    frame: Frame,
    first: Option<First>,
    entities: Vec<Entity>,
    has_clients: bool,
}

/// An entity, and what happened to it last.
#[expect(clippy::struct_field_names, reason = "the contract has these names")]
struct Entity {
    href: String,
    entity_type: String,
    entity_id: String,
    newest: Listed,
    /// How many of the newest events are its own.
    events: usize,
}

/// Shows the page, or goes to the entity that was filled in.
pub(in crate::dashboard) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let view = View::new(dashboard, viewer, &uri, Kind::Activity, "90d")?;
    if let Some((entity_type, entity_id)) =
        view.address.get("entity_type").zip(view.address.get("entity_id"))
    {
        return Ok(
            Redirect::to(&address(entity_type.trim(), entity_id.trim()).href()).into_response()
        );
    }
    let filter = Filter { kind: Some(Kind::Activity), ..Filter::default() };
    let newest = PageRequest { limit: NEWEST, ..PageRequest::default() };
    let found = view.dashboard.library.store.list(&view.scope, &filter, &newest).await?;
    let has_clients = view.sees_all();
    let entities = entities(found.items, has_clients);
    page(&ChoosePage {
        frame: view.frame(Section::Timeline, "Timeline"),
        first: if entities.is_empty() { first::of(&view, &headers).await? } else { None },
        entities,
        has_clients,
    })
}

/// Those that the events tell of, the newest first.
fn entities(events: Vec<Listed>, names_clients: bool) -> Vec<Entity> {
    let mut places = HashMap::new();
    let mut entities: Vec<Entity> = Vec::new();
    for newest in events {
        let own = newest.row.entity_type.clone().zip(newest.row.entity_id.clone());
        let Some((entity_type, entity_id)) = own else { continue };
        let key = (newest.client.clone(), entity_type.clone(), entity_id.clone());
        if let Some(at) = places.get(&key).copied() {
            let entity: &mut Entity = &mut entities[at];
            entity.events += 1;
        } else if entities.len() < LIMIT {
            places.insert(key, entities.len());
            let address = address(&entity_type, &entity_id);
            let client = newest.client.as_str();
            let href = if names_clients { address.with("client_id", client) } else { address };
            let href = href.href();
            entities.push(Entity { href, entity_type, entity_id, newest, events: 1 });
        }
    }
    entities
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::auth::ClientId;
    use crate::store::{Outcome, Row};

    fn event(seq: i64, id: &str) -> Listed {
        let row = Row {
            entity_type: Some("a/b".to_owned()),
            entity_id: (!id.is_empty()).then(|| id.to_owned()),
            ..Row::new(Uuid::nil(), Kind::Activity, seq, Outcome::Ok)
        };
        Listed { seq, client: ClientId::new("c").unwrap(), row }
    }

    #[test]
    fn each_entity_stands_once_with_its_newest_event() {
        let events = vec![event(5, "x y"), event(4, "?"), event(3, "x y"), event(2, "")];
        let entities = entities(events, true);
        let told: Vec<_> =
            entities.iter().map(|it| (&*it.href, it.newest.seq, it.events)).collect();
        assert_eq!(
            told,
            [
                ("/timeline/a%2Fb/x%20y?client_id=c", 5, 2),
                ("/timeline/a%2Fb/%3F?client_id=c", 4, 1)
            ]
        );
    }
}
