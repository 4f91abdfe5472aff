//! What the pages of single kinds have in common: whose records, of which time, from where.

use std::sync::Arc;

use http::Uri;

use crate::auth::Scope;
use crate::query;
use crate::store::{
    Asked, Cursor, Dimension, Filter, Kind, PageRequest, Selection, Sort, Statistics,
};
use crate::time;

use super::address::Address;
use super::failure::PageError;
use super::filters::{Filters, choices};
use super::frame::{Frame, Section};
use super::range::Range;
use super::routes::Dashboard;
use super::viewer::Viewer;

/// Who asks, for which records of one kind.
#[derive(Debug)]
pub(super) struct View {
    pub(super) dashboard: Arc<Dashboard>,
    pub(super) viewer: Viewer,
    pub(super) address: Address,
    pub(super) range: Range,
    /// The part of what may be seen that is asked for.
    pub(super) scope: Scope,
    kind: Kind,
}

impl View {
    /// What an address asks for; the range of this name where it says none.
    pub(super) fn new(
        dashboard: Arc<Dashboard>,
        viewer: Viewer,
        uri: &Uri,
        kind: Kind,
        usual: &str,
    ) -> Result<Self, PageError> {
        let address = Address::of(uri);
        let range = Range::of(&address, usual, time::now_millis())?;
        let scope = viewer.scope_at(&address)?;
        Ok(Self { dashboard, viewer, address, range, scope, kind })
    }

    /// The frame of the page.
    pub(super) fn frame(&self, section: Section, title: &str) -> Frame {
        Frame::new(&self.viewer, section, title)
    }

    /// Whether more than one client's records are seen.
    pub(super) fn sees_all(&self) -> bool {
        self.viewer.sees_all()
    }

    /// The bar above the page: by these, and by where records come from.
    pub(super) async fn filters(
        &self,
        own: &[(Dimension, &'static str)],
    ) -> Result<Filters, PageError> {
        let mut dimensions = own.to_vec();
        dimensions.push((Dimension::Environment, "Environment"));
        if self.sees_all() {
            dimensions.push((Dimension::Client, "Client"));
        }
        let mut filters = Filters::new(&self.address, Some(self.range));
        for (dimension, label) in dimensions {
            let choices = choices(&self.dashboard, &self.viewer, self.kind, dimension).await?;
            filters = filters.choice(dimension.as_str(), label, choices);
        }
        Ok(filters)
    }

    /// What a parameter says.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.address.get(name).map(str::to_owned)
    }

    /// Whether the address asks for a time.
    pub(super) fn is_bounded(&self) -> bool {
        super::range::PARAMETERS.iter().any(|name| self.address.get(name).is_some())
    }

    /// The records as a list takes them.
    pub(super) fn filter(&self) -> Filter {
        Filter {
            kind: Some(self.kind),
            environment: self.get("environment"),
            provider_name: self.get("provider_name"),
            since: Some(self.range.since),
            until: Some(self.range.until),
            ..Filter::default()
        }
    }

    /// The records of this time as statistics take them, of which these are told apart by filters.
    pub(super) fn selection(&self, range: Range, own: &[Dimension]) -> Selection {
        let own = own.iter().copied().chain([Dimension::Environment]);
        let given = own.filter_map(|dimension| Some((dimension, self.get(dimension.as_str())?)));
        let kind = (Dimension::Kind, self.kind.as_str().to_owned());
        Selection { period: range.period(), conditions: given.chain([kind]).collect() }
    }

    /// The records as a report takes them.
    pub(super) fn asked(&self) -> Asked {
        Asked {
            since: self.range.since,
            until: self.range.until,
            bucket: self.range.bucket(),
            environment: self.get("environment"),
            source: self.get("provider_name"),
        }
    }

    /// Where the buckets of a chart begin.
    pub(super) fn starts(&self) -> Result<Vec<i64>, PageError> {
        let starts = self.range.bucket().starts(self.range.since, self.range.until);
        starts.map_err(|_| PageError::Wrong("that is too much time for a chart".to_owned()))
    }

    /// The page of a list that the address asks for.
    pub(super) fn page(&self, limit: usize) -> Result<PageRequest, PageError> {
        let (sort, wrong) = (Sort::default(), "the place in the list is not one of ours");
        let after = self.address.get("cursor").map(|text| {
            let cursor = query::cursor::read(text).filter(|cursor| cursor.sort() == sort);
            cursor.ok_or_else(|| PageError::Wrong(wrong.to_owned()))
        });
        Ok(PageRequest { sort, after: after.transpose()?, limit })
    }

    /// Where the list goes on.
    pub(super) fn behind(&self, next: Option<Cursor>) -> Option<String> {
        next.map(|cursor| self.address.with("cursor", &query::cursor::write(cursor)).href())
    }

    /// Whether there is no record of the kind at all that this person may see.
    pub(super) async fn has_nothing(&self) -> Result<bool, PageError> {
        let filter = Filter { kind: Some(self.kind), ..Filter::default() };
        let page = PageRequest { limit: 1, ..PageRequest::default() };
        let found = self.dashboard.library.store.list(self.viewer.scope(), &filter, &page).await?;
        Ok(found.items.is_empty() && found.next.is_none())
    }

    /// How many records each status has.
    pub(super) async fn statuses(
        &self,
        range: Range,
        own: &[Dimension],
    ) -> Result<Statistics, PageError> {
        let selection = self.selection(range, own);
        let grouping =
            crate::store::Grouping { by: vec![Dimension::Status, Dimension::Outcome], limit: 20 };
        Ok(self.dashboard.library.store.statistics(&self.scope, &selection, &grouping).await?)
    }
}

/// The figures of every bucket: what is known of days or hours, added up where a bucket has more.
pub(super) fn by_bucket<T: Clone + Default>(
    starts: &[i64],
    known: &[(i64, T)],
    merge: impl Fn(&mut T, &T),
) -> Vec<T> {
    let mut points = vec![T::default(); starts.len()];
    for (moment, own) in known {
        // A report goes by whole hours, so that its first may begin before the first bucket does.
        let at = starts.partition_point(|start| start <= moment).max(1) - 1;
        if let Some(point) = points.get_mut(at) {
            merge(point, own);
        }
    }
    points
}

/// All of these added up.
pub(super) fn total<'a, T: Default + 'a>(
    points: impl IntoIterator<Item = &'a T>,
    merge: impl Fn(&mut T, &T),
) -> T {
    points.into_iter().fold(T::default(), |mut sum, point| {
        merge(&mut sum, point);
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_go_to_the_bucket_that_they_lie_in() {
        let known = [(5, 1), (10, 2), (19, 4), (20, 8), (99, 16)];
        let points = by_bucket(&[10, 20, 30], &known, |sum: &mut i32, own| *sum += own);
        assert_eq!(points, [7, 8, 16]);
        assert!(by_bucket(&[], &known, |sum: &mut i32, own| *sum += own).is_empty());
    }
}
