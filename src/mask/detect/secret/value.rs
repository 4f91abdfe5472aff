//! Whether the value beside a telling name is a credential or stands for one.

use super::super::pair::Form;
use super::charset::Charset;

/// Values that stand for one, compared without case.
const STAND_INS: [&str; 40] = [
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "string",
    "str",
    "text",
    "bearer",
    "basic",
    "required",
    "optional",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "changeme",
    "changeit",
    "change_me",
    "change-me",
    "placeholder",
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "empty",
    "unset",
    "missing",
    "invalid",
    "default",
    "username",
    "access_token",
    "client_secret",
    "todo",
    "tbd",
    "n/a",
];

/// Beginnings of values that tell what to put there.
const INSTRUCTIONS: [&str; 20] = [
    "your", "<", "${", "{{", "$(", "insert", "replace", "enter", "put_", "put-", "example", "my_",
    "my-", "todo", "dummy", "fake", "sample", "xxx", "...", "%(",
];

/// How much of a proof the name beside the value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Proof {
    /// The name is that of a password: nearly any value is one.
    Password,
    /// The name is that of a token or key: the value must look like one.
    Token,
    /// The name is that of a PIN or a one-time code: a few digits.
    Code,
    /// The name may be that of a key: the value must look random.
    Weak,
    /// The name is that of a provider that gives values of one alphabet and length.
    Form(Charset, usize),
    /// The name is that of a login: a user and a password.
    Pair,
}

/// Whether `value` is a credential.
pub(super) fn is_credential(value: &str, proof: Proof, form: Form) -> bool {
    let bytes = value.as_bytes();
    let is_none = is_stand_in(value) || is_filling(bytes) || spells_alphabet(bytes);
    if is_none || is_reference(bytes, form) {
        return false;
    }
    match proof {
        Proof::Password => is_password(bytes, form),
        Proof::Token => is_token(bytes) || (form == Form::Quoted && is_chosen(bytes)),
        Proof::Code => is_code(bytes),
        Proof::Weak => is_random(bytes),
        Proof::Form(charset, length) => {
            (bytes.len() == length && charset.run(bytes, length) == length) || is_token(bytes)
        }
        Proof::Pair => is_pair(bytes),
    }
}

/// `changeme`, `your-key-here`, `<token>`, `null`.
pub(super) fn is_stand_in(value: &str) -> bool {
    let is = |other: &str| value.eq_ignore_ascii_case(other);
    let begins =
        |start: &str| value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    STAND_INS.iter().any(|word| is(word)) || INSTRUCTIONS.iter().any(|start| begins(start))
}

/// Three `*`, five `x`, or fourteen of one other sign that fills a form, in a row.
pub(super) fn is_filling(bytes: &[u8]) -> bool {
    let mut run = 0;
    let mut previous = 0;
    for &b in bytes {
        run = if b == previous { run + 1 } else { 1 };
        previous = b;
        let limit = match b {
            b'*' => 3,
            b'x' | b'X' | b'.' => 5,
            b'0' | b'1' | b'-' | b'_' | b'~' => 14,
            _ => usize::MAX,
        };
        if run >= limit {
            return true;
        }
    }
    false
}

/// The letters of the alphabet in their order, all of them: nobody draws or chooses that.
fn spells_alphabet(bytes: &[u8]) -> bool {
    let mut run = 1;
    bytes.windows(2).any(|pair| {
        let [one, next] = [pair[0], pair[1]].map(|b| b.to_ascii_lowercase());
        run = if one.is_ascii_lowercase() && next == one + 1 { run + 1 } else { 1 };
        run == 26
    })
}

/// A variable, a call, a template, a path or an address that says where the value comes from.
fn is_reference(bytes: &[u8], form: Form) -> bool {
    let is_variable = bytes.starts_with(b"$") && bytes[1..].iter().all(|&b| is_name_byte(b));
    let is_place = has(bytes, b"://") || is_path(bytes);
    let is_code = form != Form::Quoted && is_expression(bytes);
    let is_windows_variable = bytes.len() > 2 && bytes.starts_with(b"%") && bytes.ends_with(b"%");
    is_variable || is_template(bytes) || is_place || is_code || is_windows_variable
}

