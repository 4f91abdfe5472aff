//! The placeholders that stand where something was masked: `[TYPE]` or `[TYPE:detail]`, as
//! `epilogue::mask` writes them.

/// Every type, with what it stood for.
const TYPES: [(&str, &str); 13] = [
    ("EMAIL", "an e-mail address"),
    ("CARD", "a card number"),
    ("SECRET", "a key, token or password"),
    ("REMOVED", "a value that is never kept"),
    ("PHONE", "a telephone number"),
    ("SSN", "a social security number"),
    ("IBAN", "a bank account number"),
    ("IP", "an IP address"),
    ("MAC", "a hardware address"),
    ("NAME", "a person's name"),
    ("ID", "an identifier of a person"),
    ("BLOB", "binary data"),
    ("NATIONAL", "a national identifier"),
];

/// A placeholder at the beginning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placeholder {
    /// Its length in bytes.
    pub(crate) length: usize,
    /// What it stands for.
    pub(crate) what: &'static str,
    /// Whether it has a detail; of most types that is a hash, which is one for equal values.
    pub(crate) has_detail: bool,
}

/// The placeholder that a text begins with.
pub(crate) fn first(text: &str) -> Option<Placeholder> {
    let inside = text.strip_prefix('[')?;
    let name = inside.bytes().take_while(u8::is_ascii_uppercase).count();
    let (name, behind) = inside.split_at(name);
    let (_, what) = TYPES.into_iter().find(|(own, _)| *own == name)?;
    let of_detail = |byte: &u8| byte.is_ascii_alphanumeric() || b":_-".contains(byte);
    let detail = behind.bytes().take_while(of_detail).count();
    let is_whole = (detail == 0 || behind.starts_with(':')) && behind[detail..].starts_with(']');
    let length = 1 + name.len() + detail + 1;
    is_whole.then_some(Placeholder { length, what, has_detail: detail > 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_masking_writes_is_a_placeholder() {
        for (text, length) in [
            ("[EMAIL:0123456789abcdef], and", Some(24)),
            ("[CARD]", Some(6)),
            ("[SECRET:aws]x", Some(12)),
            ("[EMAIL", None),
            ("[EMAIL:a b]", None),
            ("[EMAILS]", None),
            ("[email]", None),
            ("x[CARD]", None),
            ("[", None),
        ] {
            assert_eq!(first(text).map(|it| it.length), length, "{text}");
        }
    }

    #[test]
    fn every_type_of_the_masking_is_known() {
        use epilogue::mask::Entity;
        for entity in [Entity::Email, Entity::Secret, Entity::Removed, Entity::National] {
            assert!(first(&format!("[{}]", entity.as_str())).is_some(), "{entity:?}");
        }
    }
}
