//! Brazil: CPF of persons and CNPJ of companies, which many a sole trader is.

use super::checksum::is_uniform;
use super::{Alone, Number, Pack};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        pack: Pack::Brazil,
        name: "CPF",
        forms: &["99999999999", "999 999 999 99", "999999999 99"],
        separators: b".- /",
        check: is_cpf,
        alone: Alone::With(b".-/"),
        words: &["cpf", "cadastro de pessoas físicas", "cadastro de pessoas fisicas"],
    },
    Number {
        pack: Pack::Brazil,
        name: "CNPJ",
        forms: &["XXXXXXXXXXXX99", "XX XXX XXX XXXX 99", "XXXXXXXX XXXX 99"],
        separators: b"./- ",
        check: is_cnpj,
        alone: Alone::With(b"./-"),
        words: &["cnpj", "cadastro nacional da pessoa jurídica"],
    },
];

/// Receita Federal, Instrução Normativa RFB 2.172/2024: two check digits modulo 11.
fn is_cpf(digits: &[u8]) -> bool {
    has_check_digits(digits, 11) && !is_uniform(digits)
}

/// Receita Federal, Instrução Normativa RFB 2.229/2024: two check digits modulo 11; since July 2026
/// new numbers have capital letters too, each with its place in ASCII less 48.
fn is_cnpj(characters: &[u8]) -> bool {
    has_check_digits(characters, 9) && !is_uniform(characters)
}

/// The last two digits, by weights that grow from 2 to `largest` from the right.
fn has_check_digits(characters: &[u8], largest: u32) -> bool {
    let is_check = |at: usize| {
        let weights = (2..=largest).cycle();
        let values = characters[..at].iter().rev().map(|&b| u32::from(b - b'0'));
        let rest = values.zip(weights).map(|(value, weight)| value * weight).sum::<u32>() % 11;
        let check = if rest < 2 { 0 } else { 11 - rest };
        check == u32::from(characters[at] - b'0')
    };
    is_check(characters.len() - 2) && is_check(characters.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::{is_cnpj, is_cpf};

    #[test]
    fn published_examples_check() {
        assert!(is_cpf(b"39053344705") && is_cpf(b"52998224725"));
        assert!(!is_cpf(b"39053344704") && !is_cpf(b"11111111111"));
        assert!(is_cnpj(b"16727230000197") && is_cnpj(b"12ABC34501DE35"));
        assert!(!is_cnpj(b"16727230000198") && !is_cnpj(b"12ABC34501DE36"));
    }
}
