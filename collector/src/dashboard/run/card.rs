//! One step with everything in it, as a card.

use serde_json::value::RawValue;

use super::chat::show_chat;
use super::problem::{Problem, problems};
use super::rows::Lines;
use super::step::{State, Step, StepType};
use crate::dashboard::address::Address;
use crate::dashboard::json::{Place, Pointer, Room, show as show_json};
use crate::dashboard::markup::Markup;
use crate::dashboard::opened::Opened;
use crate::dashboard::show;
use crate::fields::Fields;

/// How many bytes of markup the parts of a card have, and each of them.
const ROOM: usize = 96 << 10;
const ROOM_OF_PART: usize = 48 << 10;
/// How many of the equal calls are named.
const MOST_EQUAL: usize = 20;

/// The parts that a step may have, in the order in which they are read.
const PARTS: [(&str, &str); 13] = [
    ("query", "Query"),
    ("thought", "Thought"),
    ("action", "Action"),
    ("arguments", "Arguments"),
    ("input", "Input"),
    ("decision", "Decision"),
    ("documents", "Documents"),
    ("result", "Result"),
    ("observation", "Observation"),
    ("output", "Output"),
    ("error", "Error"),
    ("attributes", "Attributes"),
    ("cost", "Cost"),
];
/// What is told beside the name, or in words of its own.
const FACTS: [(&str, &str); 9] = [
    ("iteration", "iteration"),
    ("provider", "provider"),
    ("model", "model"),
    ("input_tokens", "tokens in"),
    ("output_tokens", "tokens out"),
    ("cache_read_tokens", "from the cache"),
    ("reasoning_tokens", "of reasoning"),
    ("finish_reason", "ended by"),
    ("call_id", "call"),
];
const TOLD: [&str; 7] = ["id", "parent", "type", "name", "start_ms", "duration_ms", "status"];

/// A step as a page shows it.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) number: usize,
    pub(super) step_type: StepType,
    pub(super) state: State,
    pub(super) label: String,
    pub(super) facts: Vec<(&'static str, String)>,
    /// The same calls: how many there are, and the first of the others.
    pub(super) equal: Option<(usize, Vec<Way>)>,
    pub(super) parent: Option<Way>,
    pub(super) previous: Option<Way>,
    pub(super) next: Option<Way>,
    pub(super) own: Way,
    pub(super) raw: String,
    pub(super) problems: Vec<Problem>,
    pub(super) parts: Vec<Part>,
}

/// A link to a step.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) number: usize,
    pub(super) label: String,
    pub(super) href: String,
}

/// One of the values of a step.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) title: String,
    pub(super) markup: Markup,
    /// Where the whole of it is.
    pub(super) href: String,
    /// What the producer has cut of it.
    pub(super) cuts: Vec<String>,
}

impl Card {
    /// That of a step; `None` where there is none.
    pub(super) fn of(
        opened: &Opened,
        lines: &Lines<'_, '_>,
        at: usize,
        address: &Address,
    ) -> Option<Self> {
        let step = lines.trace.steps.get(at)?;
        let way = |at: usize| {
            let label = lines.trace.steps.get(at)?.label();
            let href = address.with("step", &(at + 1).to_string()).href();
            Some(Way { number: at + 1, label, href })
        };
        let place = Place {
            href: opened.parts(),
            at: Pointer::default().then("trace").then("steps").then(at.to_string()),
        };
        let equal = lines.loops.with(at).map(|all| {
            let others = all.iter().filter(|other| **other != at).take(MOST_EQUAL);
            (all.len(), others.filter_map(|other| way(*other)).collect())
        });
        Some(Self {
            number: at + 1,
            step_type: step.step_type,
            state: step.state,
            label: step.label(),
            facts: facts(step),
            equal,
            parent: lines.tree.parent[at].and_then(way),
            previous: at.checked_sub(1).and_then(way),
            next: way(at + 1),
            own: way(at)?,
            raw: place.href(0),
            problems: problems(lines.trace, Some(at), address).0,
            parts: parts(step, &place, &cuts(lines, at), &messages(lines, at)),
        })
    }
}

