//! Whatever a value looks like: what is personal in it is masked, its shape stays, and masking
//! what is masked changes nothing.

mod common;

use common::{client, collector, keeps_the_contract, settle};
use epilogue::mask::{Entity, MaskKey, Policy};
use epilogue::{Level, Record};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// Personal things, each with the part of it that must be left nowhere.
const PLANTED: [(&str, &str); 14] = [
    ("ludmila.ashworth@example.org", "ashworth@"),
    ("o'brien+tag@mail.example.co.uk", "brien"),
    ("4111 1111 1111 1111", "4111 "),
    ("5555-5555-5555-4444", "5555-5555-5555"),
    ("378282246310005", "378282246310005"),
    ("+49 151 23456789", "151 2345"),
    ("(555) 867-5309", "867-5309"),
    ("536-90-4399", "536-90-4399"),
    ("DE89 3704 0044 0532 0130 00", "0532 0130"),
    ("GB29NWBK60161331926819", "NWBK"),
    ("203.0.113.77", "203.0.113"),
    ("2001:db8:85a3::8a2e:370:7334", "85a3::8a2e"),
    ("AKIAIOSFODNN7EXAMPLE", "IOSFODNN"),
    ("password=tangerine-Helix-77", "tangerine"),
];

/// Secret by their key, whatever they look like.
const SECRET_FIELDS: [(&str, &str); 6] = [
    ("password", "plain words zyzzyva"),
    ("client_secret", "zyzzyva-secret"),
    ("X-Api-Key", "zyzzyva 1"),
    ("accessToken", "zyzzyva.2"),
    ("date_of_birth", "zyzzyva of May"),
    ("home_address", "zyzzyva Street"),
];

/// Texts with nothing personal in them, some of which look like it.
const PROSE: [&str; 12] = [
    "",
    "the order was charged twice",
    "version 1.2.3.4 of max_tokens",
    "see [EMAIL] and [CARD:4242] and [NAME",
    "2026-11-21T09:01:56Z",
    "naïve café — “quoted” 世界 🙂",
    "\\ \" \u{7} \u{1f600} \t",
    "Obj@4b1c user@localhost",
    "{not json} [nor this",
    "a:b c=d e/f?g=h&i",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "#2 #1",
];

fn text() -> impl Strategy<Value = String> {
    let planted = prop::sample::select(PLANTED.to_vec()).prop_map(|(text, _)| text.to_owned());
    let prose = prop::sample::select(PROSE.to_vec()).prop_map(str::to_owned);
    let any = "\\PC{0,12}";
    let part = prop_oneof![3 => planted, 4 => prose, 1 => any];
    // Words are apart, as they are in any text that a person wrote.
    prop::collection::vec(part, 1..4).prop_map(|parts| parts.join(" ; "))
}

fn key() -> impl Strategy<Value = String> {
    let plain = ["note", "data", "items", "content", "value", "name", "id", "role", "email", "ip"];
    prop_oneof![
        6 => prop::sample::select(plain.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(PLANTED.to_vec()).prop_map(|(text, _)| text.to_owned()),
        1 => "[a-z_]{1,8}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        6 => text().prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i32>().prop_map(|n| json!(n)),
        // A number that `serde_json` reads as it wrote it; it rounds others in their last digit.
        1 => (-1e6..1e6_f64).prop_map(|n| json!((n * 1e3).round() / 1e3)),
        1 => Just(Value::Null),
        1 => Just(json!(4_111_111_111_111_111_u64)),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let field = prop_oneof![
            5 => (key(), inner.clone()),
            1 => prop::sample::select(SECRET_FIELDS.to_vec())
                .prop_map(|(key, text)| (key.to_owned(), json!(text))),
        ];
        let object = prop::collection::vec(field, 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()));
        prop_oneof![
            3 => prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            4 => object.clone(),
            1 => object.prop_map(|object| Value::String(object.to_string())),
        ]
    })
}

/// Checks many values; `PROPTEST_CASES` says how many.
fn for_any<S: Strategy>(any: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 512;
    }
    TestRunner::new(config).run(any, check).unwrap_or_else(|error| panic!("{error}"));
}

fn policy() -> Policy {
    Policy::default().with_key(MaskKey::new([7; 32]).unwrap())
}

fn mask(value: &Value) -> String {
    policy().mask(value).unwrap().into_json()
}

