//! What the name of a field says about its value.
//!
//! A name is split into segments at `_`, `-`, `.`, blanks and camelCase humps, so `APIKey`,
//! `api_key` and `X-Api-Key` read alike and `monkey` holds no key.

mod segments;
mod words;

pub(crate) use segments::Segments;
use words::{
    ADDRESS_WORDS, CARRIED_WORDS, DESCRIPTIONS, NAME_PARTS, NAME_WORDS, NEGATIONS, OTHER_ADDRESSES,
    PEOPLE, PLAIN_TOKENS, SECRET_ENDS, SECRET_KEYS, SECRET_TOKENS, SECRET_WORDS,
};

/// What to do with the value under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyRule {
    /// The key says nothing: search the value.
    Scan,
    /// Every leaf under the key is taken out.
    Remove,
    /// As `Remove`, and the same text is masked wherever else it stands in the record.
    RemoveCarried,
    /// The value is a person's name.
    Name,
    /// The value is a person's name if the key stands under a person.
    NameUnderPerson,
    /// The value is an e-mail address.
    Email,
    /// The value is a telephone number.
    Phone,
    /// The value is a payment card number.
    Card,
    /// The value is a social security number.
    Ssn,
    /// The value is a bank account number.
    Iban,
    /// The value is an IP address.
    Ip,
    /// The value is the name somebody logs in with.
    UserName,
}

/// The rule for the value under `key`.
pub(crate) fn rule_for(key: &str) -> KeyRule {
    let segments = Segments::of(key);
    let (words, count) = segments.words();
    rule_of(&words[..count])
}

/// The rule for the value under a key of these segments.
pub(crate) fn rule_of(words: &[&str]) -> KeyRule {
    let words = without_number(words);
    contact_rule(words)
        .or_else(|| identity_rule(words))
        .or_else(|| secret_rule(words))
        .or_else(|| name_rule(words))
        .unwrap_or(KeyRule::Scan)
}

/// Whether what stands under `key` is a person, so that a bare `name` is that person's.
pub(crate) fn is_person(key: &str) -> bool {
    let segments = Segments::of(key);
    let (words, count) = segments.words();
    words[..count].last().is_some_and(|last| PEOPLE.contains(&singular(last)))
}

/// Whether a key of these segments names a credential: a password, a token, a key.
pub(crate) fn is_secret(words: &[&str]) -> bool {
    secret_rule(without_number(words)).is_some()
}

/// `password2`, `token_1`: a number behind the name says nothing.
fn without_number<'w, 's>(words: &'w [&'s str]) -> &'w [&'s str] {
    match words {
        [rest @ .., last] if !rest.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) => rest,
        words => words,
    }
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|rest| rest.len() > 3).unwrap_or(word)
}

fn has(words: &[&str], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(word))
}

/// E-mail, phone, card, account numbers, addresses of machines.
fn contact_rule(words: &[&str]) -> Option<KeyRule> {
    let words = match words {
        [rest @ .., "address" | "addr" | "number" | "no" | "num" | "nr"] if !rest.is_empty() => {
            rest
        }
        words => words,
    };
    match words {
        [.., "email" | "emails" | "e_mail" | "emailaddress" | "mailto"] | [.., "e", "mail"] => {
            Some(KeyRule::Email)
        }
        [
            ..,
            "phone" | "phones" | "telephone" | "mobile" | "cellphone" | "fax" | "msisdn" | "tel"
            | "phonenumber" | "whatsapp" | "cell",
        ] => Some(KeyRule::Phone),
        [.., "cardnumber" | "creditcard" | "ccnumber" | "debitcard"]
        | [.., "credit" | "debit" | "payment" | "bank", "card"]
        | ["pan"] => Some(KeyRule::Card),
        [.., "ssn"] | [.., "social", "security"] => Some(KeyRule::Ssn),
        [.., "iban"] => Some(KeyRule::Iban),
        [.., "ip" | "ipaddress" | "ipaddr" | "ipv4" | "ipv6" | "ips" | "remote" | "peer"]
        | [.., "forwarded", "for"] => {
            (words != ["remote"] && words != ["peer"]).then_some(KeyRule::Ip)
        }
        _ => None,
    }
}

