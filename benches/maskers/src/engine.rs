//! The engines, each with the defaults of its own and every kind that they share.

use std::ops::Range;

use epilogue::mask::Policy;
use leakguard::detectors::PhoneNumber;
use leakguard::{Kind, Redactor};
use redact_core::{AnalyzerEngine, AnonymizerConfig, EntityType};
use serde_json::Value;

/// What masks texts.
pub(crate) trait Engine {
    fn name(&self) -> &'static str;

    /// The text as a logger would send it: masked, as JSON.
    fn json(&self, text: &str) -> String;

    /// A text with placeholders that a scorer knows.
    fn scored(&self, text: &str) -> String;

    /// A value of which every text is masked, keys included.
    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.scored(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.value(value)).collect(),
            Value::Object(fields) => fields
                .into_iter()
                .map(|(key, value)| (self.scored(&key), self.value(value)))
                .collect(),
            // A number stays one unless its text is masked.
            Value::Number(number) => match self.scored(&number.to_string()) {
                text if text == number.to_string() => Value::Number(number),
                text => Value::String(text),
            },
            value => value,
        }
    }
}

pub(crate) fn all() -> Vec<Box<dyn Engine>> {
    vec![
        Box::new(Plain),
        Box::new(Epilogue(Policy::default())),
        // Phones are off by default; the other detector that is, of high entropy, stays off.
        Box::new(Leakguard(Redactor::new().with_detector(PhoneNumber))),
        Box::new(RedactCore(AnalyzerEngine::new(), AnonymizerConfig::default())),
    ]
}

/// `serde_json`, which masks nothing: the yardstick.
struct Plain;

impl Engine for Plain {
    fn name(&self) -> &'static str {
        "serde_json"
    }

    fn json(&self, text: &str) -> String {
        serde_json::to_string(text).expect("a text serializes")
    }

    fn scored(&self, text: &str) -> String {
        text.to_owned()
    }
}

struct Epilogue(Policy);

impl Engine for Epilogue {
    fn name(&self) -> &'static str {
        "epilogue"
    }

    fn json(&self, text: &str) -> String {
        self.0.mask(text).expect("a text can be masked").into_json()
    }

    fn scored(&self, text: &str) -> String {
        serde_json::from_str(&self.json(text)).expect("a text stays a text")
    }

    /// As a whole: keys say what stands under them.
    fn value(&self, value: Value) -> Value {
        let masked = self.0.mask(&value).expect("a value can be masked");
        serde_json::from_str(masked.json()).expect("masked JSON is JSON")
    }
}

struct Leakguard(Redactor);

impl Engine for Leakguard {
    fn name(&self) -> &'static str {
        "leakguard"
    }

    fn json(&self, text: &str) -> String {
        serde_json::to_string(&self.0.clean(text)).expect("a text serializes")
    }

    fn scored(&self, text: &str) -> String {
        let found = self.0.find(text).into_iter().map(|found| {
            let mark = match found.kind {
                Kind::Email => "EMAIL",
                Kind::CreditCard => "CARD",
                Kind::IpV4 | Kind::IpV6 => "IP",
                Kind::UsSsn => "SSN",
                Kind::MacAddress => "MAC",
                Kind::PhoneNumber => "PHONE",
                Kind::Iban => "IBAN",
                _ => "SECRET",
            };
            (found.start..found.end, mark)
        });
        replaced(text, found.collect())
    }
}

struct RedactCore(AnalyzerEngine, AnonymizerConfig);

impl Engine for RedactCore {
    fn name(&self) -> &'static str {
        "redact-core"
    }

    fn json(&self, text: &str) -> String {
        let masked = self.0.anonymize(text, None, &self.1).expect("a text can be masked");
        serde_json::to_string(&masked.text).expect("a text serializes")
    }

    fn scored(&self, text: &str) -> String {
        let found = self.0.analyze(text, None).expect("a text can be looked through");
        let found = found.detected_entities.into_iter();
        replaced(text, found.map(|one| (one.start..one.end, mark_of(&one.entity_type))).collect())
    }
}

fn mark_of(entity: &EntityType) -> &'static str {
    match entity {
        EntityType::EmailAddress => "EMAIL",
        EntityType::CreditCard => "CARD",
        EntityType::PhoneNumber | EntityType::UkPhoneNumber | EntityType::UkMobileNumber => "PHONE",
        EntityType::UsSsn => "SSN",
        EntityType::Iban | EntityType::IbanCode => "IBAN",
        EntityType::IpAddress => "IP",
        EntityType::MacAddress => "MAC",
        EntityType::Person => "NAME",
        EntityType::PrivateKey
        | EntityType::JwtToken
        | EntityType::AwsAccessKey
        | EntityType::GithubToken
        | EntityType::GitlabToken
        | EntityType::SlackToken
        | EntityType::SlackWebhook
        | EntityType::StripeApiKey
        | EntityType::GoogleApiKey
        | EntityType::OpenAiApiKey
        | EntityType::AnthropicApiKey
        | EntityType::NpmToken
        | EntityType::PyPiToken
        | EntityType::SendGridApiKey
        | EntityType::TwilioApiKey
        | EntityType::TelegramBotToken => "SECRET",
        other => match other.as_str() {
            name if name.contains("SECRET") || name.contains("KEY") => "SECRET",
            _ => "OTHER",
        },
    }
}

/// The text with what was found replaced; of two that overlap the first stays.
fn replaced(text: &str, mut found: Vec<(Range<usize>, &str)>) -> String {
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let (mut masked, mut at) = (String::new(), 0);
    for (range, mark) in found {
        if range.start >= at && text.get(range.clone()).is_some() {
            masked += &text[at..range.start];
            masked += &format!("[{mark}]");
            at = range.end;
        }
    }
    masked + &text[at..]
}
