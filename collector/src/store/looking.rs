//! How a page of a list is looked for: for a bounded amount of work, whatever the list is read from.

use super::index::{self, Index};
use super::page::{Cursor, Filter, Listed, Page, PageRequest, Sort};
use super::{BoxFuture, StoreError};

/// Up to how many records are read and sorted for a page.
const FEW: i64 = 2_000;
/// How far a page looks for records that hold, in steps: few statements where many do, and no more
/// work where few do. Whoever goes on behind the page goes on behind what was looked through.
pub(in crate::store) const STEPS: [i64; 3] = [1_000, 4_000, 16_000];

/// The part of a list that one statement reads.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Part {
    pub(in crate::store) after: Option<Cursor>,
    pub(in crate::store) through: Option<Cursor>,
    pub(in crate::store) limit: i64,
}

/// What a list is read from.
pub(in crate::store) trait Source: Send {
    /// The order of the list.
    fn sort(&self) -> Sort;

    /// Whether it gives records that are not in the list, so that a page may have to go far. Where it
    /// does not stand in the list's order, all of it is read at once.
    fn needs_steps(&self) -> bool;

    /// Of how many clients it gives the records one behind the other.
    fn clients(&mut self) -> BoxFuture<'_, Result<i64, StoreError>>;

    /// The place so far ahead among the records of one of the clients; `None` where each has fewer
    /// left.
    fn ahead(
        &mut self,
        after: Option<Cursor>,
        distance: i64,
    ) -> BoxFuture<'_, Result<Option<Cursor>, StoreError>>;

    /// The records of a part.
    fn rows(&mut self, part: Part) -> BoxFuture<'_, Result<Vec<Listed>, StoreError>>;
}

/// What can tell how many records an index leaves.
pub(in crate::store) trait Counting: Send {
    /// How many, counted up to a limit.
    fn count(&mut self, index: Index, limit: i64) -> BoxFuture<'_, Result<i64, StoreError>>;
}

/// The index to read a list by: one that leaves few records, or else the one that has the order.
pub(in crate::store) async fn choose(
    counting: &mut dyn Counting,
    filter: &Filter,
    sort: Sort,
) -> Result<Index, StoreError> {
    for index in index::candidates(filter, sort) {
        if counting.count(index, FEW + 1).await? <= FEW {
            return Ok(index);
        }
    }
    Ok(index::in_order(filter, sort))
}

/// A page for so many steps of work.
pub(in crate::store) async fn page_within(
    source: &mut dyn Source,
    page: &PageRequest,
    steps: &[i64],
) -> Result<Page, StoreError> {
    let sort = source.sort();
    let mut place = page.after.filter(|cursor| cursor.sort() == sort);
    let mut items: Vec<Listed> = Vec::new();
    let clients = source.clients().await?;
    for step in steps {
        let through = if source.needs_steps() {
            source.ahead(place, own_share(*step, clients, page.limit)).await?
        } else {
            None
        };
        let limit = i64::try_from(page.limit - items.len()).unwrap_or(i64::MAX).saturating_add(1);
        items.extend(source.rows(Part { after: place, through, limit }).await?);
        if items.len() > page.limit {
            items.truncate(page.limit);
            let next = items.last().and_then(|last| last.place(sort));
            return Ok(Page { items, next });
        }
        if through.is_none() {
            return Ok(Page { items, next: None });
        }
        place = through;
    }
    Ok(Page { items, next: place })
}

/// How far to look among the records of each client, so that of all together it is no farther than
/// the step; but for as many as a page may hold, since those of each are merged anyway.
fn own_share(step: i64, clients: i64, limit: usize) -> i64 {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    (step / clients.max(1)).max(limit.min(step)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

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