/// Papers, accounts, birth, homes, and what is printed on a card.
fn identity_rule(words: &[&str]) -> Option<KeyRule> {
    match words {
        [.., "card", "number" | "no" | "num"] => return Some(KeyRule::Card),
        [.., "remote" | "client" | "peer" | "source", "addr"] => return Some(KeyRule::Ip),
        [.., "dob" | "birthday" | "birthdate" | "dateofbirth"]
        | [.., "of", "birth"]
        | [.., "birth", "date" | "day" | "year"] => return Some(KeyRule::RemoveCarried),
        [.., "passport"] | [.., "passport", "number" | "no" | "id" | "num"] => {
            return Some(KeyRule::RemoveCarried);
        }
        _ => {}
    }
    if is_account_number(words) || is_card_expiry(words) || is_home_address(words) {
        return Some(KeyRule::Remove);
    }
    None
}

fn is_account_number(words: &[&str]) -> bool {
    matches!(
        words,
        [
            ..,
            "account"
                | "acct"
                | "routing"
                | "tax"
                | "vat"
                | "license"
                | "licence"
                | "insurance"
                | "policyholder"
                | "medicare"
                | "aadhaar"
                | "national"
                | "identity",
            "number" | "no" | "num" | "nr"
        ] | [.., "tax" | "taxpayer" | "national" | "government" | "citizen", "id"]
            | [
                ..,
                "tin"
                    | "ein"
                    | "itin"
                    | "aadhaar"
                    | "taxid"
                    | "accountnumber"
                    | "bankaccount"
                    | "routingnumber"
                    | "ktn"
            ]
            | [.., "bank", "account"]
            | [.., "sort", "code"]
            | [.., "drivers" | "driver" | "driving", "license" | "licence"]
    )
}

/// What is printed on a card beside its number; `expires_at` is a time like any other.
fn is_card_expiry(words: &[&str]) -> bool {
    matches!(
        words,
        ["expiry"]
            | [.., "expiry" | "exp" | "expiration", "month" | "year"]
            | ["expiry" | "exp", "date"]
            | [.., "card", "expiry" | "expiration" | "exp" | "code"]
            | [.., "card", "expiry" | "expiration" | "exp", _]
            | [.., "security" | "verification", "code"]
    )
}

fn is_home_address(words: &[&str]) -> bool {
    let Some((last, rest)) = words.split_last() else {
        return false;
    };
    let is_other = rest.last().is_some_and(|word| OTHER_ADDRESSES.contains(word));
    let is_line = has(rest, &["address"]) && matches!(*last, "line" | "line1" | "line2");
    let is_code = rest.last() == Some(&"postal") || rest.last() == Some(&"zip");
    !is_other && (ADDRESS_WORDS.contains(last) || is_line || (is_code && *last == "code"))
}

fn secret_rule(words: &[&str]) -> Option<KeyRule> {
    let last = words.last()?;
    let is_described = words.len() > 1 && DESCRIPTIONS.contains(last);
    if is_described || is_negated(words) {
        return None;
    }
    if has(words, &CARRIED_WORDS) || is_private_key(words) {
        return Some(KeyRule::RemoveCarried);
    }
    let is_secret = has(words, &SECRET_WORDS)
        || SECRET_ENDS.iter().any(|end| last.ends_with(end))
        || is_token(words)
        || is_secret_key(words)
        || is_header(words)
        || is_session(words);
    is_secret.then_some(KeyRule::Remove)
}

/// `not_secret`, `has_password`, `is_token_valid`, `public_key`, and the place where secrets are
/// kept, not one of them: `key_vault_of_secrets`.
fn is_negated(words: &[&str]) -> bool {
    words.first().is_some_and(|first| NEGATIONS.contains(first))
        || matches!(words, ["key", "vault", .., "secrets"])
        || matches!(words, [.., "public", "token"] | [.., "public", "key", "token"])
        || matches!(words, [.., "public" | "primary" | "foreign" | "sort" | "partition", "key"])
}

fn is_token(words: &[&str]) -> bool {
    match words {
        [.., before, "token"] => !PLAIN_TOKENS.contains(before),
        [.., before, "tokens"] => SECRET_TOKENS.contains(before),
        ["token"] | [.., "token", "value" | "secret" | "hash" | "string" | "data" | "header"] => {
            true
        }
        [.., last] => ends_in_token(last),
        [] => false,
    }
}

/// All small letters, as in `authtoken` and `xoauthtoken`.
fn ends_in_token(word: &str) -> bool {
    word.strip_suffix("token").is_some_and(|before| {
        SECRET_TOKENS.iter().any(|secret| before.ends_with(secret) && secret.len() > 2)
    })
}

fn is_secret_key(words: &[&str]) -> bool {
    match words {
        [.., before, "key" | "keys"] => SECRET_KEYS.contains(before),
        [.., "key", "secret" | "value" | "material"] | [.., "signing" | "webhook", "secret"] => {
            true
        }
        _ => false,
    }
}