/// `/run/secrets/key`, `./key.pem`, but not base64 that happens to begin with a slash.
fn is_path(bytes: &[u8]) -> bool {
    let is_base64 = || {
        let is_drawn = bytes.len() >= 32 && has_mixed_case(bytes) && is_random(bytes);
        is_drawn || bytes.iter().any(|b| matches!(b, b'+' | b'='))
    };
    bytes.starts_with(b"./") || (bytes.starts_with(b"/") && !is_base64())
}

/// What code reads settings and fields from.
const ROOTS: [&[u8]; 9] = [
    b"process.env.",
    b"import.meta.env.",
    b"os.environ",
    b"config.",
    b"settings.",
    b"secrets.",
    b"self.",
    b"this.",
    b"env.",
];

/// YAML 1.2, 6.8.2: `!vault`, `!secret` say what follows or where it comes from.
fn is_tag(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"!").is_some_and(|tag| tag.iter().all(u8::is_ascii_alphabetic))
}

/// `${NAME}`, `{{ name }}`, `$(command)`, `<%= name %>` anywhere in the value.
fn is_template(bytes: &[u8]) -> bool {
    [(&b"${"[..], &b"}"[..]), (b"{{", b"}}"), (b"$(", b")"), (b"<%", b"%>"), (b"#{", b"}")]
        .into_iter()
        .any(|(open, close)| {
            memchr::memmem::find(bytes, open).is_some_and(|at| closes(&bytes[at + 2..], close))
        })
}

/// Whether only a name, its path and blanks stand before the closing mark.
fn closes(bytes: &[u8], close: &[u8]) -> bool {
    let is_inner = |b: &&u8| is_name_byte(**b) && **b != b'}' || b" $-|:=\"'/".contains(*b);
    let inner = bytes.iter().take_while(is_inner).count();
    bytes[inner..].starts_with(close)
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'{' | b'}')
}

/// Bare words joined by points, underscores or humps, and calls.
fn is_expression(bytes: &[u8]) -> bool {
    let is_words = bytes.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'));
    let joints = bytes.windows(2).filter(|pair| {
        matches!(pair[0], b'_' | b'.')
            || (pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    });
    let is_call = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && memchr::memchr2(b'(', b'[', bytes)
            .is_some_and(|at| bytes[..at].iter().all(|&b| is_name_byte(b) && b != b'}'));
    let is_word_path = is_words && joints.count() > 0 && !is_scrambled(bytes);
    is_word_path || is_call || is_tag(bytes) || ROOTS.iter().any(|root| bytes.starts_with(root))
}

fn is_password(bytes: &[u8], form: Form) -> bool {
    let is_word = bytes.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_' | b'.'));
    (4..=512).contains(&bytes.len())
        && !(is_word && form == Form::Spaced)
        && bytes.iter().any(u8::is_ascii_alphanumeric)
}

/// At least eight characters without blanks: with a digit, or long, or in ever other case.
fn is_token(bytes: &[u8]) -> bool {
    let has_digit = bytes.iter().any(u8::is_ascii_digit);
    let is_number = bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','));
    let is_long = bytes.len() >= 20 && has_mixed_case(bytes);
    bytes.len() >= 8
        && !bytes.contains(&b' ')
        && distinct(bytes) > 4
        && (has_digit || is_long || is_scrambled(bytes))
        && (!is_number || bytes.len() >= 15)
}

/// Letters whose case changes at every second or third one; humps of words are longer.
fn is_scrambled(bytes: &[u8]) -> bool {
    let is_upper = |b: u8| b.is_ascii_uppercase();
    let changes = bytes.windows(2).filter(|p| is_upper(p[0]) != is_upper(p[1])).count();
    bytes.len() >= 12 && bytes.iter().all(u8::is_ascii_alphabetic) && changes * 3 >= bytes.len()
}

