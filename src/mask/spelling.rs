//! The spellings of a text that differ in the case of their letters.

use super::word::is_in_word;

/// The text as it is, in small letters, in capitals, and with a capital at the beginning of each
/// word in it: whoever compares ignores the case of ASCII letters alone, and for a text of those one
/// spelling is enough.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![text.to_owned()];
    if text.is_ascii() {
        return spellings;
    }
    for other in [text.to_lowercase(), text.to_uppercase(), capitalized(text)] {
        if !spellings.iter().any(|known| known.eq_ignore_ascii_case(&other)) {
            spellings.push(other);
        }
    }
    spellings
}

fn capitalized(text: &str) -> String {
    let mut capitalized = String::with_capacity(text.len());
    let mut is_after_word = false;
    for c in text.chars() {
        if is_after_word {
            capitalized.extend(c.to_lowercase());
        } else {
            capitalized.extend(c.to_uppercase());
        }
        is_after_word = is_in_word(c);
    }
    capitalized
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn letters_beyond_ascii_are_spelled_in_each_case() {
        assert_eq!(spellings("Ann"), ["Ann"]);
        assert_eq!(spellings("özgür kaya"), ["özgür kaya", "ÖZGÜR KAYA", "Özgür Kaya"]);
    }
}
