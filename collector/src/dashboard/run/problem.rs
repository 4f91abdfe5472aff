//! Errors as cards: what happened, whether it was handled, and how often it was seen.

use std::collections::HashSet;

use super::trace::Trace;
use crate::auth::{Clients, Scope};
use crate::dashboard::address::Address;
use crate::dashboard::markup::{Markup, text};
use crate::dashboard::show;
use crate::dashboard::visible::visible;
use crate::failure::StoreError;
use crate::ingest::errors::RunError;
use crate::store::{Fingerprint, Sighting, Store};

/// How many errors of a run are shown.
const MOST: usize = 50;
/// How many of them are looked up.
const MOST_SEEN: usize = 16;

/// An error of a run.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) error_type: Markup,
    pub(super) message: Markup,
    pub(super) handled: Option<bool>,
    pub(super) stack: Option<Markup>,
    /// The step it is of, from 1, and the page of that.
    pub(super) step: Option<(usize, String)>,
    pub(super) fingerprint: Fingerprint,
    pub(super) seen: Option<Seen>,
}

/// How often it was seen.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) words: String,
    pub(super) href: String,
}

/// The errors of a run, or of one of its steps; and how many there are.
pub(super) fn problems(
    trace: &Trace<'_>,
    step: Option<usize>,
    address: &Address,
) -> (Vec<Problem>, usize) {
    let errors = &trace.errors;
    let own = |(of, _): &&(Option<usize>, RunError<'_>)| step.is_none() || *of == step;
    let count = errors.iter().filter(own).count();
    let problem = |(of, error): &(Option<usize>, RunError<'_>)| Problem {
        error_type: text(&error.error_type),
        message: text(&error.message),
        handled: error.handled,
        stack: error.stack.as_deref().map(text),
        step: of.map(|at| (at + 1, address.with("step", &(at + 1).to_string()).href())),
        fingerprint: error.fingerprint(),
        seen: None,
    };
    (errors.iter().filter(own).take(MOST).map(problem).collect(), count)
}

/// Adds how often each was seen.
pub(super) async fn look_up(
    store: &dyn Store,
    scope: &Scope,
    problems: &mut [Problem],
) -> Result<(), StoreError> {
    let mut known = HashSet::new();
    let errors = problems.iter().map(|problem| problem.fingerprint);
    let errors: Vec<_> = errors.filter(|error| known.insert(*error)).take(MOST_SEEN).collect();
    let seen = store.sightings(scope, &errors).await?;
    for problem in problems {
        let own = seen.iter().find(|own| own.error == problem.fingerprint);
        problem.seen = own.map(|own| Seen { words: words(own), href: href(scope, own.error) });
    }
    Ok(())
}

/// How often an error was seen, in words.
pub(super) fn words(seen: &Sighting) -> String {
    let times = match seen.records {
        1 => return "Seen once".to_owned(),
        Sighting::MOST.. => format!("Seen {} times or more", show::count(Sighting::MOST)),
        records => format!("Seen {} times", show::count(records)),
    };
    match &seen.version {
        Some(version) => format!("{times} since version {}", visible(version)),
        None => format!("{times} since {}", show::moment(seen.since)),
    }
}

fn href(scope: &Scope, error: Fingerprint) -> String {
    let address = Address::to(format!("/errors/{error}"));
    match scope.clients() {
        Clients::One(client) => address.with("client_id", client.as_str()).href(),
        Clients::All => address.href(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_is_told_in_words() {
        let seen = |records, version: Option<&str>| {
            let error = Fingerprint::of("", "");
            words(&Sighting { error, records, since: 0, version: version.map(str::to_owned) })
        };
        assert_eq!(seen(2, None), "Seen 2 times since 1970-01-01 00:00:00");
        assert_eq!(seen(1, None), "Seen once");
        assert!(seen(2, Some("\u{202e}")).ends_with(r"version \u{202e}"));
        assert_eq!(seen(1_234, Some("1.4")), "Seen 1,234 times since version 1.4");
        assert_eq!(seen(Sighting::MOST, Some("2")), "Seen 10,000 times or more since version 2");
    }

    #[test]
    fn a_step_has_its_own_errors_alone() {
        let record = r#"{"trace": {"errors": [{"step": 2, "type": "A"}, {"type": "B"}],
            "steps": [{"id": 1, "error": "x"}, {"id": 2}]}}"#;
        let trace = Trace::of(record);
        let of = |step| problems(&trace, step, &Address::to("/"));
        assert_eq!((of(None).1, of(Some(0)).1, of(Some(1)).1), (3, 1, 1));
        assert_eq!(of(Some(1)).0[0].error_type.to_string(), "A");
    }
}
