//! A number as what it means, however it is written.

/// The digits of a number without zeros at either end, and by which power of ten they are to be taken:
/// `1.50`, `15e-1` and `0.15E+1` are all `15e-1`. Exact, however many digits there are.
pub(super) fn plain(number: &str) -> Option<String> {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Some("0".to_owned());
    }
    let behind = digits.len() - digits.trim_end_matches('0').len();
    let exponent =
        exponent.parse::<i64>().ok()?.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let exponent = exponent.checked_add(i64::try_from(behind).ok()?)?;
    Some(format!("{sign}{significant}e{exponent}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form() {
        for (same, form) in [
            (&["1.50", "15e-1", "0.15E+1", "1.5", "150e-2"][..], "15e-1"),
            (&["0", "-0", "0.000", "-0e7", "0E-9"], "0"),
            (&["100000", "1e5", "0.1e6"], "1e5"),
            (&["-0.0000001", "-1E-7"], "-1e-7"),
            (
                &["12345678901234567890123", "1.2345678901234567890123e22"],
                "12345678901234567890123e0",
            ),
        ] {
            for number in same {
                assert_eq!(plain(number).as_deref(), Some(form), "{number}");
            }
        }
        assert_ne!(plain("0.1"), plain("0.10000000000000000001"));
    }

    #[test]
    fn what_is_no_number_has_none() {
        for odd in ["", "-", ".", "e5", "1e", "1e99999999999999999999", "nan", "1.2.3"] {
            assert_eq!(plain(odd), None, "{odd}");
        }
    }
}
