//! Everything that can be asked of a path, by what its description says of its parameters.

use epilogue_collector::store::Dimension;
use epilogue_collector::{COLLECTOR_CLIENT, rfc3339};

use super::parties::{ENTITIES, ERROR, NAMES, STATUSES, now, texts, words};
use crate::description::{Operation, Parameter};

/// The parameters that say in which form to answer, not what.
const FORMS: [&str; 4] = ["sort", "order", "format", "bucket"];

/// How far from now a period begins and ends: near, so that no whole hour lies in it and its records
/// are counted one by one, and far, so that they are counted by sums.
const DISTANCES: [i64; 2] = [20 * 60_000, 30 * 3_600_000];

/// The period around now in which all records lie, one by one.
pub(super) fn period() -> [String; 2] {
    let [near, _] = DISTANCES;
    [rfc3339(now() - near), rfc3339(now() + near)]
}

/// Parameters with their values.
type Filling = Vec<(String, String)>;

/// A path with all of its parameters.
#[derive(Clone, Debug)]
pub(super) struct Question {
    path: String,
    in_path: Filling,
    in_query: Filling,
}

impl Question {
    /// Where to ask it. The values are such as stand in an address as they are.
    pub(super) fn address(&self) -> String {
        let mut address = self.path.clone();
        for (name, value) in &self.in_path {
            address = address.replace(&format!("{{{name}}}"), value);
        }
        for (at, (name, value)) in self.in_query.iter().enumerate() {
            let sign = if at == 0 { "?" } else { "&" };
            address.extend([sign, name, "=", value]);
        }
        address
    }

    /// Every parameter that it has.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.in_path.iter().chain(&self.in_query).map(|(name, _)| name.as_str())
    }

    /// The same from this place on.
    pub(super) fn after(mut self, cursor: &str) -> Self {
        self.in_query.retain(|(name, _)| name != "cursor");
        self.in_query.push(filled("cursor", cursor));
        self
    }
}

/// What parameters are filled with that others have to tell.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The ids of records, that which several clients have first.
    pub(super) ids: Vec<String>,
    /// Places in lists.
    pub(super) cursors: Vec<String>,
}

impl Values {
    /// A question for everything that the path itself can hold, with no more than it needs.
    pub(super) fn plain(&self, operation: &Operation<'_>) -> Vec<Question> {
        let parameters = operation.parameters();
        let in_query = self.forms(&parameters).swap_remove(0);
        let question = |in_path| Question {
            path: operation.path.to_owned(),
            in_path,
            in_query: in_query.clone(),
        };
        self.paths(&parameters).into_iter().map(question).collect()
    }

    /// The plain questions; then, for the first of them, every value of every parameter in every
    /// form, and every two parameters with the first value of each.
    pub(super) fn questions(&self, operation: &Operation<'_>) -> Vec<Question> {
        let parameters = operation.parameters();
        let forms = self.forms(&parameters);
        let which = parameters.iter().filter(|it| !it.is_in_path && !is_form(it));
        let which: Vec<_> = which.map(|it| self.fillings(it, &parameters)).collect();
        let mut queries = forms.clone();
        for form in &forms {
            queries.extend(which.iter().flatten().map(|filling| joined([form, filling])));
        }
        let firsts: Vec<_> = which.iter().filter_map(|fillings| fillings.first()).collect();
        for (at, one) in firsts.iter().enumerate() {
            queries.extend(firsts[..at].iter().map(|other| joined([&forms[0], one, other])));
        }
        let plain = self.plain(operation);
        let first = plain[0].clone();
        let first = queries.into_iter().map(|in_query| Question { in_query, ..first.clone() });
        plain.iter().cloned().chain(first).collect()
    }

    fn paths(&self, parameters: &[Parameter<'_>]) -> Vec<Filling> {
        self.products(parameters.iter().filter(|it| it.is_in_path))
    }

    /// Every form of an answer; first that of which nothing is said, where that may be.
    fn forms(&self, parameters: &[Parameter<'_>]) -> Vec<Filling> {
        let forms = || parameters.iter().filter(|it| is_form(it));
        let may_be_none = forms().count() > 0 && forms().all(|it| !it.is_required);
        let none = may_be_none.then(Filling::new);
        none.into_iter().chain(self.products(forms())).collect()
    }

    /// Every value of each with every value of the others.
    fn products<'p>(&self, parameters: impl Iterator<Item = &'p Parameter<'p>>) -> Vec<Filling> {
        parameters.fold(vec![Filling::new()], |fillings, parameter| {
            let values = self.of(parameter);
            let with = |filling: &Filling| {
                let each = values
                    .iter()
                    .map(|value| [&filling[..], &[filled(parameter.name, value)]].concat());
                each.collect::<Vec<_>>()
            };
            fillings.iter().flat_map(with).collect()
        })
    }

    /// Every way to fill a parameter of a query, with what has to stand beside it.
    fn fillings(&self, parameter: &Parameter<'_>, all: &[Parameter<'_>]) -> Vec<Filling> {
        let alone = self.products([parameter].into_iter());
        let with = |other: &str| {
            let other = all.iter().filter(|it| it.name == other);
            self.products([parameter].into_iter().chain(other))
        };
        match parameter.name {
            // An id is refused without its type.
            "resource_id" => with("resource_type"),
            "entity_id" => with("entity_type"),
            // A list of what was found by words has places of its own.
            "limit" | "cursor" if all.iter().any(|it| it.name == "q") => {
                [alone, with("q")].concat()
            }
            _ => alone,
        }
    }

    /// What to fill a parameter with. One that is not known here is not passed over, or else nobody
    /// would look at what it shows.
    fn of(&self, parameter: &Parameter<'_>) -> Vec<String> {
        if !parameter.choices.is_empty() {
            return owned(&parameter.choices);
        }
        match parameter.name {
            "record_id" => self.ids.clone(),
            "cursor" => self.cursors.clone(),
            "client_id" => owned(&[NAMES[0], NAMES[1], COLLECTOR_CLIENT]),
            "status" => owned(&STATUSES),
            "entity_type" => {
                let own = texts("entity_type").into_iter().flatten();
                own.chain(owned(&ENTITIES)).collect()
            }
            "event_type" => {
                let own = texts("event_type").into_iter().flatten();
                own.chain([ERROR.to_owned()]).collect()
            }
            "q" => words().to_vec(),
            "since" => DISTANCES.map(|ago| rfc3339(now() - ago)).to_vec(),
            "until" => DISTANCES.map(|ahead| rfc3339(now() + ahead)).to_vec(),
            "minutes" => owned(&["60", "525600"]),
            "min_duration" | "min_confidence" => owned(&["0"]),
            "max_duration" | "max_confidence" => owned(&["1000"]),
            "limit" => owned(&["1", "1000"]),
            "group_by" => {
                let names = Dimension::ALL.map(Dimension::as_str);
                [owned(&names), vec![names.join(",")]].concat()
            }
            name => texts(name)
                .unwrap_or_else(|| panic!("nobody knows what to fill {name} with"))
                .to_vec(),
        }
    }
}

fn is_form(parameter: &Parameter<'_>) -> bool {
    FORMS.contains(&parameter.name)
}

fn filled(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Several fillings as one. A name that stands in several of them counts once.
fn joined<const N: usize>(fillings: [&Filling; N]) -> Filling {
    let mut joined = Filling::new();
    for (name, value) in fillings.into_iter().flatten() {
        if joined.iter().all(|(own, _)| own != name) {
            joined.push(filled(name, value));
        }
    }
    joined
}
