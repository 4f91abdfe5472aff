//! What the host adds to the default rules holds wherever it says, fails closed where it cannot,
//! and masking what is masked still changes nothing.

use std::ops::Range;

use epilogue::mask::{Action, Body, Entity, MaskKey, Policy, PolicyBuilder, PolicyError};
use epilogue::{Level, Record, Setting, Status, Step};
use proptest::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

const ACTIONS: [Action; 4] = [Action::Keep, Action::Hash, Action::Mask, Action::Drop];

type Detects = fn(&str) -> Vec<Range<usize>>;

fn one(start: usize, end: usize) -> Vec<Range<usize>> {
    vec![Range { start, end }]
}

fn rules() -> PolicyBuilder {
    Policy::builder().key(MaskKey::new([7; 32]).unwrap())
}

/// The value masked, once it is sure that masking it again changes nothing.
fn mask(policy: &Policy, value: &(impl Serialize + ?Sized)) -> Value {
    let once = policy.mask(value).unwrap().into_json();
    let once: Value = serde_json::from_str(&once).unwrap_or_else(|error| panic!("{error}: {once}"));
    let twice: Value = serde_json::from_str(policy.mask(&once).unwrap().json()).unwrap();
    assert_eq!(twice, once, "masking what is masked changed it");
    once
}

/// The placeholder of a hashed value.
fn id(value: &str) -> Value {
    let policy = rules().hash_key("id_to_hash").build().unwrap();
    policy.mask(&json!({"id_to_hash": value})).unwrap().json().parse::<Value>().unwrap()
        ["id_to_hash"]
        .take()
}