/// Nothing of what was planted is left.
fn is_clean(json: &str) -> Result<(), TestCaseError> {
    for (text, part) in PLANTED {
        prop_assert!(!json.contains(part), "{text} left in {json}");
    }
    prop_assert!(!json.contains("zyzzyva"), "a secret field left in {json}");
    prop_assert!(!json.contains("4111111111111111"), "a card left in {json}");
    Ok(())
}

/// The same containers of the same size, texts where texts were; a number may be a text now.
fn has_the_shape_of(masked: &Value, original: &Value) -> bool {
    match (masked, original) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| has_the_shape_of(a, b))
        }
        // Keys may be masked, and so stand in another order.
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && b.iter().all(|(key, b)| a.get(key).is_none_or(|a| has_the_shape_of(a, b)))
        }
        (Value::String(_), Value::String(_) | Value::Number(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_))
        | (Value::Null, Value::Null) => true,
        _ => false,
    }
}

#[test]
fn any_value_is_masked_to_valid_json_of_the_same_shape_with_nothing_personal_left() {
    for_any(&value(), |value| {
        let masked = mask(&value);
        let read: Value = serde_json::from_str(&masked)
            .map_err(|error| TestCaseError::fail(format!("{error} in {masked}")))?;
        prop_assert!(has_the_shape_of(&read, &value), "{value}\n{masked}");
        is_clean(&masked)
    });
}

#[test]
fn masking_what_is_masked_changes_nothing_and_counts_nothing() {
    for_any(&value(), |value| {
        let once: Value = serde_json::from_str(&mask(&value)).unwrap();
        let masked = policy().mask(&once).unwrap();
        prop_assert_eq!(masked.report().total(), 0, "{}", masked.json());
        let twice: Value = serde_json::from_str(masked.json()).unwrap();
        prop_assert_eq!(twice, once);

        let mask_raw = |json: String| {
            policy().mask(&RawValue::from_string(json).unwrap()).unwrap().into_json()
        };
        let once = mask_raw(value.to_string());
        prop_assert_eq!(mask_raw(once.clone()), once);
        Ok(())
    });
}

