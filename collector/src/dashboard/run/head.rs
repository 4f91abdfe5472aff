//! What stands above a run: how it ended, what it took, and what is missing of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::dashboard::opened::Opened;
use crate::dashboard::show;
use crate::dashboard::visible::visible;
use crate::fields::Fields;

/// How many of the values that were cut are named.
const MOST_CUTS: usize = 20;

/// The head of a record, of any kind.
#[derive(Debug)]
pub(in crate::dashboard) struct Head {
    pub(in crate::dashboard) facts: Vec<(&'static str, String)>,
    /// Numbers that have no name of their own here.
    pub(in crate::dashboard) metrics: Vec<(String, String)>,
    pub(in crate::dashboard) tags: Vec<String>,
    /// What was masked by the producer, and what by the collector.
    pub(in crate::dashboard) masked: Vec<(String, u64)>,
    pub(in crate::dashboard) masked_here: Vec<(String, u64)>,
    pub(in crate::dashboard) notices: Vec<Notice>,
}

/// Something that is missing, and what to do about it.
#[derive(Debug)]
pub(in crate::dashboard) struct Notice {
    pub(in crate::dashboard) what: String,
    pub(in crate::dashboard) parts: Vec<String>,
}

/// A number of the metrics, and how it is told.
type Told = (&'static str, &'static str, fn(f64) -> String);

const NAMED: [Told; 6] = [
    ("overall_confidence", "Confidence", |sure| format!("{sure:.2}")),
    ("hallucination_risk", "Risk", |risk| format!("{risk:.2}")),
    ("react_iterations", "Iterations", whole),
    ("step_count", "Steps", whole),
    ("llm_calls", "Model calls", whole),
    ("tool_calls", "Tool calls", whole),
];
/// What is told from the row.
const OF_ROW: [&str; 4] = ["cost", "input_tokens", "output_tokens", "error_count"];

impl Head {
    /// That of a record with these fields.
    pub(in crate::dashboard) fn of(opened: &Opened, fields: &Fields<'_>) -> Self {
        let masking: Masking = fields.read("masking").ok().flatten().unwrap_or_default();
        let metrics = metrics(opened.line.row.metrics.as_deref());
        let tags: Vec<String> = fields.read("tags").ok().flatten().unwrap_or_default();
        let is_named =
            |name: &str| NAMED.iter().any(|(own, ..)| *own == name) || OF_ROW.contains(&name);
        let others = metrics.iter().filter(|(name, _)| !is_named(name));
        Self {
            facts: facts(opened, &metrics),
            metrics: others.map(|(name, it)| (visible(name).into_owned(), number(*it))).collect(),
            tags: tags.iter().map(|tag| visible(tag).into_owned()).collect(),
            masked: counted(masking.counts),
            masked_here: counted(masking.server_counts),
            notices: notices(opened, fields),
        }
    }
}

fn facts(opened: &Opened, metrics: &BTreeMap<String, f64>) -> Vec<(&'static str, String)> {
    let row = &opened.line.row;
    let mut facts = Vec::new();
    let mut add = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    let text = |text: &Option<String>| text.as_deref().map(|text| visible(text).into_owned());
    let [confidence, risk, rest @ ..] =
        NAMED.map(|(own, name, told)| (name, metrics.get(own).map(|value| told(*value))));
    add(confidence.0, confidence.1.or(row.confidence.map(|sure| format!("{sure:.2}"))));
    add(risk.0, risk.1);
    add("Time", row.execution_time_seconds.map(show::duration));
    let currency = text(&row.currency).unwrap_or_default();
    add("Cost", row.cost.map(|cost| format!("{} {currency}", number(cost))));
    let tokens = row.input_tokens.zip(row.output_tokens.or(Some(0)));
    let tokens = tokens
        .map(|(read, written)| format!("{} in, {} out", show::count(read), show::count(written)));
    add("Tokens", tokens);
    for (name, value) in rest {
        add(name, value);
    }
    add("Errors", row.error_count.filter(|count| *count > 0).map(show::count));
    add("Attempt", row.attempt.map(show::count));
    add("Workflow", text(&row.workflow_name));
    add("Version", text(&row.workflow_version));
    add("Environment", text(&row.environment));
    add("Category", text(&row.category));
    add("Provider", text(&row.provider_name));
    add("Action", text(&row.action_type));
    add("Event", text(&row.event_type));
    add("User", text(&row.user_id));
    add("Client", Some(visible(opened.line.client.as_str()).into_owned()));
    facts
}

/// The numbers of a row by name.
pub(super) fn metrics(json: Option<&str>) -> BTreeMap<String, f64> {
    let fields: Fields<'_> =
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let number = |(name, value): (&str, &serde_json::value::RawValue)| {
        Some((name.to_owned(), value.get().parse().ok()?))
    };
    fields.iter().filter_map(number).collect()
}

/// A number without zeros that say nothing.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "–".to_owned(),
        size if size.fract() == 0.0 && size < 1e15 => whole(value),
        size if (1e-4..1e15).contains(&size) => {
            let told = format!("{value:.4}");
            told.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => format!("{value:e}"),
    }
}

