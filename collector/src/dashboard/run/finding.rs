//! Finding words in all steps of a run, also in those that no page has loaded.

use std::fmt;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::Uri;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::card::Way;
use super::trace::Trace;
use crate::dashboard::address::Address;
use crate::dashboard::failure::PageError;
use crate::dashboard::opened::Opened;
use crate::dashboard::routes::Dashboard;
use crate::dashboard::viewer::Viewer;

/// How many of the steps are named in a page.
const MOST: usize = 50;

/// What was found, as a page shows it.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) count: usize,
    /// The first of the steps.
    pub(super) steps: Vec<Way>,
    pub(super) previous: Option<Way>,
    pub(super) next: Option<Way>,
    /// In what else of the run the words stand.
    pub(super) elsewhere: Vec<&'static str>,
}

/// The steps with these words, around the one that is shown.
pub(super) fn found(trace: &Trace<'_>, words: &str, shown: usize, address: &Address) -> Found {
    let matching = matching(trace, words);
    let way = |at: &usize| Way {
        number: at + 1,
        label: trace.steps[*at].label(),
        href: address.with("step", &(at + 1).to_string()).href(),
    };
    let wanted = words.trim().to_lowercase();
    let parts = [("input", "input"), ("final_response", "final response"), ("state", "state")];
    let elsewhere = parts
        .into_iter()
        .filter(|(name, _)| trace.part(name).is_some_and(|json| holds(json, &wanted)));
    Found {
        count: matching.len(),
        steps: matching.iter().take(MOST).map(way).collect(),
        previous: matching.iter().rev().find(|at| **at < shown).map(way),
        next: matching.iter().find(|at| **at > shown).map(way),
        elsewhere: elsewhere.map(|(_, told)| told).collect(),
    }
}

fn matching(trace: &Trace<'_>, words: &str) -> Vec<usize> {
    let wanted = words.trim().to_lowercase();
    let holds_it = |at: &usize| {
        let fields = &trace.steps[*at].fields;
        fields.iter().any(|(_, value)| holds(value.get(), &wanted))
    };
    (0..trace.steps.len()).filter(holds_it).collect()
}

/// Whether a text or a number of a JSON value, or a name in it, holds these small letters.
fn holds(json: &str, wanted: &str) -> bool {
    if wanted.is_empty() {
        return false;
    }
    if !json.contains('\\') {
        return json.to_lowercase().contains(wanted);
    }
    let mut is_found = false;
    let mut reader = serde_json::Deserializer::from_str(json);
    let _ = Texts { wanted, is_found: &mut is_found }.deserialize(&mut reader);
    is_found || json.to_lowercase().contains(wanted)
}

/// Looks into every text, as it reads without its escapes.
struct Texts<'t> {
    wanted: &'t str,
    is_found: &'t mut bool,
}

impl Texts<'_> {
    fn again(&mut self) -> Texts<'_> {
        Texts { wanted: self.wanted, is_found: self.is_found }
    }
}

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.is_found |= text.to_lowercase().contains(self.wanted);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(self.again())?.is_some() {
            map.next_value_seed(self.again())?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self.again())?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The steps with some words, from 1.
#[derive(Debug, Serialize)]
pub(in crate::dashboard) struct Numbers {
    steps: Vec<usize>,
}

/// `GET /runs/{record_id}/find?find=`: which steps have these words, for the script.
pub(in crate::dashboard) async fn find(
    State(dashboard): State<Arc<Dashboard>>,
    viewer: Viewer,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Json<Numbers>, PageError> {
    let words = Address::of(&uri).get("find").unwrap_or_default().to_owned();
    let opened = Arc::new(Opened::run(&dashboard, &viewer, &id).await?);
    let steps = opened.with(move |opened| matching(&Trace::of(opened.json()), &words)).await?;
    Ok(Json(Numbers { steps: steps.into_iter().map(|at| at + 1).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_they_read() {
        let record = r#"{"trace": {"input": "abc", "steps": [{"name": "Gr\u00fc\u00dfe"},
            {"input": {"a\nb": ["say \"ABC\""]}}, {"output": 4711}, {"x": [[["abc"]]]}]}}"#;
        let trace = Trace::of(record);
        for (words, steps) in [
            ("grüsse", &[][..]),
            (" GRÜße ", &[0]),
            ("\"abc\"", &[1, 3]),
            ("abc", &[1, 3]),
            ("a\nb", &[1]),
            ("471", &[2]),
            ("", &[]),
        ] {
            assert_eq!(matching(&trace, words), steps, "{words}");
        }
        let found = found(&trace, "abc", 1, &Address::to("/"));
        assert_eq!((found.count, found.elsewhere), (2, vec!["input"]));
        assert_eq!(
            (found.previous.map(|it| it.number), found.next.map(|it| it.number)),
            (None, Some(4))
        );
    }

    #[test]
    fn depth_does_no_harm() {
        let deep = format!("{}\"\\n\"{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!holds(&deep, "x"));
    }
}