#[test]
fn any_record_is_masked_as_a_whole() {
    for_any(&(text(), value()), |(text, value)| {
        let record = Record::workflow(text.clone())
            .status_reason(text.clone())
            .tag(text.clone())
            .category(text.clone())
            .metric(text.clone(), 1)
            .final_response(text.clone())
            .step(epilogue::Step::tool_call(text.clone()).arguments(value.clone()).error(text))
            .input(value.clone())
            .state(value.clone());
        let payload = record.seal(&policy(), Level::FullTrace);
        prop_assert_eq!(payload.degraded(), None);
        let json = payload.render();
        let read: Value = serde_json::from_str(&json)
            .map_err(|error| TestCaseError::fail(format!("{error} in {json}")))?;
        prop_assert!(has_the_shape_of(&read["trace"]["state"], &value), "{value}\n{json}");
        let counted: u64 =
            read["masking"]["counts"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
        prop_assert_eq!(counted, payload.report().total());
        is_clean(&json)
    });
}

fn masked(value: &Value) -> Value {
    serde_json::from_str(&mask(value)).unwrap()
}

#[test]
fn the_second_of_a_pair_is_the_value_of_the_first() {
    let secret = "Bearer zyzzyva";
    for pair in [
        json!(["authorization", secret]),
        json!([["content-type", "text/plain"], ["Authorization", secret]]),
        json!({"name": "authorization", "value": secret}),
        json!({"value": secret, "name": "authorization"}),
        json!({"key": "password", "value": "zyzzyva"}),
        json!({"header": "X-Api-Key", "values": ["zyzzyva", "zyzzyva"]}),
        json!({"headers": [{"name": "Cookie", "value": "zyzzyva"}]}),
    ] {
        let masked = mask(&pair);
        assert!(!masked.contains("zyzzyva"), "{pair} -> {masked}");
    }
    let harmless = json!([["content-type", "text/plain"], {"name": "color", "value": "zyzzyva"}]);
    assert_eq!(masked(&harmless), harmless);
}

#[test]
fn what_stands_under_a_secret_key_stays_secret_in_a_pair() {
    for pair in [
        json!({"password": ["phone", "zyzzyva"]}),
        json!({"password": {"name": "city", "value": "zyzzyva"}}),
        json!({"password": {"name": "email", "value": "zyzzyva"}}),
        json!({"first_name": ["email", "zyzzyva"]}),
    ] {
        let masked = mask(&pair);
        assert!(!masked.contains("zyzzyva"), "{pair} -> {masked}");
    }
}

#[test]
fn the_order_in_which_a_pair_is_written_does_not_matter() {
    // `serde_json::Value` sorts its keys, raw JSON does not.
    for json in [
        r#"{"name":"authorization","value":"zyzzyva secret"}"#,
        r#"{"value":"zyzzyva secret","name":"authorization"}"#,
        r#"{"value":{"a":["zyzzyva"]},"other":1,"name":"client_secret"}"#,
    ] {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        let masked = policy().mask(&raw).unwrap().into_json();
        assert!(!masked.contains("zyzzyva"), "{masked}");
        assert!(serde_json::from_str::<Value>(&masked).is_ok(), "{masked}");
    }
}

#[test]
fn a_name_in_a_group_of_a_persons_fields_is_that_persons() {
    let value = json!({"customer": {"details": {"info": {"name": "Zyzzyva"}}}});
    assert!(!mask(&value).contains("Zyzzyva"));
    let thing = json!({"customer": {"plan": {"name": "Zyzzyva"}}});
    assert_eq!(masked(&thing), thing);
}

#[test]
fn signs_and_other_scripts_beside_a_value_do_not_hide_it() {
    for text in [
        "💳4111 1111 1111 1111",
        "«219-09-1234»",
        "→192.0.2.146←",
        "卡号4111111111111111，谢谢",
        r"card\n4111 1111 1111 1111",
        r"ssn:\t219-09-1234",
        "de-ad-be-ef-ca-fe",
        "cmd:\n--api-key q7w8e9r0t1y2u3",
    ] {
        let masked = policy().mask(text).unwrap();
        assert_eq!(masked.report().total(), 1, "{text}: {}", masked.json());
    }
}

#[test]
fn two_values_that_meet_inside_of_one_character_are_both_masked() {
    let masked = policy().mask("1.1.1.1\u{bc}555-01ann@example.org").unwrap().into_json();
    assert!(!masked.contains("1.1.1.1") && !masked.contains("example"), "{masked}");
}

#[test]
fn what_stands_right_beside_a_name_is_looked_at_without_it() {
    let value = json!({"first_name": "Zora", "t": "Zora-4111 1111 1111 1111, zora.202-555-0143"});
    let masked = policy().mask(&value).unwrap().into_json();
    assert!(masked.contains("[NAME]-[CARD]") && !masked.contains("0143"), "{masked}");
}

#[test]
fn a_row_of_numbers_without_end_is_masked_to_its_end() {
    let row: Vec<String> = (20..40).map(|number| format!("+49 30 9018{number}")).collect();
    for sign in ["/", "-"] {
        let masked = policy().mask(&row.join(sign)).unwrap().into_json();
        assert!(!masked.contains("9018"), "{masked}");
    }
}

#[test]
fn a_pair_of_a_name_and_anything_is_one_in_json_text_as_well() {
    for text in [r#"["pin", 4821]"#, r#"["password", {"a": "sesame"}]"#] {
        let masked = policy().mask(text).unwrap().into_json();
        assert!(!masked.contains("4821") && !masked.contains("sesame"), "{masked}");
    }
}

#[test]
fn a_name_beyond_ascii_is_known_in_keys_however_it_is_written() {
    let value = json!({"customer": {"last_name": "O'Brien"}, "notes": {"O\u{2019}Brien": 1}});
    assert!(!policy().mask(&value).unwrap().json().contains("Brien"));
}

#[test]
fn a_value_before_its_name_is_known_behind_many_others() {
    let mut values = vec![json!({"value": "x", "variable": "color"}); 3_000];
    values.push(json!({"value": "Zora Wren", "variable": "first_name"}));
    let masked = policy().mask(&json!({"values": values, "t": "Zora Wren came"})).unwrap();
    assert!(!masked.json().contains("Zora"));
}

/// A graph of shared pointers: small in memory, endless when it is unfolded.
struct Shared(u32);

impl serde::Serialize for Shared {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(
            (self.0 > 0).then(|| [Shared(self.0 - 1), Shared(self.0 - 1)]).into_iter().flatten(),
        )
    }
}

#[test]
fn a_graph_that_unfolds_without_end_is_cut() {
    let masked = policy().mask(&Shared(60)).unwrap().into_json();
    assert!(masked.contains("null") && masked.len() < 64 << 20);
}

