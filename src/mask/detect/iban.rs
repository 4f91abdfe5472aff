//! International bank account numbers (ISO 13616; countries and lengths by the SWIFT IBAN Registry),
//! told by country, length and checksum, or by a word beside them.

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{has_word_before, is_word_end, is_word_start};

/// Country and length, from the SWIFT IBAN Registry.
#[rustfmt::skip] // Packed, as the registry is long.
static COUNTRIES: [(&[u8; 2], usize); 88] = [
    (b"AD", 24), (b"AE", 23), (b"AL", 28), (b"AT", 20), (b"AZ", 28), (b"BA", 20), (b"BE", 16),
    (b"BG", 22), (b"BH", 22), (b"BI", 27), (b"BR", 29), (b"BY", 28), (b"CH", 21), (b"CR", 22),
    (b"CY", 28), (b"CZ", 24), (b"DE", 22), (b"DJ", 27), (b"DK", 18), (b"DO", 28), (b"EE", 20),
    (b"EG", 29), (b"ES", 24), (b"FI", 18), (b"FK", 18), (b"FO", 18), (b"FR", 27), (b"GB", 22),
    (b"GE", 22), (b"GI", 23), (b"GL", 18), (b"GR", 27), (b"GT", 28), (b"HN", 28), (b"HR", 21),
    (b"HU", 28), (b"IE", 22), (b"IL", 23), (b"IQ", 23), (b"IS", 26), (b"IT", 27), (b"JO", 30),
    (b"KW", 30), (b"KZ", 20), (b"LB", 28), (b"LC", 32), (b"LI", 21), (b"LT", 20), (b"LU", 20),
    (b"LV", 21), (b"LY", 25), (b"MC", 27), (b"MD", 24), (b"ME", 22), (b"MK", 19), (b"MN", 20),
    (b"MR", 27), (b"MT", 31), (b"MU", 30), (b"NI", 28), (b"NL", 18), (b"NO", 15), (b"OM", 23),
    (b"PK", 24), (b"PL", 28), (b"PS", 29), (b"PT", 25), (b"QA", 29), (b"RO", 24), (b"RS", 22),
    (b"RU", 33), (b"SA", 24), (b"SC", 31), (b"SD", 18), (b"SE", 24), (b"SI", 19), (b"SK", 24),
    (b"SM", 27), (b"SO", 23), (b"ST", 25), (b"SV", 28), (b"TL", 23), (b"TN", 24), (b"TR", 26),
    (b"UA", 29), (b"VA", 22), (b"VG", 24), (b"XK", 20),
];

/// Words that tell an account number which its check digits do not prove, mistyped or shortened.
const WORDS: [&str; 2] = ["iban", "ibans"];
const WEAK_WORDS: [&str; 2] = ["account", "acct"];

/// ISO 13616: at most 34 characters; the shortest of the registry has 15.
const MIN_LEN: usize = 15;
const MAX_LEN: usize = 34;

/// Appends the account number whose check digits begin at `digits`, two letters before them.
pub(super) fn find_at(text: &str, digits: usize, findings: &mut Vec<Finding>) {
    let Some(at) = digits.checked_sub(2) else {
        return;
    };
    if !has_form(text.as_bytes(), at) {
        return;
    }
    if let Some(end) = iban_end(text.as_bytes(), at).or_else(|| told_end(text, at)) {
        findings.push(Finding::new(at, end, Entity::Iban));
    }
}

/// Two letters and two digits at the beginning of a word.
fn has_form(bytes: &[u8], at: usize) -> bool {
    bytes.get(at..at + 4).is_some_and(|head| {
        head[..2].iter().all(u8::is_ascii_alphabetic) && head[2..].iter().all(u8::is_ascii_digit)
    }) && is_word_start(bytes, at)
}

/// The end of the account number that begins at `at`, by its country, length and check digits.
fn iban_end(bytes: &[u8], at: usize) -> Option<usize> {
    let end = registered_end(bytes, at)?;
    let number = &bytes[at..end];
    (has_one_case(number) && remainder(number) == 1).then_some(end)
}

