//! Values beside the name of a credential, its value only: the name stays.

use super::super::super::keys;
use super::super::Finding;
use super::super::pair::{Name, Value};
use super::value::{self, Proof};

/// Names of the signature in a signed URL: Azure SAS (`sig`), AWS and Google signed URLs.
const SIGNATURES: [&str; 4] = ["sig", "signature", "hmac", "sign"];

const PASSWORD_WORDS: [&str; 8] =
    ["password", "passwords", "passwd", "pwd", "pass", "passphrase", "passcode", "passwort"];

/// Short numbers that let somebody in or pay.
const CODE_WORDS: [&str; 8] = ["pin", "pincode", "otp", "totp", "cvv", "cvc", "cvv2", "cvc2"];

/// What a name claims its value to be.
pub(in super::super) type Claim = (Proof, &'static str);

/// As much of a value as it is judged by.
const JUDGED: usize = 256;

/// The value, if it looks like the credential that its name claims it to be.
pub(in super::super) fn judge(value: &Value<'_>, (proof, kind): Claim) -> Option<Finding> {
    let end =
        (0..=JUDGED.min(value.text.len())).rev().find(|&at| value.text.is_char_boundary(at))?;
    value::is_credential(&value.text[..end], proof, value.form)
        .then(|| Finding::secret(value.start, value.end(), kind))
}

/// How much the name proves, and the kind of secret that it names.
pub(in super::super) fn claim(name: &Name<'_>, words: &[&str]) -> Option<Claim> {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
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
    let is_key = words.last().is_some_and(|last| last.ends_with("key"));
    Some((Proof::Token, if is_key { "key" } else { "token" }))
}

/// `hubspotKey`, `SONAR_LOGIN`, `?sig=`: the key or login of some service, a signed query.
fn weak_claim(name: &Name<'_>, words: &[&str]) -> Option<&'static str> {
    match words {
        [.., "primary" | "public" | "foreign" | "sort" | "partition" | "cache", "key"] => None,
        [_, .., "key" | "keys" | "login" | "auth" | "pw" | "pat" | "apitoken"] => Some("key"),
        [.., last] if name.is_parameter && SIGNATURES.contains(last) => Some("token"),
        ["key" | "code"] if name.is_parameter => Some("key"),
        _ => None,
    }
}