#[test]
fn keys_are_looked_through_like_values_and_two_that_mask_alike_stay_two() {
    let value = json!({
        "4111 1111 1111 1111": 1,
        "5555 5555 5555 4444": 2,
        "378282246310005": 3,
        "a": {"4111 1111 1111 1111": 4},
    });
    let masked = masked(&value);
    let mut keys: Vec<_> = masked.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["[CARD]", "[CARD]#2", "[CARD]#3", "a"]);
    assert_eq!(masked["a"], json!({"[CARD]": 4}));
    let one = masked["[CARD]"].as_u64().unwrap();
    let two = masked["[CARD]#2"].as_u64().unwrap();
    let three = masked["[CARD]#3"].as_u64().unwrap();
    assert_eq!(one + two + three, 6);
}

#[test]
fn a_key_that_was_masked_before_hides_none_that_is_masked_now() {
    for json in [
        r#"{"[CARD]":1,"4111 1111 1111 1111":2}"#,
        r#"{"4111 1111 1111 1111":1,"[CARD]":2,"5555 5555 5555 4444":3}"#,
        r#"{"4111 1111 1111 1111":1,"5555 5555 5555 4444":2,"[CARD]#2":3}"#,
    ] {
        let raw = RawValue::from_string(json.to_owned()).unwrap();
        let masked = policy().mask(&raw).unwrap().into_json();
        let read: Map<String, Value> = serde_json::from_str(&masked).unwrap();
        assert_eq!(read.len(), json.matches(':').count(), "{masked}");
    }
}

#[test]
fn a_card_is_a_whole_number() {
    let value = json!([4_111_111_111_111_111_u64, 4_111_111_111_111_111.0, -45_630.817_386_789_12]);
    assert_eq!(masked(&value), json!(["[CARD]", "[CARD]", -45_630.817_386_789_12]));
}

#[test]
fn what_was_masked_names_and_tells_nothing() {
    for once in [
        json!({"[SSN]": -1000}),
        json!({"ip": "[CARD] ; [PHONE:0123456789abcdef]"}),
        json!({"first_name": "[CARD]", "note": "a card, a phone"}),
        json!(["password=[SECRET:password]", "kept"]),
    ] {
        assert_eq!(masked(&once), once);
    }
    // A secret's name beside a placeholder is one all the same.
    let value = json!({"password of [EMAIL:0123456789abcdef]": "zyzzyva"});
    assert_eq!(masked(&value)["password of [EMAIL:0123456789abcdef]"], "[REMOVED]");
}

#[test]
fn who_a_record_knows_is_masked_in_any_case_and_as_a_whole_word_only() {
    let value = json!({
        "customer": {"name": "Ludmila Ashworth", "email": "la@ashworth.example"},
        "messages": [
            "LUDMILA said hello", "ask ludmila's team", "Ashworth, Ludmila", "Ludmilana is a place",
        ],
        "nested": {"json": "{\"by\":\"ludmila ashworth\"}"},
    });
    let masked = masked(&value);
    let text = masked.to_string();
    assert!(!text.to_lowercase().replace("ludmilana", "").contains("ludmila"), "{text}");
    assert!(!text.to_lowercase().contains("ashworth"), "{text}");
    assert_eq!(masked["messages"][0], "[NAME] said hello");
    assert_eq!(masked["messages"][3], "Ludmilana is a place");
}

