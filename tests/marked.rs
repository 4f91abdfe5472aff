//! A rule that stands on a value does what the same rule does in the policy; of both the stricter
//! holds.

use epilogue::mask::{Action, Marked, MaskKey, Policy, PolicyBuilder, Report, marked};
use epilogue::record::Fields;
use epilogue::{Level, Record};
use serde::Serialize;
use serde_json::{Value, json};

const ACTIONS: [Action; 4] = [Action::Keep, Action::Hash, Action::Mask, Action::Drop];
/// What the default rules scan, remove, remove everywhere, and take for a name and an address.
const KEYS: [&str; 5] = ["plain", "token", "password", "customer_name", "email"];

fn rules() -> PolicyBuilder {
    Policy::builder().key(MaskKey::new([7; 32]).unwrap())
}

/// A policy with rules for field names.
fn policy(keys: &[(&str, Action)]) -> Policy {
    let rules = keys.iter().fold(rules(), |rules, (key, action)| match action {
        Action::Keep => rules.keep_key(key),
        Action::Hash => rules.hash_key(key),
        Action::Mask => rules.remove_key(key),
        Action::Drop => rules.drop_key(key),
    });
    rules.build().unwrap()
}

fn values() -> [Value; 7] {
    [
        json!("Maria Lindqvist"),
        json!("maria@example.com, 4111 1111 1111 1111"),
        json!(r#"{"name": "Maria", "contact_email": "maria@example.com"}"#),
        json!(4_111_111_111_111_111_u64),
        json!({"customer": {"name": "Zora Q", "contact_email": "zora@example.com"}, "list": [1, "two"]}),
        json!(["Maria Lindqvist", true, null, 1.5, []]),
        json!(null),
    ]
}

/// A value under a name, with other fields around it that tell the same.
fn around<T: Serialize>(key: &'static str, value: T, told: &Value) -> impl Serialize {
    let text = told.as_str().map_or_else(|| told.to_string(), str::to_owned);
    Around { key, value, text }
}

struct Around<T> {
    key: &'static str,
    value: T,
    text: String,
}

impl<T: Serialize> Serialize for Around<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("before", &format!("it is {} here", self.text))?;
        map.serialize_entry(self.key, &self.value)?;
        map.serialize_entry("behind", &format!("{} it is", self.text))?;
        map.end()
    }
}

/// What is told of a value, and what was counted.
fn masked(policy: &Policy, value: &impl Serialize) -> (Value, Report) {
    let masked = policy.mask(value).unwrap();
    let told = serde_json::from_str(masked.json());
    (told.unwrap_or_else(|error| panic!("{error}: {}", masked.json())), *masked.report())
}

#[test]
fn a_rule_on_a_value_is_the_rule_of_the_policy_for_its_field() {
    for value in values() {
        for (key, action) in KEYS.into_iter().flat_map(|key| ACTIONS.map(|action| (key, action))) {
            let by_policy = masked(&policy(&[(key, action)]), &around(key, &value, &value));
            let by_mark = masked(&policy(&[]), &around(key, marked(value.clone(), action), &value));
            assert_eq!(by_mark, by_policy, "{action} of {value} under {key}");
        }
    }
}

#[test]
fn of_a_rule_on_a_value_and_one_of_the_policy_the_stricter_holds() {
    for value in values() {
        for (mark, rule) in ACTIONS.into_iter().flat_map(|mark| ACTIONS.map(|rule| (mark, rule))) {
            for key in KEYS {
                let stricter = policy(&[(key, mark.max(rule))]);
                let by_policy = masked(&stricter, &around(key, &value, &value));
                let given = around(key, marked(value.clone(), mark), &value);
                let by_both = masked(&policy(&[(key, rule)]), &given);
                let told = format!("{mark} on {value} under {key} with the rule {rule}");
                assert_same_or_left_out(key, mark.max(rule), &by_both, &by_policy, &told);
            }
        }
    }
}

#[test]
fn two_rules_on_one_value_are_the_stricter_of_them() {
    for value in values() {
        for (one, other) in ACTIONS.into_iter().flat_map(|one| ACTIONS.map(|other| (one, other))) {
            let both = around("plain", marked(marked(value.clone(), one), other), &value);
            let stricter = around("plain", marked(value.clone(), one.max(other)), &value);
            let (both, stricter) = (masked(&policy(&[]), &both), masked(&policy(&[]), &stricter));
            let told = format!("{one} and {other} on {value}");
            assert_same_or_left_out("plain", one.max(other), &both, &stricter, &told);
        }
    }
}

/// What is left out may have a milder rule on it, by which it is masked elsewhere.
fn assert_same_or_left_out(
    key: &str,
    stricter: Action,
    told: &(Value, Report),
    expected: &(Value, Report),
    message: &str,
) {
    if stricter == Action::Drop {
        assert_eq!(told.0.get(key), None, "{message}");
    } else {
        assert_eq!(told, expected, "{message}");
    }
}

