//! Lists, page by page.

use sqlx::postgres::{PgPool, PgRow};
use sqlx::{Postgres, Transaction};

use super::failure::unavailable;
use super::scope::{in_order, reading};
use super::select::{self, List};
use super::{found, row};
use crate::auth::{Clients, Scope};
use crate::store::index::Index;
use crate::store::looking::{Counting, Part, STEPS, Source, choose, page_within};
use crate::store::page::{Cursor, Filter, Listed, Page, PageRequest, Sort};
use crate::store::{BoxFuture, StoreError};

/// One page of a list.
pub(super) async fn list(
    readers: &PgPool,
    scope: &Scope,
    filter: &Filter,
    request: &PageRequest,
) -> Result<Page, StoreError> {
    let sort = request.sort.of(filter);
    let mut reading = reading(readers, scope).await?;
    if let Some(words) = &filter.words {
        return found::page(&mut reading, scope, filter, words, request).await;
    }
    let mut counting = Few { reading: &mut reading, scope, filter };
    let index = choose(&mut counting, filter, sort).await?;
    let list = List { scope, filter, sort, index };
    if list.is_in_order() {
        in_order(&mut reading).await?;
    }
    page_within(&mut Reading { reading: &mut reading, list: &list }, request, &STEPS).await
}

/// Lines of what was read.
pub(super) fn lines(rows: &[PgRow]) -> Result<Vec<Listed>, StoreError> {
    rows.iter().map(row::listed).collect()
}

/// Counts the records that an index leaves.
struct Few<'r, 'p> {
    reading: &'r mut Transaction<'p, Postgres>,
    scope: &'r Scope,
    filter: &'r Filter,
}

impl Counting for Few<'_, '_> {
    fn count(&mut self, index: Index, limit: i64) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async move {
            let mut sql = select::count(self.scope, self.filter, index, limit);
            sql.build_query_scalar().fetch_one(&mut **self.reading).await.map_err(unavailable)
        })
    }
}

/// A list as it is read.
struct Reading<'r, 'p, 'a> {
    reading: &'r mut Transaction<'p, Postgres>,
    list: &'r List<'a>,
}

impl Source for Reading<'_, '_, '_> {
    fn sort(&self) -> Sort {
        self.list.sort
    }

    fn needs_steps(&self) -> bool {
        self.list.is_in_order() && !self.list.is_exact()
    }

    fn clients(&mut self) -> BoxFuture<'_, Result<i64, StoreError>> {
        Box::pin(async {
            if matches!(self.list.scope.clients(), Clients::One(_)) {
                return Ok(1);
            }
            let sql = sqlx::query_scalar("SELECT count(*) FROM clients");
            sql.fetch_one(&mut **self.reading).await.map_err(unavailable)
        })
    }

    fn ahead(
        &mut self,
        after: Option<Cursor>,
        distance: i64,
    ) -> BoxFuture<'_, Result<Option<Cursor>, StoreError>> {
        Box::pin(async move {
            let mut sql = self.list.ahead(after, distance);
            let row = sql.build().fetch_optional(&mut **self.reading).await.map_err(unavailable)?;
            let Some(row) = row else { return Ok(None) };
            Ok(row::listed(&row)?.place(self.list.sort))
        })
    }

    fn rows(&mut self, part: Part) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>> {
        Box::pin(async move {
            let mut sql = self.list.rows(part);
            let rows = sql.build().fetch_all(&mut **self.reading).await.map_err(unavailable)?;
            lines(&rows)
        })
    }
}
