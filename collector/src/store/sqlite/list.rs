//! Lists, page by page, each for a bounded amount of work.

use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use super::failure::unavailable;
use super::select::{List, Part, Source};
use super::{index, row, words};
use crate::auth::{Clients, Scope};
use crate::store::StoreError;
use crate::store::page::{Cursor, Filter, Key, Listed, Page, PageRequest, Sort};

/// Up to how many records are read and sorted for a page.
const FEW: i64 = 2_000;
/// How far a page looks for records that hold, in steps: few statements where many do, and no more
/// work where few do. Whoever goes on behind the page goes on behind what was looked through.
const STEPS: [i64; 3] = [1_000, 4_000, 16_000];

/// One page of a list.
pub(super) async fn list(
    readers: &SqlitePool,
    scope: &Scope,
    filter: &Filter,
    page: &PageRequest,
) -> Result<Page, StoreError> {
    let list = chosen(readers, scope, filter, page.sort.of(filter)).await?;
    page_within(readers, &list, page, &STEPS).await
}

/// A page for so many steps of work.
async fn page_within(
    readers: &SqlitePool,
    list: &List<'_>,
    page: &PageRequest,
    steps: &[i64],
) -> Result<Page, StoreError> {
    let mut place = page.after.filter(|cursor| cursor.sort() == list.sort);
    let mut items: Vec<Listed> = Vec::new();
    let clients = clients(readers, list).await?;
    for step in steps {
        let through = if list.is_in_order() && !list.is_exact() {
            ahead(readers, list, place, own_share(*step, clients, page.limit)).await?
        } else {
            None
        };
        let limit = i64::try_from(page.limit - items.len()).unwrap_or(i64::MAX).saturating_add(1);
        items.extend(rows(readers, list, Part { after: place, through, limit }).await?);
        if items.len() > page.limit {
            items.truncate(page.limit);
            let next = items.last().and_then(|last| last.place(list.sort));
            return Ok(Page { items, next });
        }
        if through.is_none() {
            return Ok(Page { items, next: None });
        }
        place = through;
    }
    Ok(Page { items, next: place })
}

/// The list with what it is read by: what leaves few records, or has the list's order.
async fn chosen<'a>(
    readers: &SqlitePool,
    scope: &'a Scope,
    filter: &'a Filter,
    sort: Sort,
) -> Result<List<'a>, StoreError> {
    if let Some(asked) = &filter.words {
        let source = Source::Words(words::expression(scope, filter, asked));
        return Ok(List { scope, filter, sort, source });
    }
    let source = Source::Index(index::in_order(filter, sort));
    let mut list = List { scope, filter, sort, source };
    for index in index::candidates(filter, sort) {
        let mut sql = list.count(index, FEW + 1);
        let count: i64 = sql.build_query_scalar().fetch_one(readers).await.map_err(unavailable)?;
        if count <= FEW {
            list.source = Source::Index(index);
            break;
        }
    }
    Ok(list)
}

/// Of how many clients the source gives the records one behind the other.
async fn clients(readers: &SqlitePool, list: &List<'_>) -> Result<i64, StoreError> {
    let is_one = matches!(list.scope.clients(), Clients::One(_));
    if is_one || matches!(list.source, Source::Words(_)) {
        return Ok(1);
    }
    let clients = sqlx::query_scalar("SELECT count(*) FROM clients").fetch_one(readers);
    clients.await.map_err(unavailable)
}

/// How far to look among the records of each client, so that of all together it is no farther than
/// the step; but for as many as a page may hold, since those of each are merged anyway.
fn own_share(step: i64, clients: i64, limit: usize) -> i64 {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    (step / clients.max(1)).max(limit.min(step)).max(1)
}

/// The place so far ahead among the records of one of the clients; `None` where each has fewer left.
async fn ahead(
    readers: &SqlitePool,
    list: &List<'_>,
    after: Option<Cursor>,
    distance: i64,
) -> Result<Option<Cursor>, StoreError> {
    let mut sql = list.ahead(after, distance);
    let row = sql.build().fetch_optional(readers).await.map_err(unavailable)?;
    let Some(row) = row else { return Ok(None) };
    if let Source::Words(_) = list.source {
        let seq = row.try_get(0).map_err(unavailable)?;
        return Ok(Some(Cursor { direction: list.sort.direction, key: Key::Stored, seq }));
    }
    Ok(row::listed(&row)?.place(list.sort))
}