fn whole(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "what is beyond is the largest number")]
    show::count(value as i64)
}

/// What a record tells of its masking; only counts are of interest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Masking {
    counts: BTreeMap<String, u64>,
    server_counts: BTreeMap<String, u64>,
}

fn counted(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    counts.into_iter().map(|(name, count)| (visible(&name).into_owned(), count)).collect()
}

/// The values that were cut: where each stands, and what is told of it.
fn cuts(record: &Fields<'_>) -> Vec<(String, String)> {
    let truncation: Fields<'_> = record.read("truncation").ok().flatten().unwrap_or_default();
    let fields: Vec<Fields<'_>> = truncation.read("fields").ok().flatten().unwrap_or_default();
    let cut = |field: &Fields<'_>| {
        let path: String = field.read("path").ok()??;
        let told = match field.read::<u64>("original_bytes").ok().flatten() {
            Some(bytes) => format!("the producer cut it: it had {} bytes", show::count(bytes)),
            None => "the producer cut it".to_owned(),
        };
        Some((path, told))
    };
    fields.iter().filter_map(cut).collect()
}

/// Those behind a path: the rest of it, and what is told.
pub(super) fn cuts_below(record: &Fields<'_>, path: &str) -> Vec<(String, String)> {
    let cuts = cuts(record).into_iter();
    cuts.filter_map(|(own, told)| Some((own.strip_prefix(path)?.to_owned(), told))).collect()
}

fn notices(opened: &Opened, record: &Fields<'_>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut add = |what: String| notices.push(Notice { what, parts: Vec::new() });
    if opened.payload.is_none() {
        add(
            "The whole record was deleted or archived; what stands here is what lists know of it. \
             If your collector keeps archives, it is found there by its id."
                .to_owned(),
        );
        return notices;
    }
    let degraded: Option<String> = record.read("degraded").ok().flatten();
    if let Some(reason) = degraded {
        add(without_trace(&reason));
    } else if opened.line.row.level == "METRICS_ONLY" {
        add("This record has no trace: it was shipped as METRICS_ONLY. Set \
             LOG_COLLECTOR_LEVEL=FULL_TRACE (or the client's level) in the service to see steps, \
             input and answers of the runs to come."
            .to_owned());
    }
    let truncation: Fields<'_> = record.read("truncation").ok().flatten().unwrap_or_default();
    for (field, what) in [("dropped_steps", "steps"), ("dropped_metrics", "metrics")] {
        let dropped: u64 = truncation.read(field).ok().flatten().unwrap_or_default();
        if dropped > 0 {
            add(format!(
                "The producer left {} {what} out: there were too many.",
                show::count(dropped)
            ));
        }
    }
    let cuts = cuts(record);
    if !cuts.is_empty() {
        let what = format!(
            "The producer cut {} values so that the record fits; each is marked where it stands.",
            show::count(cuts.len())
        );
        let parts =
            cuts.iter().take(MOST_CUTS).map(|(path, told)| format!("{}: {told}", visible(path)));
        notices.push(Notice { what, parts: parts.collect() });
    }
    notices
}

/// Why there is no trace although one was wanted, and what to do.
fn without_trace(reason: &str) -> String {
    let told = match reason {
        "pressure" => {
            "the service made records faster than they could be sent. Give the client a larger \
             budget, or look at how fast the collector answers."
        }
        "too_large" => {
            "with it the record would have been larger than the limit. Log less in each step, or \
             raise the limit on both sides."
        }
        "shutdown" => "the service ended before it could be sent. Let the guard wait longer.",
        "unserializable" => {
            "a value of it could not be written. The service's own log names the type."
        }
        _ => "its producer gave a reason that is not known here.",
    };
    format!("The trace was dropped ({}): {told}", visible(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_without_zeros_that_say_nothing() {
        for (value, told) in [
            (3.0, "3"),
            (0.003_547_5, "0.0035"),
            (1_234_567.0, "1,234,567"),
            (1e-9, "1e-9"),
            (1e300, "1e300"),
            (f64::NAN, "–"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(number(value), told);
        }
    }

    #[test]
    fn what_was_cut_is_told_by_its_place() {
        let record = r#"{"truncation": {"fields": [{"path": "a", "original_bytes": 1000},
            {"path": "b"}, {"path": 5}, 7]}}"#;
        let fields: Fields<'_> = serde_json::from_str(record).unwrap();
        assert_eq!(cuts(&fields).len(), 0, "a list that is none of ours tells nothing");
        let record = record.replace(", 7]", "]");
        let fields: Fields<'_> = serde_json::from_str(&record).unwrap();
        let told: Vec<_> = cuts(&fields).into_iter().map(|(path, _)| path).collect();
        assert_eq!(told, ["a", "b"]);
    }
}
