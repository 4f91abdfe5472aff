//! Input that nobody means to log: broken, huge, deep or made to confuse. Masking it ends, its
//! output is JSON of a bounded size, and what is personal in it is not told.

use std::collections::BTreeMap;

use epilogue::mask::Policy;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

const MEGABYTE: usize = 1 << 20;
/// The length of a text that no field should ever have.
const HUGE: usize = 10 * MEGABYTE;

fn mask<T: Serialize + ?Sized>(value: &T) -> String {
    Policy::default().mask(value).unwrap().into_json()
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap()
}

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json:.200}"))
}

struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[test]
fn bytes_that_are_no_text_tell_their_length_and_under_a_secret_key_nothing() {
    let bytes = Bytes(b"\xff\xfemaria@example.com\xc3\x28\xed\xa0\x80");
    let told =
        BTreeMap::from([("attachment", &bytes), ("first_name", &bytes), ("password", &bytes)]);
    let masked = read(&mask(&told));
    assert_eq!(masked["attachment"], "[BLOB:24]");
    assert_eq!(masked["first_name"], "[BLOB:24]");
    assert_eq!(masked["password"], "[REMOVED]");
    let as_text = mask(&String::from_utf8_lossy(bytes.0));
    assert!(as_text.contains("[EMAIL:") && !as_text.contains("maria@"), "{as_text}");
}

#[test]
fn half_a_character_in_escaped_json_is_replaced_and_hides_nothing() {
    let masked = mask(&raw(
        r#"{"\ud800":1,"\udc00 maria@example.com":2,"note":"\ud83d maria@example.com \udc00",
            "pass\ud800word":"tangerine","password":"\ud800tangerine","whole":"\ud83d\ude00"}"#,
    ));
    let told = read(&masked);
    assert_eq!(told.as_object().unwrap().len(), 6);
    assert!(told["note"].as_str().unwrap().starts_with('\u{fffd}'), "{masked}");
    assert_eq!(told["whole"], "\u{1f600}");
    assert_eq!(told["password"], "[REMOVED]");
    assert!(!masked.contains("maria"), "{masked}");
}

#[test]
fn a_nul_hides_nothing_beside_it() {
    let told = json!({
        "note": "\0maria@example.com\0",
        "key": "\0-----BEGIN PRIVATE KEY-----\0MHcCAQ==\0-----END PRIVATE KEY-----",
        "line": "password=\0tangerine",
        "json": "{\"email\":\"\\u0000maria@example.com\"}",
        "\0maria@example.com": 1,
    });
    let masked = mask(&told);
    for secret in ["maria", "MHcCAQ", "tangerine", "\\u0000"] {
        assert!(!masked.contains(secret), "{secret}: {masked}");
    }
}

#[test]
fn marks_that_nobody_sees_hide_nothing() {
    // Right-to-left marks, embeddings and overrides, isolates, joiners, a byte order mark.
    for mark in "\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2069}\u{200b}\u{200d}\u{feff}".chars() {
        let told = json!({
            "around": format!("{mark}maria@example.com{mark}"),
            "within": format!("4111 {mark}1111 11{mark}11 1111"),
            "customer": {"name": format!("{mark}Zyzzyva Ashworth")},
            "note": format!("about {mark}Zyzzyva{mark} and {mark}Ashworth"),
            format!("{mark}password"): "tangerine",
        });
        let masked = mask(&told);
        for secret in ["maria@", "1111", "Zyzzyva", "Ashworth", "tangerine"] {
            assert!(!masked.contains(secret), "{secret} with {mark:?}: {masked}");
        }
    }
}

/// One short text again and again.
fn huge(piece: &str) -> String {
    piece.repeat(HUGE / piece.len())
}

#[test]
fn ten_megabytes_of_anything_are_masked_to_a_bounded_text() {
    for piece in [
        "words and more words, none of them personal. ",
        "a",
        "@",
        "{\"",
        "\\",
        "1 ",
        "a://",
        "é",
        "\0",
        "maria@example.com ",
        "[EMAIL",
        "-----BEGIN ",
    ] {
        let text = huge(piece);
        let masked = mask(&text);
        assert!(read(&masked).is_string(), "{piece:?}");
        assert!(masked.len() <= 8 * text.len() + 64, "{piece:?}: {}", masked.len());
        assert!(!masked.contains("maria@"), "{piece:?}");
    }
}

#[test]
fn a_huge_text_hides_nothing_at_its_ends_or_in_its_middle() {
    let prose = huge("words and more words, none of them personal. ");
    let (before, after) = prose.split_at(prose.len() / 2);
    let secret = " maria@example.com ";
    let text = [secret, before, secret, after, secret].concat();
    let told =
        json!({"customer": {"name": "Zyzzyva"}, "text": text, "end": format!("{prose} Zyzzyva")});
    let masked = mask(&told);
    assert!(!masked.contains("maria@") && !masked.contains("Zyzzyva"));
    assert_eq!(masked.matches("[EMAIL:").count(), 3);
}