fn finding(what: &'static str) -> impl Fn(&str) -> Vec<Range<usize>> + Send + Sync + 'static {
    move |text| text.match_indices(what).map(|(at, found)| at..at + found.len()).collect()
}

#[test]
fn a_rule_by_field_name_does_what_its_action_says() {
    let policy = rules()
        .keep_key("Contact")
        .hash_key("ref")
        .remove_key("note")
        .drop_key("draft")
        .build()
        .unwrap();
    let masked = mask(
        &policy,
        &json!({
            "contact": {"email": "maria@example.com", "password": "hunter2"},
            "REF": "Q-778", "note": ["plain words", 7, true, null], "Draft": {"a": 1},
        }),
    );
    assert_eq!(
        masked,
        json!({
            "contact": {"email": "maria@example.com", "password": "hunter2"},
            "REF": id("Q-778"), "note": ["[REMOVED]", "[REMOVED]", true, null],
        })
    );
}

#[test]
fn a_path_reaches_its_place_and_no_other() {
    let policy = rules()
        .path("steps[*].input", Action::Mask)
        .path("steps[1].output.Body", Action::Hash)
        .path("steps[*].tries[0]", Action::Drop)
        .path("raw.*.plain", Action::Keep)
        .path(r#"["a.b"].**.secret"#, Action::Drop)
        .build()
        .unwrap();
    let masked = mask(
        &policy,
        &json!({
            "input": "an input of its own",
            "steps": [
                {"input": "a question", "output": {"body": "first"}, "tries": [1, 2]},
                {"Input": {"text": "another"}, "output": {"body": "second"}, "tries": ["x"]},
            ],
            "raw": {"any": {"plain": "a@b.org", "other": "a@b.org"}},
            "a.b": {"secret": 1, "c": [{"secret": 2, "d": 3}]},
        }),
    );
    assert_eq!(masked["input"], "an input of its own");
    assert_eq!(
        masked["steps"],
        json!([
            {"input": "[REMOVED]", "output": {"body": "first"}, "tries": [null, 2]},
            {"Input": {"text": "[REMOVED]"}, "output": {"body": id("second")}, "tries": [null]},
        ])
    );
    assert_eq!(masked["raw"]["any"]["plain"], "a@b.org");
    assert_ne!(masked["raw"]["any"]["other"], "a@b.org");
    assert_eq!(masked["a.b"], json!({"c": [{"d": 3}]}));
}

#[test]
fn a_path_goes_on_into_json_that_stands_in_a_text() {
    let policy = rules()
        .path("call.arguments.query", Action::Mask)
        .path("call.arguments.rows[0]", Action::Drop)
        .path("call.arguments.debug", Action::Drop)
        .build()
        .unwrap();
    let arguments = json!({"query": "plain", "rows": ["first", "second"], "debug": "plain too"});
    let masked = mask(&policy, &json!({"call": {"arguments": arguments.to_string()}}));
    let inner: Value = serde_json::from_str(masked["call"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(inner, json!({"query": "[REMOVED]", "rows": [null, "second"]}));
}

#[test]
fn in_a_record_paths_begin_with_the_trace_or_a_text_of_the_envelope() {
    let policy = rules()
        .path("trace.steps[*].arguments", Action::Drop)
        .body("trace.input", Body::Length)
        .body("status_reason", Body::Length)
        .path("tags[1]", Action::Mask)
        .path("state", Action::Drop)
        .build()
        .unwrap();
    let record = Record::workflow("1")
        .status_reason("plain")
        .tag("first")
        .tag("second")
        .input("a question")
        .state("kept")
        .step(Step::tool_call("search").arguments(json!({"q": "plain"})).result("found"));
    let json = record.seal(&policy, Level::FullTrace).render();
    let sealed: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(sealed["status_reason"], "[BLOB:5]");
    assert_eq!(sealed["tags"], json!(["first", "[REMOVED]"]));
    assert_eq!(sealed["trace"]["input"], "[BLOB:10]");
    assert_eq!(sealed["trace"]["state"], "kept");
    assert_eq!(sealed["trace"]["steps"][0]["result"], "found");
    assert_eq!(sealed["trace"]["steps"][0].get("arguments"), None);
    assert_eq!(sealed["masking"]["counts"]["REMOVED"], 2);
    assert_eq!(sealed["masking"]["policy"], "default/1+host");
}

#[test]
fn a_body_is_masked_or_measured_or_left_out() {
    let value = json!({"mail": {
        "body": ["Grüße, Maria", {"text": r#"{"a":1}"#}, 12, true, null, ""],
        "to": "x",
    }});
    let with = |body| mask(&rules().body("mail.body", body).build().unwrap(), &value);
    assert_eq!(
        with(Body::default())["mail"]["body"],
        json!(["[REMOVED]", {"text": "[REMOVED]"}, "[REMOVED]", true, null, ""])
    );
    assert_eq!(
        with(Body::Length)["mail"]["body"],
        json!(["[BLOB:14]", {"text": "[BLOB:7]"}, "[BLOB:2]", true, null, ""])
    );
    assert_eq!(with(Body::Drop), json!({"mail": {"to": "x"}}));
}

#[derive(Serialize)]
enum Message {
    Draft { text: &'static str },
    Pair(u8, u8),
    Sent(&'static str),
}

#[test]
fn what_is_left_out_leaves_valid_json_of_any_type() {
    let policy = rules().drop_key("draft").drop_key("pair").drop_key("sent").build().unwrap();
    let messages = [Message::Draft { text: "a" }, Message::Pair(1, 2), Message::Sent("b")];
    assert_eq!(mask(&policy, &messages), json!([{}, {}, {}]));
    let all = rules().path("**", Action::Drop).build().unwrap();
    assert_eq!(mask(&all, &json!({"a": [1, {"b": 2}]})), json!({}));
    assert_eq!(mask(&all, &[1_u8, 2, 3]), json!([null, null, null]));
}

#[test]
fn the_stricter_of_two_rules_holds_whichever_came_first() {
    let value = json!({"outer": {"inner": "plain words"}});
    let inner = |builder: PolicyBuilder| {
        mask(&builder.build().unwrap(), &value)["outer"].get("inner").cloned()
    };
    for (index, strict) in ACTIONS.into_iter().enumerate() {
        for mild in ACTIONS.into_iter().take(index + 1) {
            let alone = inner(rules().path("outer.inner", strict));
            let path = |action| rules().path("outer.inner", action);
            assert_eq!(inner(path(strict).path("outer.inner", mild)), alone);
            assert_eq!(inner(path(mild).path("outer.*", strict)), alone, "{mild} {strict}");
        }
    }
    let removed = Some(json!("[REMOVED]"));
    // A rule for a container goes for all that is in it; inside it can only be stricter.
    assert_eq!(inner(rules().remove_key("outer").keep_key("inner")), removed);
    assert_eq!(
        inner(rules().path("outer", Action::Mask).path("outer.inner", Action::Keep)),
        removed
    );
    assert_eq!(inner(rules().keep_key("outer").path("outer.inner", Action::Mask)), removed);
    assert_eq!(inner(rules().keep_key("inner").remove_key("inner")), removed);
    assert_eq!(inner(rules().keep_key("outer").drop_key("inner")), None);
}

#[test]
fn a_pattern_a_list_of_words_and_a_detector_find_in_texts_keys_and_numbers() {
    for action in [Action::Mask, Action::Hash] {
        for builder in [
            rules().pattern("r", r"(?i)\bt-?4711\b|4711", action),
            rules().words("r", ["T-4711", "4711"], action),
            rules().detector("r", finding("4711"), action),
        ] {
            let policy = builder.build().unwrap();
            let masked = mask(&policy, &json!({"at 4711": "see T-4711.", "n": 4711, "m": 47}));
            let told = masked.to_string();
            assert!(!told.contains("4711"), "{told}");
            let type_of = if action == Action::Mask { "[REMOVED]" } else { "[ID:" };
            assert!(masked["n"].as_str().unwrap().starts_with(type_of), "{told}");
            assert_eq!(masked["m"], 47);
            assert_eq!(masked.as_object().unwrap().len(), 3);
        }
    }
    let policy = rules().pattern("r", r"T-\d+", Action::Drop).build().unwrap();
    assert_eq!(mask(&policy, &json!(["about T-1 of it", "T"])), json!(["[REMOVED]", "T"]));
}

#[test]
fn a_pattern_reads_any_alphabet_and_sees_through_disguise() {
    let policy = rules()
        .pattern("tickets", r"\b\p{Lu}-\d{4}\b", Action::Mask)
        .words("hotels", ["Østerbro Garni", "naïve"], Action::Mask)
        .build()
        .unwrap();
    for (text, masked) in [
        ("Ä-1234, É-1234", "[REMOVED], [REMOVED]"),
        ("A-\u{200b}1234", "[REMOVED]"),
        ("A-\u{ff11}\u{ff12}\u{ff13}\u{ff14}", "[REMOVED]"),
        ("im ØSTERBRO garni!", "im [REMOVED]!"),
        ("nai\u{308}ve, naïvete", "[REMOVED], naïvete"),
        ("xA-12345", "xA-12345"),
    ] {
        assert_eq!(mask(&policy, text), masked, "{text}");
    }
}

#[test]
fn what_the_host_vouches_for_is_left_and_nothing_beside_it() {
    let policy = rules()
        .words("our addresses", ["support@acme.example", "Hope"], Action::Keep)
        .pattern("test cards", "4111 1111 1111 1111", Action::Keep)
        .build()
        .unwrap();
    let masked = mask(
        &policy,
        &json!({
            "customer": {"first_name": "Hope", "last_name": "Lindqvist"},
            "from": "Support@acme.example, 4111 1111 1111 1111, Hope, Lindqvist",
            "to": "maria.support@acme.example",
            "email": "support@acme.example",
            "password": "support@acme.example",
        }),
    );
    assert_eq!(masked["from"], "Support@acme.example, 4111 1111 1111 1111, Hope, [NAME]");
    assert_eq!(masked["email"], "support@acme.example");
    assert_eq!(masked["customer"], json!({"first_name": "Hope", "last_name": "[NAME]"}));
    assert_eq!(masked["password"], "[REMOVED]");
    assert!(masked["to"].as_str().unwrap().starts_with("[EMAIL:"), "{masked}");
    let both = rules()
        .words("kept", ["Ritz"], Action::Keep)
        .words("masked", ["ritz"], Action::Mask)
        .build()
        .unwrap();
    assert_eq!(mask(&both, "the Ritz"), "the [REMOVED]");
}

#[test]
fn rules_that_overlap_leave_nothing_of_either() {
    let policy = rules()
        .pattern("left", r"foo \d+", Action::Mask)
        .pattern("right", r"\d+ bar", Action::Hash)
        .words("word", ["bar@example.com"], Action::Mask)
        .build()
        .unwrap();
    let masked = mask(&policy, "a foo 12 bar@example.com z").to_string();
    assert!(!masked.contains("foo") && !masked.contains("bar") && !masked.contains("12 "));
    assert!(masked.starts_with("\"a [REMOVED]") && masked.ends_with(" z\""), "{masked}");
}

#[test]
fn a_detector_that_fails_costs_the_text_and_nothing_more() {
    let failing: [Detects; 4] = [
        |text| if text.contains('é') { panic!("on purpose") } else { Vec::new() },
        |text| text.find('é').map(|at| at..at + 1).into_iter().collect(),
        |text| text.find('é').map(|at| at..at + 1_000).into_iter().collect(),
        |text| text.find('é').map(|at| Range { start: at, end: 0 }).into_iter().collect(),
    ];
    for detector in failing {
        for action in ACTIONS {
            let policy = rules().detector("failing", detector, action).build().unwrap();
            let record = Record::workflow("café 1").state(json!({"a": "un café", "b": "tea"}));
            let json = record.seal(&policy, Level::FullTrace).render();
            let sealed: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(sealed["trace"]["state"], json!({"a": "[REMOVED]", "b": "tea"}));
            assert!(sealed["ticket_id"].as_str().unwrap().starts_with("[REMOVED:"), "{json}");
        }
    }
}

#[test]
fn a_rule_that_finds_everything_or_nothing_comes_to_rest() {
    let value = json!({"plain": "some words", "number": 42, "b": ["x", ""], "name": "y"});
    for pattern in [".+", "(?s).", r"\w", "^.", ".$", "[^#]", "a*", "", r"\b", "]|R"] {
        for action in ACTIONS {
            let policy = rules().pattern("greedy", pattern, action).build().unwrap();
            let masked = mask(&policy, &value);
            assert_eq!(masked.as_object().unwrap().len(), 4, "{pattern} {action}: {masked}");
            if matches!(pattern, ".+" | r"\w") && action > Action::Keep {
                assert!(!masked.to_string().contains("words"), "{masked}");
            }
        }
    }
    let everything = |text: &str| one(0, text.len());
    let policy = rules().detector("everything", everything, Action::Mask).build().unwrap();
    assert_eq!(mask(&policy, "any text"), "[REMOVED]");
    let first = |text: &str| one(0, text.chars().next().map_or(0, char::len_utf8));
    let policy = rules().detector("first", first, Action::Mask).build().unwrap();
    assert_eq!(mask(&policy, "éa"), "[REMOVED][REMOVED]");
    assert_eq!(mask(&policy, &"é".repeat(99)), "[REMOVED]");
}

#[test]
fn what_the_host_hides_still_tells_the_names_that_stand_in_it() {
    let value = json!({
        "customer": {"first_name": "Maria", "email": "maria@mail.example"},
        "note": "Maria called from MARIA@mail.example",
    });
    for action in [Action::Mask, Action::Drop] {
        let masked = mask(&rules().path("customer", action).build().unwrap(), &value);
        let note = masked["note"].as_str().unwrap();
        assert!(note.starts_with("[NAME] called from [EMAIL:"), "{note}");
    }
    for body in [Body::Mask, Body::Length, Body::Drop] {
        let masked = mask(&rules().body("customer", body).build().unwrap(), &value);
        assert!(masked["note"].as_str().unwrap().starts_with("[NAME]"), "{masked}");
    }
    let told = json!({"a": {"ref": "Zyzzyva-778"}, "note": "about zyzzyva-778"});
    for (action, note) in [(Action::Mask, "about [REMOVED]"), (Action::Keep, "about zyzzyva-778")] {
        let policy = rules().path("a.ref", action).build().unwrap();
        assert_eq!(mask(&policy, &told)["note"], note);
    }
}

#[test]
fn what_a_rule_cannot_mean_is_an_error_that_names_it() {
    let error = |builder: PolicyBuilder| builder.build().unwrap_err();
    let none: [&str; 0] = [];
    for (builder, says) in [
        (rules().pattern("tickets", "(a", Action::Mask), "`tickets`: unclosed group"),
        (rules().pattern("huge", r"\w{9999}", Action::Mask), "`huge` is too large"),
        (rules().path("a..b", Action::Mask), "`a..b` at byte 2: a field without a name"),
        (rules().body("", Body::Mask), "at byte 0"),
        (rules().words("hotels", none, Action::Mask), "`hotels` has no words"),
        (
            rules().words("hotels", ["Ritz", " \u{200b}"], Action::Keep),
            "`hotels` has an empty word",
        ),
        (rules().words("", ["a"], Action::Keep), "a name of 0 bytes"),
        (rules().name("x".repeat(257)), "a name of 257 bytes"),
        (rules().name("a\nb"), "control characters"),
    ] {
        let error = error(builder).to_string();
        assert!(error.contains(says), "{error}");
    }
    let large = rules().words("all", ["x".repeat(17 << 20)], Action::Mask);
    assert_eq!(error(large), PolicyError::TooManyWords);
    assert!(rules().name("x".repeat(256)).build().is_ok());
}

#[test]
fn a_thousand_rules_of_each_kind_hold() {
    let mut builder = rules();
    for n in 0..1_000 {
        builder = builder
            .hash_key(format!("key_{n}"))
            .path(format!("a.**.path_{n}[*].x"), Action::Drop)
            .pattern(format!("pattern {n}"), format!("pattern-{n}!"), Action::Mask)
            .words(format!("words {n}"), [format!("word-{n}")], Action::Mask);
    }
    let policy = builder.build().unwrap();
    let masked = mask(
        &policy,
        &json!({
            "key_999": "v", "key_1000": "v",
            "a": {"b": {"path_7": [{"x": 1, "y": 2}]}, "path_1000": [{"x": 1}]},
            "text": "pattern-500! pattern-1000! word-0 word-1000",
        }),
    );
    assert_eq!(masked["key_999"], id("v"));
    assert_eq!(masked["key_1000"], "v");
    assert_eq!(masked["a"], json!({"b": {"path_7": [{"y": 2}]}, "path_1000": [{"x": 1}]}));
    assert_eq!(masked["text"], "[REMOVED] pattern-1000! [REMOVED] word-1000");
    assert_eq!(policy.mask("word-1").unwrap().report().count(Entity::Removed), 1);
}

/// Policies that get into each other's way.
fn any_policy() -> impl Strategy<Value = Policy> {
    let action = || prop::sample::select(ACTIONS.to_vec());
    let pattern = prop::sample::select(vec![
        r"\d+", "[a-c]+", r"^\w", r"\w$", r"\bb", "a.*c", "@", r"#\d", r"\]", "[A-Z]", "é|ü", "o .",
    ]);
    let path = prop::sample::select(vec![
        "a", "*", "[*]", "a.b", "**.c", "a[0]", "*.*", "**.b[*]", "name", "value", "c.**",
    ]);
    let body = prop::sample::select(vec![Body::Mask, Body::Length, Body::Drop]);
    let rules_of = (
        prop::collection::vec((pattern, action()), 0..3),
        prop::collection::vec((path.clone(), action()), 0..3),
        prop::collection::vec((path, body), 0..2),
        prop::collection::vec((prop::sample::select(vec!["a", "b", "foo", "#2"]), action()), 0..2),
        prop::collection::vec((prop::sample::select(vec!["a", "name", "token"]), action()), 0..2),
    );
    rules_of.prop_map(|(patterns, paths, bodies, words, keys)| {
        let mut builder = rules();
        for (pattern, action) in patterns {
            builder = builder.pattern("p", pattern, action);
        }
        for (path, action) in paths {
            builder = builder.path(path, action);
        }
        for (path, body) in bodies {
            builder = builder.body(path, body);
        }
        for (word, action) in words {
            builder = builder.words("w", [word], action);
        }
        for (key, action) in keys {
            builder = match action {
                Action::Keep => builder.keep_key(key),
                Action::Hash => builder.hash_key(key),
                Action::Mask => builder.remove_key(key),
                Action::Drop => builder.drop_key(key),
            };
        }
        builder.build().unwrap()
    })
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "",
        "a b c",
        "foo bar",
        "maria@example.com",
        "abc abc@example.com 12",
        "[EMAIL] a [CARD]",
        "[NAME]#2",
        "é ü a",
        "4111 1111 1111 1111",
        "token",
        "correct-horse-42 #2",
        "42",
    ]);
    let leaf = prop_oneof![
        6 => text.prop_map(|text| json!(text)),
        1 => (0..99_999_999_i64).prop_map(|n| json!(n)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec!["a", "b", "c", "name", "value", "token", "a 1", "#2"]);
        let object = prop::collection::vec((key, inner.clone()), 0..4).prop_map(|fields| {
            Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
        });
        prop_oneof![
            2 => prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            3 => object.clone(),
            1 => object.prop_map(|object| Value::String(object.to_string())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_rules_masking_what_is_masked_changes_nothing(
        policy in any_policy(),
        value in any_value(),
    ) {
        let once = policy.mask(&value).unwrap().into_json();
        let read: Value = serde_json::from_str(&once).unwrap();
        let twice: Value = serde_json::from_str(policy.mask(&read).unwrap().json()).unwrap();
        prop_assert_eq!(twice, read, "{}\n{}", value, policy.describe());
    }
}

#[test]
fn the_policy_tells_what_it_does_and_no_secret() {
    let policy = Policy::builder()
        .key(MaskKey::new("a-masking-key-that-nobody-must-see").unwrap())
        .name("airline/3")
        .hash_key("passenger_ref")
        .keep_key("email")
        .path("trace.input", Action::Drop)
        .body("trace.steps[*].output", Body::Length)
        .pattern("tickets", r"T-\d|`x`", Action::Mask)
        .words("customers", ["Zyzzyva Inc"], Action::Mask)
        .words("our addresses", ["support@acme.example"], Action::Keep)
        .detector("seats", finding("12A"), Action::Drop)
        .card_last_four(true)
        .build()
        .unwrap();
    let told = policy.describe();
    for line in [
        "- Policy: `airline/3`",
        "- hash the field `passenger_ref`",
        "- keep the field `email`",
        "- drop what stands at `trace.input`",
        "- tell only the length of what stands at `trace.steps[*].output`",
        "- `tickets`: mask what matches `` T-\\d|`x` ``",
        "- `customers`: mask each of 1 words",
        "- `our addresses`: keep `support@acme.example`",
        "- `seats`: remove every text with what the service's own detector finds",
        "- kept as it is: `email`",
        "- show the last four digits of a card",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}\n{told}");
    }
    assert!(told.contains(r#"`"[CARD:1111]"`"#) && told.contains(policy.key_id()), "{told}");
    for secret in ["nobody-must-see", "Zyzzyva"] {
        assert!(!told.contains(secret) && !format!("{policy:?}").contains(secret), "{told}");
    }
    let default = Policy::default().describe();
    assert!(default.contains("None: the default rules alone."), "{default}");
}

#[test]
fn every_field_of_a_record_is_told_and_every_variable_is_one() {
    let told = Policy::default().describe();
    let record = Record::workflow("1")
        .status(Status::Failed)
        .status_reason("plain")
        .category("c")
        .tag("t")
        .metric("m", 1)
        .took(std::time::Duration::from_secs(1))
        .workflow_name("w")
        .workflow_version("1")
        .environment("e")
        .attempt(1)
        .step(Step::llm_call("a", "b").cost("0.1", "USD"))
        .state("x".repeat(3 << 20));
    let json = record.seal(&Policy::default(), Level::FullTrace).render();
    let sealed: Value = serde_json::from_str(&json).unwrap();
    for field in sealed.as_object().unwrap().keys() {
        assert!(told.contains(&format!("`{field}`")), "{field} is not told");
    }
    let known = [Setting::Level, Setting::Url, Setting::MaskKey].map(Setting::variable);
    let words = told.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    let variables: Vec<_> = words.filter(|word| word.starts_with("LOG_COLLECTOR_")).collect();
    assert!(variables.iter().all(|variable| known.contains(variable)), "{variables:?}");
    assert!(known.iter().all(|variable| variables.contains(variable)), "{variables:?}");
    for level in [Level::Off, Level::MetricsOnly, Level::FullTrace] {
        assert!(told.contains(&level.to_string()), "{level}");
    }
}