/// Many different signs among the letters, as generators of passwords set them.
fn is_chosen(bytes: &[u8]) -> bool {
    let is_sign = |b: &u8| b.is_ascii_punctuation() && !b"-_./:,".contains(b);
    let signs = bytes.iter().filter(|b| is_sign(b)).fold(0u128, |seen, b| seen | (1 << b));
    bytes.len() >= 16 && signs.count_ones() >= 4 && bytes.iter().all(u8::is_ascii_graphic)
}

/// How many different bytes there are; a key that is drawn at random has many.
fn distinct(bytes: &[u8]) -> u32 {
    let seen = bytes.iter().fold(0u128, |seen, b| seen | (1 << (b & 0x7F)));
    seen.count_ones()
}

/// ISO 9564-1: a PIN has 4 to 12 digits; the code on a card three, a one-time code six to eight.
fn is_code(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let is_plain = bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-'));
    is_plain && (3..=12).contains(&digits) && bytes.len() < digits + 4
}

/// A user, a colon and a password, and no address.
fn is_pair(bytes: &[u8]) -> bool {
    let parts = memchr::memchr(b':', bytes).map(|at| (at, bytes.len() - at - 1));
    parts.is_some_and(|(user, password)| user > 2 && password > 2) && !has(bytes, b"://")
}

fn has_mixed_case(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase)
}

/// At least 16 letters and digits that change between the two often, or a UUID (RFC 9562).
pub(super) fn is_random(bytes: &[u8]) -> bool {
    if is_uuid(bytes) {
        return true;
    }
    let is_key = bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_+/=.~:".contains(b));
    let changes =
        bytes.windows(2).filter(|p| p[0].is_ascii_digit() != p[1].is_ascii_digit()).count();
    let is_long = bytes.len() >= 32 && bytes.iter().all(u8::is_ascii_alphanumeric);
    bytes.len() >= 16 && is_key && (is_long || changes * 6 >= bytes.len()) && changes > 3
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::super::super::pair::Form::{self, Quoted, Spaced, Tight};
    use super::{Proof, is_credential};

    fn holds(values: &[(&str, Proof, Form)]) -> Vec<bool> {
        values.iter().map(|&(value, proof, form)| is_credential(value, proof, form)).collect()
    }

    #[test]
    fn what_is_drawn_or_chosen_is_a_credential() {
        let all = holds(&[
            ("q7w8e9r0", Proof::Token, Tight),
            ("KqWzRtLpXvBn", Proof::Token, Tight),
            ("(a]b{c}d$efghij?k", Proof::Token, Quoted),
            ("/q7W8e9R0t1Y2u3I4o5P6a7S8d9F0g1H2", Proof::Token, Tight),
            ("/bcd1234+5678efgh", Proof::Token, Tight),
            ("Q7W8E9R0T1Y2U3I4", Proof::Weak, Tight),
            ("qwertyuiopasdfghjklzxcvb12n34m5q6w", Proof::Weak, Tight),
            ("open sesame", Proof::Password, Quoted),
            ("48213", Proof::Code, Tight),
        ]);
        assert!(all.iter().all(|&is_one| is_one), "{all:?}");
    }

    #[test]
    fn what_stands_for_one_is_not() {
        let any = holds(&[
            ("q7w8e9r", Proof::Token, Tight),
            ("getAccessToken", Proof::Token, Tight),
            ("sk_abcdefghijklmnopqrstuvwxyz1", Proof::Password, Quoted),
            ("abc***789", Proof::Token, Quoted),
            ("xxxxx1234", Proof::Token, Quoted),
            ("process.env.TOKEN_2", Proof::Token, Tight),
            ("!vault", Proof::Password, Tight),
            ("${PASS_1}", Proof::Password, Quoted),
            ("/run/secrets/key1", Proof::Token, Tight),
            ("a-name-of-32-signs-with-2-numbers", Proof::Weak, Tight),
            ("word", Proof::Password, Spaced),
            ("12", Proof::Code, Tight),
        ]);
        assert!(!any.iter().any(|&is_one| is_one), "{any:?}");
    }
}
