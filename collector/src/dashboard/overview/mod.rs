//! `/`: how many tickets were run, how they went, and what failed last.
//!
//! The bar and the latest failures come at once. What has to be summed up for it comes behind them,
//! part by part: a quarter of a year of a million records is more than a moment's work.

mod breakdown;
mod empty;
mod measure;
mod question;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures_util::future::{try_join, try_join_all};
use http::{HeaderMap, Uri};

use crate::store::{Filter, Kind, Listed, Outcome, PageRequest};
use crate::time;

use self::breakdown::{Breakdown, Breakdowns};
use self::measure::{Card, Period};
use self::question::Question;
use super::address::Address;
use super::failure::PageError;
use super::filters::{Filters, choices};
use super::frame::{Frame, Section};
use super::range::Range;
use super::routes::Dashboard;
use super::show;
use super::streamed::{Part, part, streamed};
use super::viewer::Viewer;

/// How many of the latest failures are shown.
const LATEST: usize = 10;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    filters: Filters,
    failures: Vec<Listed>,
    /// The list of all failures.
    all_failures: String,
    has_clients: bool,
}

#[derive(Template)]
#[template(path = "overview_cards.html")]
struct Cards {
    cards: Vec<Card>,
}

/// Shows the overview, or how to send the first record where there is none.
pub(super) async fn show(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    let range = Range::of(&address, "24h", time::now_millis())?;
    let question = Arc::new(Question { dashboard, viewer, address, range });
    if question.has_nothing().await? {
        return empty::show(&question, &headers);
    }
    let (filters, failures) = try_join(filters(&question), failures(&question)).await?;
    let overview = OverviewPage {
        frame: Frame::new(&question.viewer, Section::Overview, "Overview"),
        filters,
        failures,
        all_failures: question.tickets().with("outcome", Outcome::Failed.as_str()).href(),
        has_clients: question.sees_all(),
    };
    let parts = [Box::pin(cards(Arc::clone(&question))) as Part, Box::pin(breakdowns(question))];
    streamed(&headers, &overview, parts.into())
}

async fn filters(question: &Question) -> Result<Filters, PageError> {
    let Question { dashboard, viewer, address, .. } = question;
    let mut filters = Filters::new(address, Some(question.range));
    for (dimension, label) in question.filters() {
        let choices = choices(dashboard, viewer, Kind::Workflow, dimension).await?;
        filters = filters.choice(dimension.as_str(), label, choices);
    }
    Ok(filters)
}

async fn failures(question: &Question) -> Result<Vec<Listed>, PageError> {
    let filter = Filter { outcome: Some(Outcome::Failed), ..question.filter() };
    let Some(scope) = question.scope() else { return Ok(Vec::new()) };
    let page = PageRequest { limit: LATEST, ..PageRequest::default() };
    Ok(question.dashboard.library.store.list(&scope, &filter, &page).await?.items)
}

async fn cards(question: Arc<Question>) -> String {
    let made = async {
        let (now, before) =
            try_join(question.series(question.range), question.series(question.before())).await?;
        let starts = question.starts(question.range)?;
        let bucket = question.range.bucket();
        Ok(Cards { cards: Card::all(bucket, &starts, &Period::from(now), &Period::from(before)) })
    };
    part(made.await)
}

async fn breakdowns(question: Arc<Question>) -> String {
    let dimensions = question.breakdowns();
    let made = dimensions.into_iter().map(|(dimension, label)| {
        let question = &question;
        async move {
            let statistics = question.statistics(dimension).await?;
            Ok::<_, PageError>(Breakdown::new(question, dimension, label, statistics))
        }
    });
    part(try_join_all(made).await.map(|breakdowns| Breakdowns { breakdowns }))
}