#[test]
fn a_hundred_thousand_keys_stay_as_many() {
    const KEYS: usize = 100_000;
    let plain: BTreeMap<_, _> = (0..KEYS).map(|n| (format!("field {n}"), n)).collect();
    assert_eq!(mask(&plain), serde_json::to_string(&plain).unwrap());

    let personal: BTreeMap<_, _> = (0..KEYS).map(|n| (format!("m{n}@example.com"), n)).collect();
    let masked = mask(&personal);
    assert!(!masked.contains("example.com"));
    assert_eq!(read(&masked).as_object().unwrap().len(), KEYS);

    // All of one name, as raw JSON may have them.
    let same = format!("{{{}}}", vec![r#""4111 1111 1111 1111":1"#; KEYS].join(","));
    let masked = mask(&raw(&same));
    assert_eq!(read(&masked).as_object().unwrap().len(), KEYS);
}

#[test]
fn more_people_than_can_be_kept_cost_the_value() {
    let people: Vec<_> =
        (0..200_000).map(|n| json!({"customer_name": format!("Zyzzyva Q{n}")})).collect();
    let told = json!({"people": people, "note": "Zyzzyva Q7 called"});
    if let Ok(masked) = Policy::default().mask(&told) {
        assert!(!masked.json().contains("Zyzzyva"));
    }
}

/// `value` in `levels` objects, by `wrap`.
fn nested(levels: usize, value: String, wrap: impl Fn(String) -> String) -> String {
    (0..levels).fold(value, |value, _| wrap(value))
}

#[test]
fn what_lies_too_deep_is_not_told_wherever_it_lies() {
    let secret = || "\"maria@example.com\"".to_owned();
    let lists = nested(300, secret(), |value| format!("[{value}]"));
    let objects = nested(300, secret(), |value| format!("{{\"in\":{value}}}"));
    let at_the_edge = |levels| nested(levels, secret(), |value| format!("[{value}]"));
    // As a text it is JSON that no reader takes, and text all the same.
    for text in [lists.clone(), objects.clone(), at_the_edge(125), at_the_edge(127)] {
        let masked = mask(&json!({ "in": [text] }));
        assert!(!masked.contains("maria@"), "{masked}");
        read(&masked);
    }
    for levels in 120..135 {
        let text = at_the_edge(levels);
        for value in [json!(text), json!([json!([text]).to_string()]), json!({"a": {"b": text}})] {
            let masked = mask(&value);
            assert!(!masked.contains("maria@"), "{levels}: {masked}");
            read(&masked);
        }
    }
}

#[derive(Serialize)]
enum Variant {
    Leaf(&'static str),
    Struct { inner: Box<Variant> },
    Tuple(Box<Variant>, u8),
}

#[test]
fn enums_count_both_levels_that_they_write() {
    let mut value = Variant::Leaf("maria@example.com");
    for level in 0..300 {
        let inner = Box::new(value);
        value = if level % 2 == 0 { Variant::Struct { inner } } else { Variant::Tuple(inner, 1) };
    }
    let masked = mask(&value);
    assert!(!masked.contains("maria@"));
    read(&masked);
}

#[test]
fn json_in_json_in_json_is_masked_at_every_level_and_grows_no_more_than_it_has_to() {
    let mut text = r#"{"password":"tangerine","note":"maria@example.com"}"#.to_owned();
    for level in 0..16 {
        let masked = mask(&text);
        assert!(!masked.contains("tangerine") && !masked.contains("maria@"), "level {level}");
        assert!(read(&masked).is_string());
        assert!(masked.len() <= 8 * text.len() + 64, "level {level}: {}", masked.len());
        text = json!([text]).to_string();
    }
}

#[test]
fn numbers_that_become_texts_deep_in_json_in_json_do_not_explode() {
    // Each level doubles the backslashes before the quotes that a masked number gets.
    let mut text = json!({ "password": vec![1; 1_000] }).to_string();
    for level in 0..16 {
        let masked = mask(&text);
        read(&masked);
        assert!(
            masked.len() <= 16 * text.len() + 64,
            "level {level}: {} from {}",
            masked.len(),
            text.len()
        );
        text = json!([text]).to_string();
    }
}

#[test]
fn numbers_that_readers_refuse_are_left_out_wherever_they_stand() {
    let digits = "9".repeat(400);
    let masked = mask(&raw(&format!(r#"{{"a":{digits},"b":[-1e999],"c":1e-999,"d":{{"e":-0}}}}"#)));
    assert_eq!(masked, r#"{"a":null,"b":[null],"c":1e-999,"d":{"e":-0}}"#);
    let masked = read(&mask(&json!({ "text": "{\"a\":1e999}" })));
    assert_eq!(masked["text"], "{\"a\":null}");
}