/// What the errors of a step say.
fn messages(lines: &Lines<'_, '_>, at: usize) -> Vec<String> {
    let own = lines.trace.errors.iter().filter(|(of, _)| *of == Some(at));
    own.map(|(_, error)| error.message.to_string()).collect()
}

fn facts(step: &Step<'_>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(start) = step.start {
        facts.push(("began", show::offset(start)));
    }
    if let Some(took) = step.took {
        facts.push(("took", show::duration(took / 1e3)));
    }
    let attempt = step.word("attempt").filter(|attempt| attempt != "1");
    facts.extend(attempt.map(|attempt| ("attempt", attempt)));
    let told = |(name, told): (&str, &'static str)| Some((told, step.word(name)?));
    facts.extend(FACTS.into_iter().filter_map(told));
    facts.extend(cost(step).map(|cost| ("cost", cost)));
    for (_, value) in &mut facts {
        *value = super::step::shortened(value);
    }
    facts
}

fn cost(step: &Step<'_>) -> Option<String> {
    let cost: Fields<'_> = serde_json::from_str(step.get("cost")?).ok()?;
    let amount: String = cost.read("amount").ok()??;
    let currency: Option<String> = cost.read("currency").ok()?;
    Some(format!("{amount} {}", currency.unwrap_or_default()))
}

/// What was cut of a step: the path behind it, and how long it was.
fn cuts(lines: &Lines<'_, '_>, at: usize) -> Vec<(String, String)> {
    super::head::cuts_below(&lines.trace.record, &format!("trace.steps[{at}]."))
}

fn parts(step: &Step<'_>, place: &Place, cuts: &[(String, String)], told: &[String]) -> Vec<Part> {
    let is_told = |name: &str| {
        TOLD.contains(&name)
            || name == "attempt" && step.word(name).is_some()
            || name == "cost" && cost(step).is_some()
            || FACTS.iter().any(|(own, _)| *own == name) && step.word(name).is_some()
            // What stands above, as the error.
            || name == "error" && step.text(name).is_some_and(|own| told.contains(&own))
    };
    let known = PARTS.iter().filter_map(|(name, title)| Some((*name, *title, step.get(name)?)));
    let others = step.fields.iter().filter(|(name, _)| PARTS.iter().all(|(own, _)| own != name));
    let others = others.map(|(name, value)| (name, name, value.get()));
    let all = known.chain(others).filter(|(name, ..)| !is_told(name));
    let mut used = 0;
    let mut parts = Vec::new();
    for (name, title, json) in all {
        let room = Room(ROOM.saturating_sub(used).min(ROOM_OF_PART));
        let own = place.then(name);
        let mut markup = Markup::default();
        if !(show_documents(&mut markup, name, json) || show_chat(&mut markup, json, &own, room)) {
            show_json(&mut markup, json, &own, 0, room);
        }
        used += markup.len();
        let of_part = cuts.iter().filter(|(path, _)| {
            path.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        parts.push(Part {
            title: super::step::shortened(title),
            markup,
            href: own.href(0),
            cuts: of_part.map(|(_, told)| told.clone()).collect(),
        });
    }
    parts
}

/// The documents of a retrieval with their scores; `false` where they are something else.
fn show_documents(out: &mut Markup, name: &str, json: &str) -> bool {
    const MOST: usize = 100;
    if name != "documents" {
        return false;
    }
    let Ok(documents) = serde_json::from_str::<Vec<Fields<'_>>>(json) else { return false };
    let is_plain =
        |document: &Fields<'_>| document.iter().all(|(name, _)| matches!(name, "id" | "score"));
    if documents.is_empty() || documents.len() > MOST || !documents.iter().all(is_plain) {
        return false;
    }
    out.tag("<table class=\"documents\"><thead><tr><th>Document</th><th class=\"number\">Score</th></tr></thead><tbody>");
    for document in &documents {
        let word = |name| {
            let json = document.get(name).map_or("", RawValue::get);
            serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned())
        };
        out.tag("<tr><td>");
        out.text(&super::step::shortened(&word("id")));
        out.tag("</td><td class=\"number\">");
        out.text(&super::step::shortened(&word("score")));
        out.tag("</td></tr>");
    }
    out.tag("</tbody></table>");
    true
}
