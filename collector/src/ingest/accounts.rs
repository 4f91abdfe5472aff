//! What a producer says of its own work: `masking`, `truncation` and `sdk`. What the contract has in
//! them is kept, as far as it has the contract's form; anything else may hold somebody.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::fields::Fields;

/// The fields of a record that are such accounts.
pub(super) const ACCOUNTS: [&str; 3] = ["masking", "truncation", "sdk"];
/// What the contract has in them.
const KNOWN: [&str; 9] = [
    "policy",
    "key_id",
    "counts",
    "dropped_steps",
    "dropped_metrics",
    "fields",
    "version",
    "instance",
    "lost",
];
/// Known as well, but of the SDK's account alone: elsewhere a name is somebody's.
const NAME: (&str, &str) = ("sdk", "name");
const PATH: &str = "path";
/// How long a word of the contract's form is, in bytes.
const MAX_WORD_BYTES: usize = 256;

/// An account, divided into what is kept and what is to be masked.
pub(super) struct Account<'a> {
    pub(super) name: &'static str,
    pub(super) kept: Vec<(String, &'a RawValue)>,
    pub(super) rest: Vec<(String, &'a RawValue)>,
}

impl<'a> Account<'a> {
    /// `None` where the record has no such account, or what stands there is no object.
    pub(super) fn of(fields: &Fields<'a>, name: &'static str) -> Option<Self> {
        let own: Fields<'a> = fields.read(name).ok().flatten()?;
        let all = own.into_iter().map(|(field, value)| (field.into_owned(), value));
        let (kept, rest) = all.partition(|(field, value)| is_kept(name, field, value));
        Some(Self { name, kept, rest })
    }
}

fn is_kept(account: &str, field: &str, value: &RawValue) -> bool {
    (KNOWN.contains(&field) || (account, field) == NAME)
        && serde_json::from_str(value.get()).is_ok_and(|value: Value| match value {
            Value::String(text) => is_word(&text),
            value => is_account(&value),
        })
}

/// Numbers by words, and places by their paths.
fn is_account(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::String(_) => false,
        Value::Array(all) => all.iter().all(is_account),
        Value::Object(fields) => fields.iter().all(|(name, value)| match value {
            Value::String(text) => name == PATH && is_word(text),
            value => is_word(name) && is_account(value),
        }),
    }
}

/// Neither a sentence nor an address.
fn is_word(text: &str) -> bool {
    let is_of_a_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.:/+$*[]".contains(&byte);
    text.len() <= MAX_WORD_BYTES && text.bytes().all(is_of_a_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_contract_has_is_kept_in_its_own_form_alone() {
        let record = r#"{
            "sdk": {"name": "epilogue", "version": "0.1.0", "instance": "a b", "note": "x",
                "lost": {"expired": 3}},
            "truncation": {"name": "epilogue", "dropped_steps": 3,
                "fields": [{"path": "trace.steps[3].output", "original_bytes": 9}]},
            "masking": {"policy": "default/1", "counts": {"a b": 3}}
        }"#;
        let fields: Fields<'_> = serde_json::from_str(record).unwrap();
        for (name, kept, rest) in [
            ("sdk", vec!["name", "version", "lost"], vec!["instance", "note"]),
            ("truncation", vec!["dropped_steps", "fields"], vec!["name"]),
            ("masking", vec!["policy"], vec!["counts"]),
        ] {
            let account = Account::of(&fields, name).unwrap();
            let names = |of: &[(String, &RawValue)]| -> Vec<String> {
                of.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(
                (names(&account.kept), names(&account.rest)),
                (
                    kept.into_iter().map(str::to_owned).collect(),
                    rest.into_iter().map(str::to_owned).collect()
                ),
                "{name}"
            );
        }
    }
}
