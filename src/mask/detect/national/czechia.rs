//! Czechia and Slovakia, which have kept one birth number (rodné číslo).

use super::checksum::{number, value};
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[of(Pack::Czechia), before_1954(Pack::Czechia)];
pub(super) const SLOVAK_NUMBERS: &[Number] = &[of(Pack::Slovakia), before_1954(Pack::Slovakia)];

const WORDS: &[&str] = &[
    "rodné číslo",
    "rodne cislo",
    "rodného čísla",
    "rodneho cisla",
    "rodným číslem",
    "rodnym cislem",
    "rč",
    "birth number",
];

const fn of(pack: Pack) -> Number {
    Number {
        pack,
        name: "birth number",
        forms: &["9999999999", "999999 9999"],
        separators: b"/ ",
        check: is_birth_number,
        alone: Alone::With(b"/"),
        words: WORDS,
    }
}

const fn before_1954(pack: Pack) -> Number {
    Number {
        pack,
        name: "birth number",
        forms: &["999999999", "999999 999"],
        separators: b"/ ",
        check: is_old_birth_number,
        alone: Alone::Never,
        words: WORDS,
    }
}

/// § 13 of the Czech act 133/2000 and § 2 of the Slovak act 301/1995: a multiple of 11; until 1985
/// a 0 stood where the rest was 10.
fn is_birth_number(digits: &[u8]) -> bool {
    let rest = number(&digits[..9]) % 11;
    is_birth_date(digits) && rest % 10 == u64::from(value(digits[9]))
}

/// Until 1954 there was no check digit, and no serial 000.
fn is_old_birth_number(digits: &[u8]) -> bool {
    is_birth_date(digits) && pair(digits, 0) < 54 && &digits[6..] != b"000"
}

/// Women have 50 on the month; 20 more are there for days whose numbers are used up.
fn is_birth_date(digits: &[u8]) -> bool {
    let month = match pair(digits, 2) % 50 {
        month @ 21..=32 => month - 20,
        month => month,
    };
    is_date(pair(digits, 4), month)
}

#[cfg(test)]
mod tests {
    use super::{is_birth_number, is_old_birth_number};

    #[test]
    fn published_examples_check() {
        assert!(is_birth_number(b"7103192745") && is_birth_number(b"9101010370"));
        assert!(!is_birth_number(b"1103492745") && !is_birth_number(b"7103192746"));
        assert!(is_old_birth_number(b"530112123") && !is_old_birth_number(b"600112123"));
    }
}
