//! What holds for every text and value, however hostile: the properties that the fuzzers of
//! `fuzz/` look for, on random input.

mod holds;
mod text;
mod tree;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

use tree::Tree;

/// Checks many values; `PROPTEST_CASES` says how many.
fn for_any<S: Strategy>(any: &S, check: impl Fn(S::Value)) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 1024;
    }
    let check = |value| {
        check(value);
        Ok(())
    };
    TestRunner::new(config).run(any, check).unwrap_or_else(|error| panic!("{error}"));
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        12 => prop::sample::select(&text::PIECES[..]).prop_map(str::to_owned),
        1 => "[ -~]{1,6}",
        1 => "\\PC{1,3}",
    ];
    prop::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat())
}

fn tree() -> impl Strategy<Value = Tree> {
    prop::collection::vec(any::<u8>(), 0..400).prop_map(|bytes| Tree::read(&bytes))
}

#[test]
fn a_text_becomes_a_text_that_stays() {
    for_any(&hostile(), |text| holds::text(&text));
}

#[test]
fn any_text_becomes_a_text_that_stays() {
    for_any(&any::<String>(), |text| holds::text(&text));
}

#[test]
fn any_value_becomes_json_that_stays() {
    for_any(&tree(), |tree| holds::value(&tree));
}

#[test]
fn what_claims_to_be_json_becomes_json_that_stays() {
    let list = || prop::collection::vec(hostile(), 0..4).prop_map(|texts| json!(texts).to_string());
    let broken = (list(), any::<prop::sample::Index>())
        .prop_map(|(json, at)| json.chars().take(at.index(json.len())).collect::<String>());
    for_any(&prop_oneof![hostile(), list(), broken], |text| holds::raw_json(&text));
}

#[test]
fn a_name_is_carried_over_whatever_stands_around_it() {
    for_any(&(hostile(), hostile()), |(before, after)| holds::carried_name(&before, &after));
}

#[test]
fn a_name_is_carried_over_as_a_whole_word_only() {
    for_any(&("[a-z]{0,4}", "[a-z]{0,4}"), |(before, after)| {
        let word = format!("{before}Zyzzyva{after}");
        let value =
            json!({ "customer": { "name": "Zyzzyva" }, "note": format!("about {word} now") });
        let masked: Value = serde_json::from_str(&holds::mask(&value)).expect("masked JSON");
        let is_name = before.is_empty() && after.is_empty();
        let expected =
            if is_name { "about [NAME] now".to_owned() } else { format!("about {word} now") };
        assert_eq!(masked["note"], expected);
    });
}

/// Words that are nobody's, with everything that JSON has to escape, and text in text.
fn harmless_text() -> impl Strategy<Value = String> {
    let words = [
        "order",
        "was",
        "charged",
        "twice",
        "naïve",
        "世界",
        "🙂",
        "“quoted”",
        "\"",
        "\\",
        "\\n",
        "\n",
        "\t",
        "\u{1}",
        "\u{7f}",
        "\u{2028}",
        "/",
        "</b>",
        "{",
        "}",
        "[",
        "]",
        ",",
        "12",
        "3.5",
        "{}",
        "[\"a\"]",
        "{\"b\":[1, null]}",
    ];
    let words = prop::sample::select(words.to_vec());
    prop::collection::vec(words, 0..12).prop_map(|words| words.join(" "))
}

fn harmless() -> impl Strategy<Value = Value> {
    let keys = ["note", "items", "content", "step one", "größe", "a\"b", "\u{1}", "", "count"];
    let key = prop::sample::select(keys.to_vec()).prop_map(str::to_owned);
    let leaf = prop_oneof![
        4 => harmless_text().prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => (-99_999..=99_999).prop_map(|n: i32| json!(n)),
        1 => (-1e6..1e6_f64).prop_map(|n| json!(n)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        let object = prop::collection::vec((key.clone(), inner.clone()), 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()));
        prop_oneof![
            3 => prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            4 => object.clone(),
            1 => object.prop_map(|object| Value::String(object.to_string())),
        ]
    })
}

#[test]
fn a_value_without_anything_personal_comes_out_as_serde_json_writes_it() {
    for_any(&harmless(), |value| {
        assert_eq!(holds::mask(&value), serde_json::to_string(&value).expect("a value serializes"));
    });
}
