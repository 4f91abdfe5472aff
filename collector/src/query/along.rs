//! What happened to one thing, page by page, each line with parts of the whole record.

use std::collections::HashMap;

use axum::Json;

use crate::auth::Scope;
use crate::error::ApiError;
use crate::store::{Filter, Listed, Sort, Store};

use super::library::Library;
use super::list::List;
use super::parameters::{Asked, Paging, When, Whose};
use super::whole::Whole;

/// How many whole records lie in memory at once; each may be as large as a record can be.
pub(super) const AT_ONCE: usize = 16;

/// The page that is asked for.
pub(super) async fn along<T>(
    library: &Library,
    scope: Scope,
    mut asked: Asked<'_>,
    mut filter: Filter,
    sort: Sort,
    line: impl Fn(Listed, &Whole<'_>) -> T,
) -> Result<Json<List<T>>, ApiError> {
    let scope = asked.take::<Whose>()?.within(scope)?;
    asked.take::<When>()?.limit(&mut filter)?;
    let page = asked.take::<Paging>()?.page(sort)?;
    asked.end()?;
    let Some(scope) = scope else { return Ok(Json(List::new(Vec::new(), None))) };
    let page = library.page(Some(&scope), &filter, &page).await?;
    let lines = with_whole(library.store.as_ref(), &scope, page.items, line).await?;
    Ok(Json(List::new(lines, page.next)))
}

/// Makes each line of a page from what lists tell and from the whole record.
async fn with_whole<T>(
    store: &dyn Store,
    scope: &Scope,
    page: Vec<Listed>,
    line: impl Fn(Listed, &Whole<'_>) -> T,
) -> Result<Vec<T>, ApiError> {
    let mut lines = Vec::with_capacity(page.len());
    let mut page = page.into_iter().peekable();
    while page.peek().is_some() {
        let some: Vec<_> = page.by_ref().take(AT_ONCE).collect();
        let seqs: Vec<_> = some.iter().map(|listed| listed.seq).collect();
        let payloads: HashMap<_, _> = store.payloads(scope, &seqs).await?.into_iter().collect();
        lines.extend(some.into_iter().map(|listed| {
            let payload = payloads.get(&listed.seq);
            let kind = listed.row.kind;
            let whole = payload.map(|payload| Whole::of(kind, payload)).unwrap_or_default();
            line(listed, &whole)
        }));
    }
    Ok(lines)
}