/// The end of as many letters and digits as the country's numbers have.
fn registered_end(bytes: &[u8], at: usize) -> Option<usize> {
    let country = [bytes[at].to_ascii_uppercase(), bytes[at + 1].to_ascii_uppercase()];
    let &(_, length) = COUNTRIES.iter().find(|(code, _)| **code == country)?;
    read_end(bytes, at, length).filter(|&end| is_word_end(bytes, end))
}

/// The end of a number that only a word beside it tells: of any country beside its own name, of
/// a country's length beside that of an account.
fn told_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes[at..at + 2].iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    if has_word_before(text, at, &WORDS) {
        return groups_end(bytes, at);
    }
    registered_end(bytes, at)
        .filter(|&end| has_one_case(&bytes[at..end]) && has_word_before(text, at, &WEAK_WORDS))
}

/// The end of groups of capitals and digits with single blanks between; the last holds a digit,
/// and one without, as a bank's code, has four letters: more are a word.
fn groups_end(bytes: &[u8], at: usize) -> Option<usize> {
    let is_part = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    let (mut start, mut seen) = (at, 0);
    let mut told = None;
    while seen < MAX_LEN {
        let length = bytes[start..].iter().take(MAX_LEN + 1).take_while(is_part).count();
        let end = start + length;
        let has_digit = bytes[start..end].iter().any(u8::is_ascii_digit);
        seen += length;
        if !is_word_end(bytes, end) || seen > MAX_LEN || !(has_digit || length == 4) {
            break;
        }
        if has_digit {
            told = Some(end).filter(|_| seen >= MIN_LEN);
        }
        if bytes.get(end) != Some(&b' ') {
            break;
        }
        start = end + 1;
    }
    told
}

/// Where `length` letters and digits from `at` on end; single blanks or hyphens may stand between.
fn read_end(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let mut seen = 0;
    let mut was_separator = true;
    for (offset, &b) in bytes[at..].iter().enumerate() {
        if b.is_ascii_alphanumeric() {
            seen += 1;
            was_separator = false;
        } else if is_separator(b) && !was_separator {
            was_separator = true;
        } else {
            return None;
        }
        if seen == length {
            return Some(at + offset + 1);
        }
    }
    None
}

/// Written in capitals, or typed in small letters throughout.
fn has_one_case(number: &[u8]) -> bool {
    !number.iter().any(u8::is_ascii_lowercase) || !number.iter().any(u8::is_ascii_uppercase)
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'-')
}

/// ISO/IEC 7064 MOD 97-10 over the number with its first four characters moved to the end.
fn remainder(iban: &[u8]) -> u32 {
    let characters = || iban.iter().filter(|&&b| !is_separator(b));
    characters().skip(4).chain(characters().take(4)).fold(0, |rest, &b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        letter => (rest * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    })
}

#[cfg(test)]
mod tests {
    use super::find_at;

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
        find_at(text, digits, &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn account_numbers_are_found() {
        assert_eq!(found("IBAN: DE75512108001245126199."), ["DE75512108001245126199"]);
        assert_eq!(found("to NL91 ABNA 0417 1643 00 today"), ["NL91 ABNA 0417 1643 00"]);
    }

    #[test]
    fn a_word_tells_what_the_check_digits_do_not_prove() {
        assert_eq!(found("IBAN DE75512108001245126198,"), ["DE75512108001245126198"]);
        assert_eq!(found("her iban: XX12 ABCD 0000 1111 now"), ["XX12 ABCD 0000 1111"]);
        assert_eq!(found("account DE75512108001245126198"), ["DE75512108001245126198"]);
        assert_eq!(found("account XX75512108001245126198"), Vec::<&str>::new());
        assert_eq!(found("the IBAN AB12 is short"), Vec::<&str>::new());
    }

    #[test]
    fn one_that_is_cut_off_by_the_end_of_the_text_is_read_to_there() {
        for text in ["IBAN FR7", "IBAN GB82 WEST", "IBAN GB82 WEST "] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn wrong_ones_are_not() {
        for text in ["DE75512108001245126198", "XX75512108001245126199", "DE7551210800124512619"] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
