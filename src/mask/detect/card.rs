//! Payment card numbers (ISO/IEC 7812-1), told by issuer, length and check digit.

use super::super::entity::Entity;
use super::Finding;
use super::boundary::{before, byte, has_word_before};

/// ISO/IEC 7812-1: an account number has at most 19 digits; the shortest in use has 12.
const MAX_DIGITS: usize = 19;
const MIN_DIGITS: usize = 12;

/// Words beside which a number with a right check digit is a card, whoever issued it.
const WORDS: [&str; 14] = [
    "card",
    "cc",
    "credit",
    "debit",
    "visa",
    "mastercard",
    "amex",
    "maestro",
    "discover",
    "pan",
    "diners",
    "jcb",
    "unionpay",
    "cardnumber",
];

/// An issuer's numbers: the first digits, as a range of four-digit prefixes, and the lengths.
struct Issuer {
    from: u32,
    to: u32,
    lengths: &'static [usize],
}

const fn issuer(from: u32, to: u32, lengths: &'static [usize]) -> Issuer {
    Issuer { from, to, lengths }
}

impl Issuer {
    /// Whether a number that begins with these digits is the issuer's.
    fn holds(&self, digits: &[u8]) -> bool {
        let prefix = digits[..4].iter().fold(0, |n, &digit| n * 10 + u32::from(digit - b'0'));
        (self.from..=self.to).contains(&prefix)
    }
}

/// Ranges as the schemes publish them to merchants and acquirers (Visa Core Rules; Mastercard
/// Transaction Processing Rules; American Express, Discover and Diners Club, JCB, `UnionPay`, `RuPay`,
/// Mir and Troy BIN range notices).
static ISSUERS: [Issuer; 21] = [
    issuer(4000, 4999, &[13, 16, 19]),         // Visa
    issuer(5100, 5599, &[16]),                 // Mastercard
    issuer(2221, 2720, &[16]),                 // Mastercard
    issuer(3400, 3499, &[15]),                 // American Express
    issuer(3700, 3799, &[15]),                 // American Express
    issuer(6011, 6011, &[16, 17, 18, 19]),     // Discover
    issuer(6440, 6599, &[16, 17, 18, 19]),     // Discover, RuPay
    issuer(3000, 3059, &[14, 16, 17, 18, 19]), // Diners Club
    issuer(3095, 3095, &[14, 16, 17, 18, 19]), // Diners Club
    issuer(3600, 3699, &[14, 16, 17, 18, 19]), // Diners Club
    issuer(3800, 3999, &[14, 16, 17, 18, 19]), // Diners Club
    issuer(3528, 3589, &[16, 17, 18, 19]),     // JCB
    issuer(1800, 1800, &[15]),                 // JCB
    issuer(2131, 2131, &[15]),                 // JCB
    issuer(6200, 6299, &[16, 17, 18, 19]),     // UnionPay
    issuer(8100, 8199, &[16, 17, 18, 19]),     // UnionPay, RuPay
    issuer(2200, 2204, &[16, 17, 18, 19]),     // Mir
    issuer(9792, 9792, &[16]),                 // Troy
    issuer(5018, 5099, &[16, 18, 19]),         // Maestro, Dankort, Elo, RuPay, Verve
    issuer(5600, 5899, &[16, 18, 19]),         // Maestro
    issuer(6304, 6390, &[16, 18, 19]),         // Maestro, Elo, InterPayment
];

/// Ways to write a number in groups, as they are embossed (ISO/IEC 7813 leaves it to the issuer).
const GROUPINGS: [&[usize]; 6] =
    [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4], &[4, 4, 4, 1], &[6, 4, 4, 4]];

/// Digits with their value, in a buffer of fixed size.
struct Number {
    digits: [u8; MAX_DIGITS],
    len: usize,
}

/// Whether `text`, the decimal text of a JSON number, is a card number.
pub(super) fn is_card_number(text: &str) -> bool {
    // A whole number may have been kept as a float; the digits around a point are no card's.
    let whole = text.strip_suffix(".0").unwrap_or(text);
    !whole.contains('.')
        && Number::read(whole.as_bytes())
            .is_some_and(|number| number.is_issued() && number.checks())
}

/// Appends the card numbers that begin in the cluster of digits from `start` to `end`.
pub(super) fn find(text: &str, start: usize, end: usize, findings: &mut Vec<Finding>) {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(start) = next_digit(&bytes[..end], at) {
        let run = digit_run(bytes, start);
        let end = match card_end(text, start, run) {
            Some(end) => {
                findings.push(Finding::new(start, end, Entity::Card));
                end
            }
            None => start + run,
        };
        at = end;
    }
}

fn next_digit(bytes: &[u8], from: usize) -> Option<usize> {
    bytes.get(from..)?.iter().position(u8::is_ascii_digit).map(|offset| from + offset)
}