#[test]
fn a_rule_on_a_part_is_never_milder_than_the_hosts_for_the_whole() {
    let value = json!("Maria Lindqvist");
    for (mark, rule) in ACTIONS.into_iter().flat_map(|mark| ACTIONS.map(|rule| (mark, rule))) {
        // Inside of what the host vouches for, the part has the say.
        let part = if rule == Action::Keep { mark } else { mark.max(rule) };
        let inside = |part: Action| {
            let policy = policy(&[("whole", rule), ("part", part)]);
            masked(&policy, &json!({"whole": {"part": &value, "list": [&value]}}))
        };
        let given = json_of_marked(&value, mark);
        let by_mark = masked(&policy(&[("whole", rule)]), &given);
        if rule == Action::Drop {
            assert_eq!(by_mark.0, json!({}));
        } else {
            assert_eq!(by_mark.0, inside(part).0, "{mark} inside of {rule}");
        }
    }
}

fn json_of_marked(value: &Value, mark: Action) -> impl Serialize {
    #[derive(Serialize)]
    struct Outer {
        whole: Whole,
    }
    #[derive(Serialize)]
    struct Whole {
        part: Marked<Value>,
        list: [Value; 1],
    }
    Outer { whole: Whole { part: marked(value.clone(), mark), list: [value.clone()] } }
}

#[test]
fn nobody_vouches_for_a_part_of_what_a_default_rule_removes() {
    #[derive(Serialize)]
    struct Login {
        password: (Marked<&'static str>, &'static str),
        home_address: Address,
    }
    #[derive(Serialize)]
    struct Address {
        street: Marked<&'static str>,
    }
    let street = marked("Elm Row", Action::Keep);
    let password = (marked("hunter2hunter2", Action::Keep), "of maria");
    let login = Login { password, home_address: Address { street } };
    let json = policy(&[]).mask(&login).unwrap().into_json();
    assert!(!json.contains("hunter2") && !json.contains("Elm"), "{json}");
}

#[test]
fn what_is_called_a_secret_beside_it_is_not_vouched_for() {
    #[derive(Serialize)]
    struct NameFirst {
        name: &'static str,
        value: Marked<&'static str>,
    }
    #[derive(Serialize)]
    struct ValueFirst {
        value: Marked<&'static str>,
        name: &'static str,
    }
    for action in ACTIONS {
        let value = || marked("correct-horse-42", action);
        let name = "authorization";
        let name_first = NameFirst { name, value: value() };
        let value_first = ValueFirst { value: value(), name };
        let told = policy(&[]).mask(&(name_first, value_first, (name, value()))).unwrap();
        let json = told.json();
        assert!(!json.contains("horse"), "{action}: {json}");
    }
}

#[test]
fn what_is_left_out_leaves_no_gap() {
    #[derive(Serialize)]
    struct Gaps {
        first: Marked<u8>,
        kept: u8,
        middle: Option<Marked<&'static str>>,
        list: [Marked<u8>; 2],
        variant: Variant,
        last: Marked<Vec<u8>>,
    }
    #[derive(Serialize)]
    enum Variant {
        One(Marked<u8>),
    }
    let drop = |value| marked(value, Action::Drop);
    let gaps = Gaps {
        first: drop(1),
        kept: 2,
        middle: Some(marked("three", Action::Drop)),
        list: [drop(4), marked(5, Action::Keep)],
        variant: Variant::One(drop(6)),
        last: marked(vec![7], Action::Drop),
    };
    let (told, _) = masked(&policy(&[]), &gaps);
    assert_eq!(told, json!({"kept": 2, "list": [null, 5], "variant": {}}));
    assert_eq!(masked(&policy(&[]), &drop(8)).0, Value::Null);
}

#[test]
fn a_record_keeps_to_the_rules_on_its_values() {
    let record = || {
        Record::workflow("1")
            .input(marked("C-1017 asks", Action::Hash))
            .status_reason("of Nightingale-42")
            .state(
                Fields::new()
                    .field("client", marked("Nightingale-42", Action::Mask))
                    .field("notes", marked("secret notes", Action::Drop))
                    .field("sku", marked("4111 1111 1111 1111", Action::Keep)),
            )
    };
    for level in [Level::MetricsOnly, Level::FullTrace] {
        let json = record().seal(&policy(&[]), level).render();
        assert!(json.contains(r#""status_reason":"of [REMOVED]""#), "{json}");
        assert!(!json.contains("Nightingale") && !json.contains("notes"), "{json}");
        let is_full = level == Level::FullTrace;
        assert_eq!(json.contains(r#""input":"[ID:"#), is_full, "{json}");
        let state = r#""state":{"client":"[REMOVED]","sku":"4111 1111 1111 1111"}"#;
        assert_eq!(json.contains(state), is_full, "{json}");
    }
}

#[test]
fn no_debug_shows_a_marked_value() {
    let shown = format!("{:?}", marked("Maria", Action::Keep));
    assert_eq!(shown, "Marked { action: Keep, .. }");
    assert!(!format!("{:?}", Fields::new().field("Maria", "Maria")).contains("Maria"));
}
