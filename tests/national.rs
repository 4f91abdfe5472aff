//! National identifiers are masked where a policy has switched their pack on, and nowhere else.

use epilogue::mask::{Entity, Pack, Policy};
use serde_json::{Value, json};

fn masked(policy: &Policy, value: &Value) -> Value {
    let masked = policy.mask(value).expect("it serializes");
    serde_json::from_str(masked.json()).expect("it is JSON")
}

#[test]
fn all_packs_are_off_by_default() {
    let value = json!({"nhs_number": "943 476 5919", "note": "BSN 111222333, DNI 12345678Z"});
    let masked = Policy::default().mask(&value).expect("it serializes");
    assert_eq!(masked.report().count(Entity::National), 0);
    assert!(masked.json().contains("111222333") && masked.json().contains("12345678Z"));
}

#[test]
fn what_a_pack_finds_tells_its_country() {
    let policy = Policy::builder().packs(&[Pack::Spain, Pack::Germany]).build().unwrap();
    let value = json!({"text": "DNI 12345678-Z, Steuer-ID 86 095 742 719, BSN 111222333"});
    let expected = json!({"text": "DNI [NATIONAL:es], Steuer-ID [NATIONAL:de], BSN 111222333"});
    assert_eq!(masked(&policy, &value), expected);
    assert_eq!(policy.name(), "default/1+host");
    assert_eq!(policy.mask(&value).expect("it serializes").report().count(Entity::National), 2);
}

#[test]
fn a_field_of_its_name_needs_only_the_form() {
    let policy = Policy::builder().packs(Pack::ALL).build().unwrap();
    for (key, value, country) in [
        ("nhs_number", json!("943-476-5918"), "gb"),
        ("steuerId", json!("12345678901"), "de"),
        ("bsn", json!(12_345_678), "nl"),
        ("customer_cpf", json!("52998224725"), "br"),
        ("personnummer", json!("8803200016"), "se"),
        ("CURP", json!("boxw310820hnerxn09"), "mx"),
        ("身份证号", json!("11010519491231002x"), "cn"),
        ("pesel", json!(44_051_401_359_u64), "pl"),
    ] {
        let masked = masked(&policy, &json!({ key: value }));
        assert_eq!(masked, json!({ key: format!("[NATIONAL:{country}]") }));
    }
}

#[test]
fn a_field_of_its_name_keeps_what_is_no_number() {
    let policy = Policy::builder().packs(Pack::ALL).build().unwrap();
    let value =
        json!({"bsn": "not given", "cpf_valid": true, "pesel": null, "nif": 12, "hetu": ""});
    assert_eq!(masked(&policy, &value), value);
}

#[test]
fn a_pair_is_a_field() {
    let policy = Policy::builder().pack(Pack::Netherlands).build().unwrap();
    let value = json!({"fields": [{"name": "bsn", "value": "111222333"}, ["bsn", "111222333"]]});
    let expected = json!({
        "fields": [{"name": "bsn", "value": "[NATIONAL:nl]"}, ["bsn", "[NATIONAL:nl]"]]
    });
    assert_eq!(masked(&policy, &value), expected);
}

#[test]
fn bare_numbers_go_where_nothing_else_looks_like_them() {
    let policy = Policy::builder().packs(Pack::ALL).build().unwrap();
    let value = json!([85_073_003_328_u64, 1_730_000_000_123_u64, 111_222_333, 1_730_000_000]);
    let expected = json!(["[NATIONAL:be]", 1_730_000_000_123_u64, 111_222_333, 1_730_000_000]);
    assert_eq!(masked(&policy, &value), expected);
}

#[test]
fn the_hosts_own_rule_for_a_field_goes_first() {
    let policy = Policy::builder().pack(Pack::Netherlands).keep_key("bsn").build().unwrap();
    assert_eq!(masked(&policy, &json!({"bsn": "111222333"})), json!({"bsn": "111222333"}));
}

#[test]
fn masking_twice_changes_nothing() {
    let policy = Policy::builder().packs(Pack::ALL).build().unwrap();
    let value = json!({
        "bsn": "111222333",
        "text": "NIR 2 95 10 99 126 111 93 / CF rssmra85t10a562s; +44 20 7946 0958 AB 12 34 56 C",
        "folded": "ＢＳＮ：１１１２２２３３３",
        "inner": "{\"cpf\": \"390.533.447-05\"}",
        "111222333": "bsn 111222333",
    });
    let once = masked(&policy, &value);
    assert_eq!(once["folded"], "ＢＳＮ：[NATIONAL:nl]");
    assert_eq!(once["inner"], "{\"cpf\":\"[NATIONAL:br]\"}");
    assert_eq!(masked(&policy, &once), once);
}