#[test]
fn json_in_a_text_is_masked_as_json_and_stays_text() {
    let inner = json!({"password": "zyzzyva", "deep": json!({"email": "a@b.example"}).to_string()});
    let masked = masked(&json!({"body": inner.to_string(), "as_is": "{ \"a\" : 1 }"}));
    let body: Value = serde_json::from_str(masked["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["password"], "[REMOVED]");
    let deep: Value = serde_json::from_str(body["deep"].as_str().unwrap()).unwrap();
    assert!(deep["email"].as_str().unwrap().starts_with("[EMAIL:"), "{deep}");
    assert_eq!(masked["as_is"], "{ \"a\" : 1 }", "what holds nothing personal keeps its bytes");
}

#[test]
fn broken_json_that_masking_would_mend_is_removed() {
    // What masks the record again would walk it, and find what nobody looked for.
    let masked =
        masked(&json!([r#"{"login": "zyzzyva", "password": "bad \& escape"}"#, "kept", 1]));
    assert_eq!(masked, json!(["[REMOVED]", "kept", 1]));
}

#[test]
fn a_host_tells_who_else_is_to_be_masked() {
    let collector = collector();
    let client = client(&collector);
    let record = Record::workflow("1")
        .identity("Project Nightingale")
        .status_reason("PROJECT NIGHTINGALE is late")
        .state(json!({"note": "about project nightingale", "nightingales": "sing"}));
    client.ship(record);
    settle(&client);
    let record = &collector.records()[0];
    assert_eq!(record.status_reason.as_deref(), Some("[NAME] is late"));
    let state = &record.trace.as_ref().unwrap()["state"];
    assert_eq!(state["note"], "about [NAME]");
    assert_eq!(state["nightingales"], "sing");
    assert!(record.masking.as_ref().unwrap().counts["NAME"] >= 2);
    assert!(client.stats().masked().count(Entity::Name) >= 2);
    keeps_the_contract(&collector);
}

#[test]
fn one_value_has_one_hash_in_every_place_and_identifiers_stay_apart() {
    let record = |ticket: &str| {
        Record::workflow(ticket).state(json!({
            "email": " Maria@Example.com ",
            "note": "write to maria@example.com today",
        }))
    };
    let read = |record: Record| -> Value {
        serde_json::from_str(&record.seal(&policy(), Level::FullTrace).render()).unwrap()
    };
    let (one, two) = (read(record("maria@example.com")), read(record("sofia@example.com")));
    let hash = one["trace"]["state"]["email"].as_str().unwrap();
    assert_eq!(one["trace"]["state"]["note"], format!("write to {hash} today"));
    assert_eq!(one["ticket_id"], hash);
    assert_ne!(one["ticket_id"], two["ticket_id"]);
}

#[test]
fn a_pairs_value_that_comes_before_its_name_is_treated_by_it_and_carried_over() {
    let told = serde_json::json!([
        {"value": "Wilhelmina Ashworth", "name": "customer_name"},
        {"value": "555-123-4567", "key": "phone"},
        {"val": "xK9-first-2", "value": "xK9-second-2", "variable": "password"},
        "Wilhelmina said that xK9-first-2 and xK9-second-2 do not work"
    ]);
    let masked = Policy::default().mask(&told).unwrap().into_json();
    for secret in ["Wilhelmina", "Ashworth", "4567", "xK9"] {
        assert!(!masked.contains(secret), "{secret}: {masked}");
    }
}

#[test]
fn a_list_of_field_names_in_a_text_is_no_pair() {
    let told = serde_json::json!({
        "tool": r#"{"required":["passenger_name","reservation_id","date"]}"#,
        "note": "reservation_id is missing"
    });
    let masked = Policy::default().mask(&told).unwrap().into_json();
    assert_eq!(masked, told.to_string());
}

#[test]
fn a_number_that_readers_refuse_is_left_out() {
    let raw = serde_json::value::RawValue::from_string(r#"{"a":1e999,"b":1}"#.into()).unwrap();
    let masked = Policy::default().mask(&*raw).unwrap().into_json();
    assert_eq!(masked, r#"{"a":null,"b":1}"#);
}

#[test]
fn many_keys_that_mask_alike_stay_many() {
    let told: std::collections::BTreeMap<String, u32> =
        (0..5_000).map(|n| (format!("078-05-1{:03} {n}", n % 1000), n)).collect();
    let masked = Policy::default().mask(&told).unwrap().into_json();
    let read: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&masked).unwrap();
    assert_eq!(read.len(), told.len());
}

#[test]
fn what_stands_at_the_end_of_filling_is_masked() {
    for before in 0..70 {
        let before = "x".repeat(before);
        for (text, secret) in [
            (format!("{before}{}x.org is here", " jo@".repeat(48)), "jo@x.org"),
            (format!("{before} host 10.1.{}", "0.0 ".repeat(48)), "10.1.0.0"),
            (format!("{before}{}hunter2Xy9 and", "pwd=".repeat(48)), "hunter2Xy9"),
        ] {
            let masked = epilogue::mask::Policy::default().mask(&text).unwrap();
            assert!(!masked.json().contains(secret), "{text}");
        }
    }
}

#[test]
fn a_greeting_is_one_however_far_it_is_indented() {
    for text in [
        format!("{}Dear Maria,", " ".repeat(65)),
        format!("bye\n{}Dear Maria Lindqvist, hello", "\t".repeat(70)),
    ] {
        let masked = epilogue::mask::Policy::default().mask(&text).unwrap();
        assert!(!masked.json().contains("Maria"), "{text}");
    }
}
