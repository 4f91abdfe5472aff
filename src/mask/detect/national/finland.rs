//! Finland: personal identity code (henkilötunnus).

use super::checksum::number;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Finland,
    name: "personal identity code",
    forms: &["999999A999X", "999999 999X"],
    separators: b"-+",
    check: is_identity_code,
    alone: Alone::Always,
    words: &[
        "hetu",
        "henkilötunnus",
        "henkilotunnus",
        "personbeteckning",
        "personal identity code",
    ],
}];

/// Act 661/2009 and government decree 690/2022, which added signs for the century: day of birth,
/// sign, serial, and a check character modulo 31.
fn is_identity_code(characters: &[u8]) -> bool {
    let (date, rest) = characters.split_at(6);
    let serial = match rest {
        [century, rest @ ..] if rest.len() == 4 => {
            if !b"ABCDEFUVWXY".contains(century) {
                return false;
            }
            rest
        }
        rest => rest,
    };
    let check = (number(date) * 1_000 + number(&serial[..3])) % 31;
    is_date(pair(date, 0), pair(date, 2))
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(check as usize) == serial.get(3)
}

#[cfg(test)]
mod tests {
    use super::is_identity_code;

    #[test]
    fn published_examples_check() {
        assert!(is_identity_code(b"131052308T") && is_identity_code(b"131052A308T"));
        assert!(!is_identity_code(b"131052308U") && !is_identity_code(b"131052G308T"));
        assert!(!is_identity_code(b"310252308Y"));
    }
}
