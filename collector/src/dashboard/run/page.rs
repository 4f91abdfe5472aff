//! `/runs/{record_id}`: a run at the step that matters.

use std::iter;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Redirect, Response};
use http::Uri;

use super::around::{Around, around};
use super::card::Card;
use super::compare::{Comparison, compare};
use super::finding::{Found, found};
use super::head::{Head, cuts_below};
use super::opening::opening;
use super::problem::{Problem, look_up, problems};
use super::rows::{Lines, Rows, View};
use super::step::State;
use super::trace::Trace;
use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::frame::{Frame, Section};
use crate::dashboard::json::{Place, Pointer, Room, show as show_json, words};
use crate::dashboard::markup::{Markup, text};
use crate::dashboard::opened::Opened;
use crate::dashboard::page::page;
use crate::dashboard::part::json_answer;
use crate::dashboard::record::ticket_link;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Viewer;
use crate::dashboard::{show as told, visible};
use crate::store::Listed;
use crate::time;

/// How many bytes of markup the final response has.
const ROOM: usize = 24 << 10;
/// What a link to another step keeps.
const KEPT: [&str; 3] = ["view", "find", "compare"];

#[derive(Template)]
#[template(path = "run/page.html")]
struct RunPage {
    frame: Frame,
    line: Listed,
    reason: Option<Markup>,
    ticket: Option<(String, String)>,
    own: Own,
    around: Around,
    path: String,
    /// The address without the step, for forms and for the script.
    address: Address,
    find: String,
    view: View,
}

