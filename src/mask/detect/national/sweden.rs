//! Sweden: personal identity number (personnummer) and coordination number.

use super::checksum::luhn;
use super::date::{is_date, pair};
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[Number {
    pack: Pack::Sweden,
    name: "personal identity number",
    forms: &["9999999999", "999999 9999", "999999999999", "99999999 9999"],
    separators: b"-+ ",
    check: is_personal_identity,
    alone: Alone::With(b"-+"),
    words: &[
        "personnummer",
        "personnr",
        "samordningsnummer",
        "samordningsnr",
        "personal identity number",
        "personal number",
    ],
}];

/// § 18 folkbokföringslagen (1991:481), Skatteverket: date of birth, with or without the century,
/// serial, and Luhn's digit over the last ten. A coordination number has 60 on the day.
fn is_personal_identity(digits: &[u8]) -> bool {
    let (century, rest) = digits.split_at(digits.len() - 10);
    let day = pair(rest, 4);
    let day = if day > 60 { day - 60 } else { day };
    let is_century = century.is_empty() || matches!(century, b"18" | b"19" | b"20");
    is_century && is_date(day, pair(rest, 2)) && luhn(rest)
}

#[cfg(test)]
mod tests {
    use super::is_personal_identity;

    #[test]
    fn published_examples_check() {
        assert!(is_personal_identity(b"8803200016") && is_personal_identity(b"198803200016"));
        assert!(is_personal_identity(b"7010632391"));
        assert!(!is_personal_identity(b"8803200018") && !is_personal_identity(b"178803200016"));
    }
}