fn is_private_key(words: &[&str]) -> bool {
    matches!(words, [.., "private" | "secret" | "api", "key"] | [.., "private", "key", _])
}

/// Request headers that carry a credential (RFC 9110, 11.6; RFC 6265).
fn is_header(words: &[&str]) -> bool {
    matches!(words, [.., "authorization" | "cookie" | "cookies"] | ["auth"] | [.., "x", "auth"])
        || matches!(words, [.., "basic" | "http", "auth"])
}

fn is_session(words: &[&str]) -> bool {
    matches!(words, ["sessionid" | "jsessionid" | "phpsessid" | "sid"] | [.., "session", "key"])
        || matches!(words, [.., "csrf" | "xsrf"])
        || matches!(words, [.., "one", "time", "code"] | [.., "auth" | "mfa" | "2fa", "code"])
}

fn name_rule(words: &[&str]) -> Option<KeyRule> {
    match words {
        ["name" | "names"] | ["display", "name"] => Some(KeyRule::NameUnderPerson),
        [.., "username" | "login" | "userid"] | [.., "user" | "screen" | "login", "name"] => {
            (words != ["userid"]).then_some(KeyRule::UserName)
        }
        [.., "contact", "person"] => Some(KeyRule::Name),
        [.., before, "name" | "names"] => is_name_of(before).then_some(KeyRule::Name),
        [.., last] => NAME_WORDS.contains(last).then_some(KeyRule::Name),
        [] => None,
    }
}

fn is_name_of(before: &str) -> bool {
    let is_role = matches!(before, "agent" | "account" | "profile" | "owner" | "lead" | "tenant");
    NAME_PARTS.contains(&before) || (PEOPLE.contains(&before) && !is_role)
}

#[cfg(test)]
mod tests {
    use super::{KeyRule, is_person, rule_for};

    #[test]
    fn credentials_are_removed() {
        for key in [
            "password",
            "db_password",
            "userPassword",
            "client_secret",
            "accessToken",
            "X-Api-Key",
            "authorization",
            "Set-Cookie",
            "cvv",
            "pin",
            "otp",
            "refresh_tokens",
            "privateKey",
            "APIKey",
            "apikey",
            "access_key",
            "token",
            "auth_token_1",
        ] {
            let rule = rule_for(key);
            assert!(matches!(rule, KeyRule::Remove | KeyRule::RemoveCarried), "{key}: {rule:?}");
        }
    }

    #[test]
    fn measures_and_lookalikes_are_not() {
        for key in [
            "max_tokens",
            "token_count",
            "tokens_used",
            "tokenizer",
            "author",
            "public_key",
            "public_key_token",
            "nonSecretToken",
            "with_credentials",
            "keyVaultOfSecrets",
            "primary_key",
            "key_id",
            "token_type",
            "input_tokens",
            "sort_key",
            "foreign_key",
            "keyboard",
            "monkey",
            "idiotproof",
            "tokens",
            "password_length",
            "key",
            "eos_token",
            "file_name",
            "tool_name",
            "workflowName",
            "product_name",
            "host_name",
            "event_name",
            "company_name",
            "function_name",
            "expires_at",
            "mac_address",
            "compass",
        ] {
            assert_eq!(rule_for(key), KeyRule::Scan, "{key}");
        }
    }

    #[test]
    fn personal_fields_have_their_rules() {
        for (key, rule) in [
            ("email", KeyRule::Email),
            ("contactEmailAddress", KeyRule::Email),
            ("mobile_number", KeyRule::Phone),
            ("cardNumber", KeyRule::Card),
            ("ssn", KeyRule::Ssn),
            ("iban", KeyRule::Iban),
            ("client_ip", KeyRule::Ip),
            ("first_name", KeyRule::Name),
            ("passengerName", KeyRule::Name),
            ("surname", KeyRule::Name),
            ("contact_person", KeyRule::Name),
            ("name", KeyRule::NameUnderPerson),
            ("username", KeyRule::UserName),
            ("login", KeyRule::UserName),
            ("dateOfBirth", KeyRule::RemoveCarried),
            ("dob", KeyRule::RemoveCarried),
            ("passport_number", KeyRule::RemoveCarried),
            ("billing_address", KeyRule::Remove),
            ("tax_id", KeyRule::Remove),
            ("account_number", KeyRule::Remove),
            ("exp_month", KeyRule::Remove),
        ] {
            assert_eq!(rule_for(key), rule, "{key}");
        }
    }

    #[test]
    fn people_are_containers() {
        assert!(is_person("passengers") && is_person("customer") && is_person("billingContact"));
        assert!(!is_person("product") && !is_person("tools"));
    }
}
