//! Lists, page by page.

use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use super::failure::unavailable;
use super::select::{List, Origin};
use super::{row, words};
use crate::auth::{Clients, Scope};
use crate::store::index::Index;
use crate::store::looking::{Counting, Part, STEPS, Source, choose, page_within};
use crate::store::page::{Cursor, Filter, Key, Listed, Page, PageRequest, Sort};
use crate::store::{BoxFuture, StoreError};

/// One page of a list.
pub(super) async fn list(
    readers: &SqlitePool,
    scope: &Scope,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page, StoreError> {
    let list = chosen(readers, scope, filter, request.sort.of(filter)).await?;
    page(readers, &list, request, &STEPS).await
}

/// A page for so many steps of work.
async fn page(
    readers: &SqlitePool,
    list: &List<'_>,
    request: &PageRequest,
    steps: &[i64],
) -> Result<Page, StoreError> {
    page_within(&mut Reading { readers, list }, request, steps).await
}

/// The list with what it is read by: what leaves few records, or has the list's order.
async fn chosen<'a>(
    readers: &SqlitePool,
    scope: &'a Scope,
    filter: &'a Filter,
    sort: Sort,
) -> Result<List<'a>, StoreError> {
    let origin = if let Some(asked) = &filter.words {
        Origin::Words(words::expression(scope, filter, asked))
    } else {
        let mut counting = Few { readers, scope, filter };
        Origin::Index(choose(&mut counting, filter, sort).await?)
    };
    Ok(List { scope, filter, sort, origin })
}

/// Counts the records that an index leaves.
struct Few<'a> {
    readers: &'a SqlitePool,
    scope: &'a Scope,
    filter: &'a Filter,
}

impl Counting for Few<'_> {
    fn count(&mut self, index: Index, limit: i64) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async move {
            let mut sql = super::select::count(self.scope, self.filter, index, limit);
            sql.build_query_scalar().fetch_one(self.readers).await.map_err(unavailable)
        })
    }
}

/// A list as it is read.
struct Reading<'r, 'a> {
    readers: &'r SqlitePool,
    list: &'r List<'a>,
}

impl Source for Reading<'_, '_> {
    fn sort(&self) -> Sort {
        self.list.sort
    }

    fn needs_steps(&self) -> bool {
        self.list.is_in_order() && !self.list.is_exact()
    }

    fn clients(&mut self) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async {
            let is_one = matches!(self.list.scope.clients(), Clients::One(_));
            if is_one || matches!(self.list.origin, Origin::Words(_)) {
                return Ok(1);
            }
            let sql = sqlx::query_scalar("SELECT count(*) FROM clients");
            sql.fetch_one(self.readers).await.map_err(unavailable)
        })
    }

    fn ahead(
        &mut self,
        after: Option<Cursor>,
        distance: i64,
    ) -> BoxFuture<'_, Result<Option<Cursor>, StoreError>> {
        Box::pin(async move {
            let sort = self.list.sort;
            let mut sql = self.list.ahead(after, distance);
            let row = sql.build().fetch_optional(self.readers).await.map_err(unavailable)?;
            let Some(row) = row else { return Ok(None) };
            if let Origin::Words(_) = self.list.origin {
                let seq = row.try_get(0).map_err(unavailable)?;
                return Ok(Some(Cursor { direction: sort.direction, key: Key::Stored, seq }));
            }
            Ok(row::listed(&row)?.place(sort))
        })
    }

    fn rows(&mut self, part: Part) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        Box::pin(async move {
            let mut sql = self.list.rows(part);
            let rows = sql.build().fetch_all(self.readers).await.map_err(unavailable)?;
            rows.iter().map(row::listed).collect()
        })
    }
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
            let page = page(&store.readers, &list, &request, &[3, 4]).await.unwrap();
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
            let page = page(&store.readers, &list, &request, &[120]).await.unwrap();
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
        let page = page(&store.readers, &list, &request, &[120]).await.unwrap();
        assert!(page.next.is_some(), "not all of it is looked through at once");
    }
}