/// What is made of the run alone.
struct Own {
    head: Head,
    rows: Rows,
    card: Option<Card>,
    why: Option<String>,
    problems: Vec<Problem>,
    problem_count: usize,
    found: Option<Found>,
    comparison: Option<Comparison>,
    response: Option<Markup>,
    response_cuts: Vec<String>,
    /// What is shown when it is opened: its title, how large it is and what was cut of it, and where.
    folded: Vec<(&'static str, Vec<String>, String)>,
    is_gone: bool,
}

/// Shows a run; a record of another kind has a page of its own.
pub(in crate::dashboard) async fn show(
    Shared(dashboard): Shared<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, PageError> {
    let address = Address::of(&uri);
    if let Some(id) = id.strip_suffix(".json") {
        let opened = Arc::new(Opened::run(&dashboard, &viewer, id).await?);
        return json_answer(opened, Pointer::default(), address.get("download").is_some()).await;
    }
    let opened = Arc::new(Opened::by(&dashboard, &viewer, &id).await?);
    if !opened.is_run() {
        return Ok(Redirect::to(&opened.path()).into_response());
    }
    let other = match address.get("compare") {
        Some(other) => Some(Opened::run(&dashboard, &viewer, other).await?),
        None => None,
    };
    let store = &*dashboard.library.store;
    let asked = address.clone();
    let own = Arc::clone(&opened).with(move |opened| own(opened, other.as_ref(), &asked));
    let (own, around) = tokio::join!(own, around(store, &opened, &address));
    let (mut own, around) = (own?, around?);
    look_up(store, &opened.scope, &mut own.problems).await?;
    if let Some(card) = &mut own.card {
        look_up(store, &opened.scope, &mut card.problems).await?;
    }
    let line = opened.line.clone();
    page(&RunPage {
        frame: Frame::new(&viewer, Section::Tickets, title(&line)),
        reason: line.row.status_reason.as_deref().map(text),
        ticket: line.row.ticket_id.as_deref().map(ticket_link),
        own,
        around,
        path: opened.path(),
        find: address.get("find").unwrap_or_default().to_owned(),
        view: View::of(&address),
        address: address.only(&KEPT),
        line,
    })
}

/// `GET /runs/{record_id}/steps/{number}`: the card of a step alone.
pub(in crate::dashboard) async fn fragment(
    Shared(dashboard): Shared<Arc<Dashboard>>,
    viewer: Viewer,
    Path((id, number)): Path<(String, usize)>,
    uri: Uri,
) -> Result<Response, PageError> {
    let opened = Arc::new(Opened::run(&dashboard, &viewer, &id).await?);
    let address = Address::of(&uri).only(&KEPT).at(opened.path());
    let at = number.checked_sub(1).ok_or(PageError::NotFound)?;
    let card = Arc::clone(&opened).with(move |opened| {
        let trace = Trace::of(opened.json());
        let lines = Lines::of(&trace, opened.line.row.execution_time_seconds);
        Card::of(opened, &lines, at, &address)
    });
    let mut card = card.await?.ok_or(PageError::NotFound)?;
    look_up(&*dashboard.library.store, &opened.scope, &mut card.problems).await?;
    page(&StepFragment { card })
}

#[derive(Template)]
#[template(path = "run/step.html")]
struct StepFragment {
    card: Card,
}

fn title(line: &Listed) -> String {
    let name = line.row.ticket_id.as_deref().or(line.row.workflow_name.as_deref());
    let name = visible::visible(name.unwrap_or("without a ticket")).into_owned();
    format!("Run {name}")
}

fn own(opened: &Opened, other: Option<&Opened>, asked: &Address) -> Own {
    let address = asked.only(&KEPT);
    let trace = Trace::of(opened.json());
    let lines = Lines::of(&trace, opened.line.row.execution_time_seconds);
    let opening = opening(&trace);
    let chosen = asked.get("step").and_then(|step| step.parse::<usize>().ok()?.checked_sub(1));
    let chosen = chosen.filter(|at| *at < trace.steps.len());
    let at = chosen.unwrap_or(opening.step);
    let (problems, problem_count) = problems(&trace, None, &address);
    let place = Place { href: opened.parts(), at: Pointer::default().then("trace") };
    Own {
        head: Head::of(opened, &trace.record),
        rows: lines.around(at, View::of(asked), &address),
        card: Card::of(opened, &lines, at, &address),
        why: chosen.is_none().then_some(opening.why),
        problems,
        problem_count,
        found: asked.get("find").map(|words| found(&trace, words, at, &address)),
        comparison: other.map(|other| compare(opened, &trace, other, asked, at)),
        response: response(&trace, &place),
        response_cuts: cuts(&trace, "final_response"),
        folded: ["input", "state"]
            .into_iter()
            .filter_map(|name| {
                let json = trace.part(name)?;
                let title = if name == "input" { "Input" } else { "State in the end" };
                let size = iter::once(words(json)).chain(cuts(&trace, name)).collect();
                Some((title, size, place.then(name).href(0)))
            })
            .collect(),
        is_gone: opened.payload.is_none(),
    }
}

/// What the producer has cut of a part of the trace.
fn cuts(trace: &Trace<'_>, part: &str) -> Vec<String> {
    let cuts = cuts_below(&trace.record, &format!("trace.{part}")).into_iter();
    let own = |(rest, told): (String, String)| {
        (rest.is_empty() || rest.starts_with(['.', '['])).then_some(told)
    };
    cuts.filter_map(own).collect()
}

fn response(trace: &Trace<'_>, place: &Place) -> Option<Markup> {
    let json = trace.part("final_response")?;
    let place = place.then("final_response");
    let mut markup = Markup::default();
    let fields: Option<crate::fields::Fields<'_>> = serde_json::from_str(json).ok();
    let content = fields.as_ref().and_then(|fields| fields.get("content"));
    let (json, place) = match content {
        Some(content) => (content.get(), place.then("content")),
        None => (json, place),
    };
    show_json(&mut markup, json, &place, 0, Room(ROOM));
    Some(markup)
}

impl RunPage {
    /// The address of the same step in another view.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
    fn view_href(&self, view: &View) -> String {
        let address = match &self.own.card {
            Some(card) => self.address.with("step", &card.number.to_string()),
            None => self.address.clone(),
        };
        address.with("view", view.name()).href()
    }
}
