//! What holds for every text, whatever it is made of.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::super::entity::Entity;
use super::super::pack::{Pack, Packs};
use super::super::placeholder;
use super::{Finding, Search};

/// Pieces of real formats, of prose and of what may stand between them.
const FRAGMENTS: [&str; 90] = [
    "ann@example.org",
    "@",
    "a",
    " ",
    "\n",
    ".",
    ":",
    "=",
    "\"",
    "'",
    "[",
    "]",
    "://",
    "-",
    "+",
    "/",
    "4242424242424242",
    "4242 4242 4242 4242",
    "+1 202 555 0143",
    "(202) 555-0143",
    "x12",
    "219-09-1234",
    "DE75512108001245126199",
    "NL91 ABNA 0417 1643 00",
    "198.51.100.7",
    "2001:db8::7",
    "::",
    "%eth0",
    "02:00:5e:10:00:01",
    "AKIAQWERTYUIOPASDFGH",
    "ghp_",
    "0123456789abcdefghijABCDEFGHIJ012345",
    "sk-ant-",
    "password",
    "token",
    "api_key",
    "secret",
    "sesame99",
    "Se$ame99!",
    "eyJhbGciOiJub25lIn0",
    ".eyJzdWIiOiJhbm4ifQ.c2ln",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END RSA PRIVATE KEY-----",
    "MHcCAQ==",
    "https://",
    "ann:sesame@",
    "db.example",
    "?sig=",
    "Bearer ",
    "Basic ",
    "YW5uOnNlc2FtZQ==",
    "Hi Maria,",
    "Best regards,\n",
    "Maria Toro",
    "my name is ",
    "Dear ",
    "[EMAIL]",
    "[CARD:4242]",
    "[PHONE:0123456789abcdef]",
    "[SECRET:aws]",
    "[SECRET:hunter2]",
    "[EMAIL:ann@example.org]",
    "\u{200b}",
    "\u{ff11}\u{ff12}\u{ff13}",
    "\u{e9}",
    "e\u{301}",
    "phone ",
    "card ",
    "ssn ",
    "dob: ",
    "1990-01-02",
    "{\"first_name\": \"Ann\"",
    "data:image/png;base64,",
    "--user ",
    "IBAN ",
    "XXX-XX-1234",
    "@okaxis",
    ":Se$ame99!",
    " / ",
    "kind: Secret\n",
    "data:\n  a: ",
    "c2VzYW1lOTk=",
    "BUNDLE_A__COM=ann:",
    "telegram_token=123456:",
    "BSN 111222333",
    "943 476 5919",
    "12345678Z",
    "880320-0016",
    "RSSMRA85T10A562S",
    "[NATIONAL:nl]",
];

fn text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        9 => proptest::sample::select(&FRAGMENTS[..]).prop_map(str::to_owned),
        1 => "[ -~]{1,6}",
        1 => "\\PC{1,3}",
        1 => "[0-9]{1,9}",
    ];
    proptest::collection::vec(fragment, 0..24).prop_map(|parts| parts.concat())
}

fn packs() -> impl Strategy<Value = Packs> {
    prop_oneof![Just(&[][..]), Just(Pack::ALL)].prop_map(|on| {
        let mut packs = Packs::default();
        for pack in on {
            packs.add(*pack);
        }
        packs
    })
}

fn found(packs: Packs, text: &str) -> Vec<Finding> {
    let mut search = Search::new(packs);
    search.find_unfolded(text);
    search.findings().to_vec()
}

fn mask(packs: Packs, text: &str) -> String {
    let mut masked = String::new();
    let mut at = 0;
    for finding in found(packs, text) {
        masked.push_str(&text[at..finding.start]);
        let name = finding.entity.as_str();
        let written = match finding.entity {
            Entity::Secret => write!(masked, "[{name}:{}]", finding.detail),
            Entity::Blob => write!(masked, "[{name}:{}]", finding.end - finding.start),
            Entity::Email | Entity::Phone | Entity::Ip | Entity::Mac | Entity::Id => {
                write!(masked, "[{name}:0123456789abcdef]")
            }
            _ => write!(masked, "[{name}]"),
        };
        assert!(written.is_ok());
        at = finding.end;
    }
    masked + &text[at..]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masking_what_is_masked_changes_nothing(packs in packs(), text in text()) {
        let masked = mask(packs, &text);
        prop_assert_eq!(mask(packs, &masked), masked);
    }

    #[test]
    fn findings_are_ordered_and_keep_off_placeholders(packs in packs(), text in text()) {
        let mut end = 0;
        for finding in found(packs, &text) {
            prop_assert!(end <= finding.start && finding.start < finding.end);
            prop_assert!(text.get(finding.start..finding.end).is_some());
            end = finding.end;
        }
        let mut at = 0;
        while let Some((start, end)) = placeholder::next(&text, at) {
            prop_assert!(found(packs, &text).iter().all(|f| f.end <= start || end <= f.start));
            at = end;
        }
    }

    #[test]
    fn no_text_makes_it_panic(packs in packs(), text in any::<String>()) {
        found(packs, &text);
    }
}
