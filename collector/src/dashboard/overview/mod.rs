//! `/`: how many tickets were run, how they went, and what failed last.
//!
//! The bar comes at once. What has to be summed up comes behind it, part by part: a quarter of a year
//! of a million records is more than a moment's work.
//!
//! Runs are counted, not tickets: each attempt at a ticket is a run of its own. How many different
//! tickets there were no sum can tell, and to go through all of their names would take too long.

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

use crate::store::{Kind, Listed, Outcome};
use crate::time;

use self::breakdown::{Breakdown, Breakdowns};
pub(super) use self::empty::url;
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
}

#[derive(Template)]
#[template(path = "overview_cards.html")]
struct Cards {
    cards: Vec<Card>,
}

#[derive(Template)]
#[template(path = "overview_failures.html")]
struct Failures {
    runs: Vec<Listed>,
    /// There are more records than were looked through.
    is_short: bool,
    /// The list of all of them.
    all: String,
    has_clients: bool,
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
    let scope = viewer.scope_at(&address)?;
    let question = Arc::new(Question { dashboard, viewer, address, range, scope });
    if question.has_nothing().await? {
        return empty::show(&question, &headers);
    }
    let overview = OverviewPage {
        frame: Frame::new(&question.viewer, Section::Overview, "Overview"),
        filters: filters(&question).await?,
    };
    let parts: Vec<Part> = vec![
        Box::pin(cards(Arc::clone(&question))),
        Box::pin(failures(Arc::clone(&question))),
        Box::pin(breakdowns(question)),
    ];
    streamed(&headers, &overview, parts)
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

async fn cards(question: Arc<Question>) -> String {
    let made = async {
        let (now, before) =
            try_join(question.series(question.range), question.series(question.range.before()))
                .await?;
        let (bucket, starts) = (question.range.bucket(), question.starts(question.range)?);
        Ok(Cards { cards: Card::all(bucket, &starts, &Period::from(now), &Period::from(before)) })
    };
    part(made.await)
}

async fn failures(question: Arc<Question>) -> String {
    let tickets = question.tickets();
    part(question.failures(LATEST).await.map(|found| Failures {
        runs: found.items,
        is_short: found.next.is_some(),
        all: tickets.with("outcome", Outcome::Failed.as_str()).href(),
        has_clients: question.sees_all(),
    }))
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