fn digit_run(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count()
}

/// The end of the card number at `start`, if there is one.
fn card_end(text: &str, start: usize, run: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    if is_inside_token(bytes, start) {
        return None;
    }
    if run >= MIN_DIGITS {
        let end = start + run;
        return is_bare_card(text, start, end).then_some(end);
    }
    let mut groupings = GROUPINGS.iter().filter(|grouping| grouping[0] == run);
    let is_issued = || ISSUERS.iter().any(|i| i.holds(&bytes[start..start + 4]));
    if run < 4 || !is_issued() {
        return None;
    }
    groupings.find_map(|grouping| grouped_end(bytes, start, grouping))
}

/// A letter, a digit behind a point, or a hyphen behind a hexadecimal group (a UUID) before it.
fn is_inside_token(bytes: &[u8], start: usize) -> bool {
    let previous = before(bytes, start);
    if matches!(previous, b'.' | b'-') {
        let earlier = start.checked_sub(2).map_or(b' ', |i| bytes[i]);
        return previous == b'.' && earlier.is_ascii_digit() || earlier.is_ascii_alphabetic();
    }
    previous.is_ascii_alphabetic() || previous == b'_'
}

fn is_bare_card(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let next = byte(bytes, end);
    let is_fraction = next == b'.' && byte(bytes, end + 1).is_ascii_digit();
    if next.is_ascii_alphabetic() || next == b'_' || is_fraction {
        return false;
    }
    Number::read(&bytes[start..end]).is_some_and(|number| {
        number.checks() && (number.is_issued() || has_word_before(text, start, &WORDS))
    })
}

/// The end of a number written in these groups, with one kind of separator.
fn grouped_end(bytes: &[u8], start: usize, grouping: &[usize]) -> Option<usize> {
    let separator = byte(bytes, start + grouping[0]);
    if !matches!(separator, b' ' | b'-' | b'.') {
        return None;
    }
    let mut at = start;
    for (i, &length) in grouping.iter().enumerate() {
        if i > 0 {
            at += usize::from(byte(bytes, at) == separator);
        }
        let group = bytes.get(at..at + length)?;
        if !group.iter().all(u8::is_ascii_digit) || byte(bytes, at + length).is_ascii_digit() {
            return None;
        }
        at += length;
    }
    let number = Number::read(&bytes[start..at])?;
    (number.checks() && number.is_issued() && !byte(bytes, at).is_ascii_alphabetic()).then_some(at)
}

impl Number {
    /// The digits of `text`, whatever separates them, if they can be a card number.
    fn read(text: &[u8]) -> Option<Self> {
        let mut number = Self { digits: [0; MAX_DIGITS], len: 0 };
        for &b in text.iter().filter(|b| !matches!(b, b' ' | b'-' | b'.')) {
            *number.digits.get_mut(number.len)? = b.is_ascii_digit().then(|| b - b'0')?;
            number.len += 1;
        }
        (number.len >= MIN_DIGITS).then_some(number)
    }

    fn is_issued(&self) -> bool {
        let prefix = self.digits[..4].iter().fold(0, |n, &digit| n * 10 + u32::from(digit));
        ISSUERS.iter().any(|i| (i.from..=i.to).contains(&prefix) && i.lengths.contains(&self.len))
    }

    /// ISO/IEC 7812-1, annex B: the Luhn formula.
    fn checks(&self) -> bool {
        let sum: u32 = self.digits[..self.len]
            .iter()
            .rev()
            .enumerate()
            .map(|(i, &digit)| luhn_term(i, u32::from(digit)))
            .sum();
        sum % 10 == 0 && self.digits[..self.len].iter().any(|&d| d != self.digits[0])
    }
}

fn luhn_term(place: usize, digit: u32) -> u32 {
    match (place % 2, digit) {
        (0, digit) => digit,
        (_, digit) if digit > 4 => digit * 2 - 9,
        (_, digit) => digit * 2,
    }
}

#[cfg(test)]
mod tests {
    use super::{find, is_card_number};

    fn found(text: &str) -> Vec<&str> {
        let mut findings = Vec::new();
        find(text, 0, text.len(), &mut findings);
        findings.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn cards_are_found_bare_and_in_groups() {
        assert_eq!(found("pay 4242424242424242 now"), ["4242424242424242"]);
        assert_eq!(found("4242-4242-4242-4242, thanks"), ["4242-4242-4242-4242"]);
        assert_eq!(found("3714 496353 98431"), ["3714 496353 98431"]);
        assert!(is_card_number("5555555555554444"));
    }

    #[test]
    fn other_numbers_are_not_cards() {
        for text in [
            "4242424242424241",
            "0.4242424242424242",
            "1730000000000",
            "a4242424242424242",
            "20261121000000",
            "0000 0000 0000 0000",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
