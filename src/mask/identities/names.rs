//! Which texts under a name are names, and which of them are everyday words as well.

/// Words that stand in for a name, and titles before one: masking them everywhere would only
/// blot out the text.
#[rustfmt::skip] // Packed, as the lists of words are.
const NOT_NAMES: &[&str] = &[
    "admin", "agent", "anonymous", "assistant", "bot", "client", "company", "customer", "default",
    "dr", "guest", "herr", "frau", "iii", "jr", "madam", "miss", "mme", "mr", "mrs", "ms", "mx",
    "n/a", "name", "none", "null", "owner", "prof", "root", "sir", "sr", "support", "system",
    "team", "test", "unknown", "user",
];

/// Name parts that are everyday words as well; they are masked only as they are written.
const ALSO_WORDS: &[&str] = &[
    "angel", "art", "baker", "bell", "best", "bill", "black", "brook", "brown", "cook", "day",
    "dean", "drew", "faith", "fields", "fox", "frank", "gene", "good", "grace", "grant", "gray",
    "green", "hall", "hill", "hope", "house", "hunter", "jack", "joy", "king", "lane", "law",
    "long", "love", "major", "mark", "mason", "may", "miles", "miller", "moon", "north", "page",
    "park", "price", "rich", "rose", "sandy", "short", "smart", "snow", "stone", "storm", "street",
    "summer", "van", "von", "ward", "west", "white", "wild", "will", "wood", "woods", "young",
];

/// Whether a text under a name can be one.
pub(super) fn is_name(text: &str) -> bool {
    let word = text.trim_end_matches('.');
    text.chars().filter(|c| c.is_alphabetic()).take(2).count() == 2
        && !NOT_NAMES.iter().any(|other| other.eq_ignore_ascii_case(word))
}

/// A word that is masked only as it is written.
pub(super) fn is_everyday(name: &str) -> bool {
    name.chars().take(4).count() <= 3
        || ALSO_WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}