async fn rows(
    readers: &SqlitePool,
    list: &List<'_>,
    part: Part,
) -> Result<Vec<Listed>, StoreError> {
    let rows = list.rows(part).build().fetch_all(readers).await.map_err(unavailable)?;
    rows.iter().map(row::listed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Auth, ClientId, KeyScope, Operator};
    use crate::store::{Entry, Kind, Outcome, Row, SqliteStore, Store};
    use std::sync::Arc;
    use uuid::Uuid;

    async fn filled() -> (Arc<SqliteStore>, Scope, tempfile::TempDir) {
        let place = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&place.path().join("x.db")).await.unwrap());
        let auth = Auth::new(Arc::clone(&store), None);
        let (client, operator) = (ClientId::new("a").unwrap(), Operator::at_the_command_line());
        let key = async |scope| {
            crate::create_key(store.as_ref(), &operator, client.clone(), scope).await.unwrap()
        };
        let (ingest, read) = (key(KeyScope::Ingest).await, key(KeyScope::Read).await);
        let ingest = auth.ingest(Some(ingest.reveal().as_bytes())).await.unwrap();
        let scope = auth.read(Some(read.reveal().as_bytes())).await.unwrap();
        let entry = |at: i64| {
            let row = Row::new(Uuid::now_v7(), Kind::Workflow, at / 2, Outcome::Ok);
            let workflow_name = (at % 10 == 0).then(|| "rare".to_owned());
            Entry::new(Row { workflow_name, ..row }, "{}".to_owned())
        };
        store.append(ingest, (0..100).map(entry).collect()).await.unwrap();
        (store, scope, place)
    }

    #[tokio::test]
    async fn a_page_that_looks_no_farther_tells_where_to_go_on() {
        let (store, scope, _place) = filled().await;
        let rare = Filter { workflow_name: Some("rare".to_owned()), ..Filter::default() };
        let mut request = PageRequest { limit: 50, ..PageRequest::default() };
        let list = chosen(&store.readers, &scope, &rare, request.sort).await.unwrap();
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let page = page_within(&store.readers, &list, &request, &[3, 4]).await.unwrap();
            assert!(page.items.len() <= 1, "seven records hold one at most");
            found.extend(page.items.iter().map(|item| item.row.executed_at));
            pages += 1;
            request.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(found, (0..10).rev().map(|at| at * 5).collect::<Vec<_>>());
        assert_eq!(pages, 100 / 7 + 1);
    }

    #[tokio::test]
    async fn a_page_of_everybody_looks_no_farther_than_that_of_one() {
        let (store, _, _place) = filled().await;
        let scope = Scope::of_tests(Clients::All);
        let rare = Filter { workflow_name: Some("rare".to_owned()), ..Filter::default() };
        let mut request = PageRequest { limit: 1, ..PageRequest::default() };
        let list = chosen(&store.readers, &scope, &rare, request.sort).await.unwrap();
        let mut found = Vec::new();
        loop {
            // A hundred records and those of the keys: of no client are there so many left.
            let page = page_within(&store.readers, &list, &request, &[120]).await.unwrap();
            found.extend(page.items.iter().map(|item| item.row.executed_at));
            request.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!(found, (0..10).rev().map(|at| at * 5).collect::<Vec<_>>());
        let never = Filter { workflow_name: Some("never".to_owned()), ..Filter::default() };
        let list = List { filter: &never, ..list };
        request.after = None;
        let page = page_within(&store.readers, &list, &request, &[120]).await.unwrap();
        assert!(page.next.is_some(), "not all of it is looked through at once");
    }

    #[test]
    fn each_client_has_a_share_of_a_step_and_a_page_at_least() {
        for ((step, clients, limit), expected) in [
            ((1_000, 1, 50), 1_000),
            ((1_000, 4, 50), 250),
            ((1_000, 500, 50), 50),
            ((1_000, 0, 50), 1_000),
            ((3, 4, 50), 3),
        ] {
            assert_eq!(own_share(step, clients, limit), expected);
        }
    }
}
