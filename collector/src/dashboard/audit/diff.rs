//! What a change changed: the fields that were added, removed and changed, each by its path.

use serde_json::Value;

/// How many differences are told; of more their number.
const MOST: usize = 25;

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Added,
    Removed,
    Changed,
}

impl What {
    /// The word that is shown.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }

    /// The colour that goes with it.
    pub(super) const fn tone(self) -> &'static str {
        match self {
            Self::Added => "ok",
            Self::Removed => "failed",
            Self::Changed => "open",
        }
    }
}

/// One field that is not as it was.
#[derive(Clone, PartialEq)]
pub(super) struct Difference {
    /// Where it stands, such as `customer.tags[2]`; empty where the whole differs.
    pub(super) path: String,
    pub(super) what: What,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// It quotes records.
impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Difference").field("what", &self.what).finish_non_exhaustive()
    }
}

/// All that differs, in the order of the fields before and then of those that were added.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Differences {
    pub(super) told: Vec<Difference>,
    /// How many there are beyond.
    pub(super) left_out: usize,
}

impl Differences {
    /// What lies between two states; where there was none before, or is none after, all of it.
    pub(super) fn between(before: Option<&Value>, after: Option<&Value>) -> Self {
        let mut differences = Self::default();
        differences.compare(String::new(), before, after);
        differences
    }

    fn compare(&mut self, path: String, before: Option<&Value>, after: Option<&Value>) {
        match (before, after) {
            (before, after) if before == after => {}
            (Some(Value::Object(one)), Some(Value::Object(other))) => {
                let added = other.keys().filter(|name| !one.contains_key(*name));
                for name in one.keys().chain(added) {
                    self.compare(field(&path, name), one.get(name), other.get(name));
                }
            }
            (Some(Value::Array(one)), Some(Value::Array(other))) => {
                for at in 0..one.len().max(other.len()) {
                    self.compare(format!("{path}[{at}]"), one.get(at), other.get(at));
                }
            }
            // What is there on one side alone is taken apart as far as it has names.
            (None, Some(Value::Object(own))) if path.is_empty() => {
                own.iter()
                    .for_each(|(name, value)| self.compare(field("", name), None, Some(value)));
            }
            (Some(Value::Object(own)), None) if path.is_empty() => {
                own.iter()
                    .for_each(|(name, value)| self.compare(field("", name), Some(value), None));
            }
            (before, after) => self.add(path, before, after),
        }
    }

    fn add(&mut self, path: String, before: Option<&Value>, after: Option<&Value>) {
        if self.told.len() >= MOST {
            self.left_out += 1;
            return;
        }
        let what = match (before, after) {
            (None, _) => What::Added,
            (_, None) => What::Removed,
            _ => What::Changed,
        };
        self.told.push(Difference { path, what, before: before.map(text), after: after.map(text) });
    }
}

/// The path of a field; a name that would look like more than one stands in quotes.
fn field(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty()
        && name.chars().all(|own| own.is_alphanumeric() || matches!(own, '_' | '-'));
    match (path.is_empty(), is_plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{}]", Value::from(name)),
    }
}

/// A value as a person reads it: a text without its quotes.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => format!("{value:#}"),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
        let line = |it: &Difference| {
            format!("{} {} {} {}", it.path, it.what.word(), side(&it.before), side(&it.after))
        };
        let both = [before, after].map(|value| (!value.is_null()).then_some(value));
        Differences::between(both[0], both[1]).told.iter().map(line).collect()
    }

    #[test]
    fn fields_are_told_by_their_path() {
        let before =
            json!({"name": "a", "gone": 1, "tags": ["x", "y"], "deep": {"same": 1, "is": true}});
        let after = json!({"name": "b", "tags": ["x", "z", "w"], "deep": {"same": 1, "is": "true"}, "new": null});
        assert_eq!(
            told(&before, &after),
            [
                "deep.is changed true true",
                "gone removed 1 –",
                "name changed a b",
                "tags[1] changed y z",
                "tags[2] added – w",
                "new added – null",
            ]
        );
    }

    #[test]
    fn a_side_that_is_not_there_adds_or_removes_all_fields() {
        assert_eq!(told(&Value::Null, &json!({"a": {"b": 1}})), ["a added – {\n  \"b\": 1\n}"]);
        assert_eq!(told(&json!({"a": ""}), &Value::Null), ["a removed \"\" –"]);
        assert_eq!(told(&json!([1]), &json!({"a": 1})), [" changed [\n  1\n] {\n  \"a\": 1\n}"]);
        assert!(told(&json!({"a": 1}), &json!({"a": 1})).is_empty());
    }

    #[test]
    fn names_that_look_like_paths_stand_in_quotes() {
        let before = json!({"a.b": 1, "": 2, "\"]": 3});
        assert_eq!(
            told(&before, &json!({})),
            ["[\"\"] removed 2 –", "[\"\\\"]\"] removed 3 –", "[\"a.b\"] removed 1 –"]
        );
    }

    #[test]
    fn no_more_is_told_than_can_be_read() {
        let all = Value::Array((0..MOST + 7).map(Value::from).collect());
        let differences = Differences::between(Some(&json!([])), Some(&all));
        assert_eq!((differences.told.len(), differences.left_out), (MOST, 7));
    }
}
