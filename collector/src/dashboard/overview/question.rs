//! What an overview asks the store: the same runs, in different ways.

use std::sync::Arc;

use crate::auth::Scope;
use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::range::{self, Range};
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Viewer;
use crate::store::{
    Dimension, Filter, Grouping, Kind, Outcome, Page, PageRequest, Selection, Series, Statistics,
};

/// How many groups of a breakdown are shown.
const GROUPS: usize = 10;

/// Who asks, for which runs of which time.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) dashboard: Arc<Dashboard>,
    pub(super) viewer: Viewer,
    pub(super) address: Address,
    pub(super) range: Range,
    /// The part of what may be seen that is asked for.
    pub(super) scope: Scope,
}

impl Question {
    /// Whether more than one client's runs are seen.
    pub(super) fn sees_all(&self) -> bool {
        self.viewer.sees_all()
    }

    /// By what the runs can be filtered, and how that is called.
    pub(super) fn filters(&self) -> Vec<(Dimension, &'static str)> {
        let mut filters = vec![
            (Dimension::Environment, "Environment"),
            (Dimension::Category, "Category"),
            (Dimension::WorkflowVersion, "Version"),
        ];
        if self.sees_all() {
            filters.push((Dimension::Client, "Client"));
        }
        filters
    }

    /// By what they are told apart.
    pub(super) fn breakdowns(&self) -> Vec<(Dimension, &'static str)> {
        let mut breakdowns = vec![
            (Dimension::Category, "Category"),
            (Dimension::Status, "Status"),
            (Dimension::WorkflowVersion, "Version"),
        ];
        if self.sees_all() {
            breakdowns.push((Dimension::Client, "Client"));
        }
        breakdowns
    }

    /// The list of the runs that are counted.
    pub(super) fn tickets(&self) -> Address {
        let own = Dimension::ALL.map(Dimension::as_str);
        let names: Vec<_> = range::PARAMETERS.into_iter().chain(own).collect();
        let tickets = self.address.only(&names).at("/tickets");
        match self.range.name {
            Some(name) => tickets.with("range", name),
            None => tickets,
        }
    }

    /// Whether there is no run at all that this person may see.
    pub(super) async fn has_nothing(&self) -> Result<bool, PageError> {
        let filter = Filter { kind: Some(Kind::Workflow), ..Filter::default() };
        let page = PageRequest { limit: 1, ..PageRequest::default() };
        let found = self.dashboard.library.store.list(self.viewer.scope(), &filter, &page).await?;
        Ok(found.items.is_empty() && found.next.is_none())
    }

    /// The latest runs that failed.
    pub(super) async fn failures(&self, limit: usize) -> Result<Page, PageError> {
        let get = |name| self.address.get(name).map(str::to_owned);
        let filter = Filter {
            kind: Some(Kind::Workflow),
            outcome: Some(Outcome::Failed),
            environment: get("environment"),
            category: get("category"),
            workflow_version: get("workflow_version"),
            since: Some(self.range.since),
            until: Some(self.range.until),
            ..Filter::default()
        };
        let page = PageRequest { limit, ..PageRequest::default() };
        Ok(self.dashboard.library.store.list(&self.scope, &filter, &page).await?)
    }

    /// The runs as statistics take them.
    fn selection(&self, range: Range) -> Selection {
        let filters = self.filters().into_iter();
        let given = filters.filter_map(|(dimension, _)| {
            Some((dimension, self.address.get(dimension.as_str())?.to_owned()))
        });
        let kind = (Dimension::Kind, Kind::Workflow.as_str().to_owned());
        Selection { period: range.period(), conditions: given.chain([kind]).collect() }
    }

    /// Where the buckets of a chart begin.
    pub(super) fn starts(&self, range: Range) -> Result<Vec<i64>, PageError> {
        let starts = self.range.bucket().starts(range.since, range.until);
        starts.map_err(|_| PageError::Wrong("that is too much time for a chart".to_owned()))
    }

    /// What the runs of a time come to, over it.
    pub(super) async fn series(&self, range: Range) -> Result<Series, PageError> {
        let (selection, grouping) = (self.selection(range), Grouping::default());
        let (bucket, starts) = (self.range.bucket(), self.starts(range)?);
        let store = &self.dashboard.library.store;
        Ok(store.series(&self.scope, &selection, &grouping, bucket, &starts).await?)
    }

    /// What they come to, told apart.
    pub(super) async fn statistics(&self, by: Dimension) -> Result<Statistics, PageError> {
        let selection = self.selection(self.range);
        let grouping = Grouping { by: vec![by], limit: GROUPS };
        let store = &self.dashboard.library.store;
        Ok(store.statistics(&self.scope, &selection, &grouping).await?)
    }
}
