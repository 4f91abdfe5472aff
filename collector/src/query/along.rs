//! What happened to one thing, page by page, each line with parts of the whole record.

use axum::Json;

use crate::auth::Scope;
use crate::error::ApiError;
use crate::store::{Cursor, Filter, Listed, PageRequest, Sort};

use super::library::Library;
use super::list::List;
use super::parameters::{Asked, Paging, When, Whose};
use super::whole::Whole;

/// How many bytes the parts of a page's lines have before it ends early: a line's may be as large
/// as a record can be, and a page may have very many lines.
const FULL: usize = 4 << 20;

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
    let (lines, next) = lines(library, &scope, &filter, &page, line).await?;
    Ok(Json(List::new(lines, next)))
}

/// A page of a list, each line made of its row and of parts of the whole record; and where the list
/// goes on.
pub(crate) async fn lines<T>(
    library: &Library,
    scope: &Scope,
    filter: &Filter,
    page: &PageRequest,
    line: impl Fn(Listed, &Whole<'_>) -> T,
) -> Result<(Vec<T>, Option<Cursor>), ApiError> {
    let sort = page.sort.of(filter);
    let page = library.page(Some(scope), filter, page).await?;
    let mut lines = Vec::with_capacity(page.items.len());
    let (mut parts, mut place) = (0, None);
    let mut rest = page.items.into_iter();
    while rest.len() > 0 && parts < FULL {
        for (listed, payload) in library.next_whole(scope, &mut rest).await? {
            let kind = listed.row.kind;
            let whole = payload.as_deref().map(|payload| Whole::of(kind, payload));
            let whole = whole.unwrap_or_default();
            place = listed.place(sort);
            lines.push(line(listed, &whole));
            parts += whole.taken();
        }
    }
    let next = if rest.len() > 0 { place } else { page.next };
    Ok((lines, next))
}
