//! Which texts under a name are names, and which of them are everyday words as well.

/// Words that stand in for a name, and titles before one: masking them everywhere would only
/// blot out the text.
#[rustfmt::skip] // Packed, as the lists of words are.
const NOT_NAMES: &[&str] = &[
    "admin", "agent", "anonymous", "assistant", "bot", "client", "company", "customer", "default",
    "dr", "frau", "guest", "herr", "iii", "jr", "madam", "miss", "mme", "mr", "mrs", "ms", "mx",
    "n/a", "name", "none", "null", "owner", "prof", "root", "sir", "sr", "support", "system",
    "team", "test", "unknown", "user",
];

/// Name parts that are everyday words as well; they are masked only as they are written.
#[rustfmt::skip] // Packed, as the lists of words are.
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
    text.chars().filter(|c| c.is_alphabetic()).take(2).count() == 2 && !holds(NOT_NAMES, word)
}

/// A word that is masked only as it is written.
pub(super) fn is_everyday(name: &str) -> bool {
    name.chars().take(4).count() <= 3 || holds(ALSO_WORDS, name)
}

/// Whether a sorted list of words holds this one, in any case of its letters.
fn holds(list: &[&str], word: &str) -> bool {
    const LONGEST: usize = 16;
    let mut small = [0; LONGEST];
    let Some(small) = small.get_mut(..word.len()) else {
        return false;
    };
    small.copy_from_slice(word.as_bytes());
    small.make_ascii_lowercase();
    list.binary_search_by(|other| other.as_bytes().cmp(small)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{ALSO_WORDS, NOT_NAMES, is_everyday, is_name};

    #[test]
    fn the_lists_are_in_order() {
        assert!(NOT_NAMES.is_sorted() && ALSO_WORDS.is_sorted());
        assert!(NOT_NAMES.iter().chain(ALSO_WORDS).all(|word| word.len() <= 16));
    }

    #[test]
    fn stand_ins_are_no_names_and_some_names_are_words() {
        assert!(!is_name("Unknown") && !is_name("Mr.") && is_name("Maria"));
        assert!(is_everyday("Will") && is_everyday("Bo") && !is_everyday("Maria"));
    }
}
