//! Values beside the name of a credential, its value only: the name stays.

use super::super::super::keys;
use super::super::Finding;
use super::super::pair::{Name, Value};
use super::charset::Charset;
use super::parts;
use super::value::{self, Proof};

/// Names of the signature in a signed URL: Azure Storage, "Create a service SAS" (`sig`); AWS,
/// "Signature Version 4" (`X-Amz-Signature`); Cloud Storage, "Signed URLs" (`X-Goog-Signature`).
const SIGNATURES: [&str; 4] = ["sig", "signature", "hmac", "sign"];

/// Words before `key` that make it one of a table, a store or a queue.
#[rustfmt::skip] // Packed, so that a list is read at one glance.
pub(super) const PLAIN_KEYS: [&str; 34] = [
    "bucket", "cache", "composite", "dedup", "document", "entity", "event", "foreign", "group",
    "hash", "hot", "idempotency", "idx", "index", "item", "join", "lookup", "map", "message",
    "natural", "object", "partition", "primary", "pub", "public", "record", "routing", "row", "s3",
    "schema", "sequence", "sort", "translation", "unique",
];

const PASSWORD_WORDS: [&str; 8] =
    ["password", "passwords", "passwd", "pwd", "pass", "passphrase", "passcode", "passwort"];

/// Short numbers that let somebody in or pay.
const CODE_WORDS: [&str; 8] = ["pin", "pincode", "otp", "totp", "cvv", "cvc", "cvv2", "cvc2"];

/// The kind of the token of a Telegram bot, whose form is checked beside its name too.
const BOT: &str = "telegram";

/// What a name claims its value to be.
pub(in super::super) type Claim = (Proof, &'static str);

/// As much of a value as it is judged by.
const JUDGED: usize = 256;

/// The value, if it looks like the credential that its name claims it to be.
pub(in super::super) fn judge(value: &Value<'_>, (proof, kind): Claim) -> Option<Finding> {
    let end =
        (0..=JUDGED.min(value.text.len())).rev().find(|&at| value.text.is_char_boundary(at))?;
    let judged = &value.text[..end];
    let is_broken = kind == BOT && parts::is_bot_like(judged.as_bytes());
    let is_one = if is_broken {
        parts::is_bot(judged.as_bytes())
    } else {
        value::is_credential(judged, proof, value.form)
    };
    is_one.then(|| Finding::secret(value.start, value.end(), kind))
}

/// How much the name proves, and the kind of secret that it names.
pub(in super::super) fn claim(name: &Name<'_>, words: &[&str]) -> Option<Claim> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if let Some(claim) = providers_claim(name, words) {
        return Some(claim);
    }
    if !keys::is_secret(words) {
        return weak_claim(name, words).map(|kind| (Proof::Weak, kind));
    }
    if has(&PASSWORD_WORDS) || words.last().is_some_and(|last| last.ends_with("password")) {
        return Some((Proof::Password, "password"));
    }
    if has(&["secret", "secrets", "credential", "credentials", "creds", "cred"]) {
        return Some((Proof::Password, "secret"));
    }
    if has(&CODE_WORDS) {
        return Some((Proof::Code, "code"));
    }
    if has(&["cookie", "cookies"]) {
        return Some((Proof::Token, "cookie"));
    }
    if has(&[BOT]) {
        return Some((Proof::Token, BOT));
    }
    let is_key = words.last().is_some_and(|last| last.ends_with("key"));
    Some((Proof::Token, if is_key { "key" } else { "token" }))
}

/// Values that only the name of their provider tells. Sumo Logic, "Access keys": the identifier
/// has 14 letters and digits. Cloudant, "Legacy credentials": an API key is 24 small letters.
/// Bundler, "Credentials for gem sources": user and password under the host, its points doubled.
fn providers_claim(name: &Name<'_>, words: &[&str]) -> Option<Claim> {
    match words {
        ["bundle", .., "com" | "org" | "net" | "io" | "dev"] if name.text.contains("__") => {
            Some((Proof::Pair, "credential"))
        }
        [.., "sumo" | "sumologic", "access", "id"] | [.., "sumo" | "sumologic", "accessid"] => {
            Some((Proof::Form(Charset::Alnum, 14), "key"))
        }
        ["cloudant", .., "key" | "apikey"] => Some((Proof::Form(Charset::Lower, 24), "key")),
        _ => None,
    }
}

/// `hubspotKey`, `SONAR_LOGIN`, `?sig=`: the key or login of some service, a signed query.
fn weak_claim(name: &Name<'_>, words: &[&str]) -> Option<&'static str> {
    match words {
        [.., before, "key" | "keys"] if PLAIN_KEYS.contains(before) => None,
        [_, .., "key" | "keys" | "login" | "auth" | "pw" | "pat" | "apitoken"] => Some("key"),
        [.., last] if name.is_parameter && SIGNATURES.contains(last) => Some("token"),
        ["key" | "code"] if name.is_parameter => Some("key"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::scan::scan;
    use super::super::super::labelled;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        let families = scan(text, &mut Vec::new()).families;
        labelled::find(text, 0..text.len(), families, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn a_provider_beside_a_value_tells_it() {
        assert_eq!(found("SUMO_ACCESS_ID=suKqLmZpRtVwXy"), ["suKqLmZpRtVwXy"]);
        assert_eq!(
            found("cloudant_key = 'qmwnebrvtcyxuzilokpjahgs'"),
            ["qmwnebrvtcyxuzilokpjahgs"]
        );
        assert_eq!(found("BUNDLE_GEMS__EXAMPLE__COM=feed0123:beef4567"), ["feed0123:beef4567"]);
    }

    #[test]
    fn another_form_is_not_the_providers() {
        for text in [
            "SUMO_ACCESS_ID=primary",
            "cloudant_key = 'abc'",
            "BUNDLE_GEMS_EXAMPLE_COM=feed0123:beef4567",
            "BUNDLE_GEMS__EXAMPLE__COM=https://gems.example",
            "telegram_token = 1234:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
            "telegram_token = 123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew1",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
