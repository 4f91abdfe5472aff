//! Values as people read them; askama calls these as filters.

use crate::time;

/// A moment as it is shown: to the second, in UTC.
pub(crate) fn moment(millis: i64) -> String {
    time::rfc3339(millis).replacen('T', " ", 1).chars().take(19).collect()
}

/// A duration in seconds, in the unit that suits it.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if !s.is_finite() || s < 0.0 => "–".to_owned(),
        s if s < 0.001 => format!("{:.0} µs", s * 1e6),
        s if s < 1.0 => format!("{:.0} ms", s * 1e3),
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3_600.0 => format!("{:.0} min {:.0} s", (s / 60.0).floor(), (s % 60.0).floor()),
        s => format!("{:.0} h {:.0} min", (s / 3_600.0).floor(), (s % 3_600.0 / 60.0).floor()),
    }
}

/// How many milliseconds later, or earlier, something happened.
pub(crate) fn offset(millis: f64) -> String {
    let sign = if millis < 0.0 { "−" } else { "+" };
    match millis.abs() {
        0.0 => "+0".to_owned(),
        millis => format!("{sign}{}", duration(millis / 1e3)),
    }
}

/// A share, from 0 to 1, in per cent.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// An amount of money: as many decimals as it takes to tell small ones apart.
pub(crate) fn money(amount: f64) -> String {
    match amount.abs() {
        size if size >= 10_000.0 => {
            #[expect(clippy::cast_possible_truncation, reason = "the largest is told for more")]
            let whole = amount.round() as i64;
            count(whole)
        }
        size if size >= 1.0 || size == 0.0 => format!("{amount:.2}"),
        size if size >= 0.0001 => format!("{amount:.4}"),
        _ => format!("{amount:.1e}"),
    }
}

/// A whole number with its thousands apart.
pub(crate) fn count(number: impl TryInto<i128>) -> String {
    let Ok(number) = number.try_into() else { return "–".to_owned() };
    let digits = number.unsigned_abs().to_string();
    let mut told = String::with_capacity(digits.len() * 4 / 3 + 1);
    if number < 0 {
        told.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_the_unit_that_suits_them() {
        for (seconds, told) in [
            (0.000_25, "250 µs"),
            (0.25, "250 ms"),
            (2.345, "2.35 s"),
            (42.04, "42.0 s"),
            (125.0, "2 min 5 s"),
            (7_260.0, "2 h 1 min"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(duration(seconds), told);
        }
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, told) in
            [(0_i64, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "−1,234,567")]
        {
            assert_eq!(count(number), told);
        }
    }

    #[test]
    fn money_is_told_as_finely_as_it_is_little() {
        for (amount, told) in [
            (0.0, "0.00"),
            (0.012_34, "0.0123"),
            (0.000_031, "3.1e-5"),
            (12.345, "12.35"),
            (1_234_567.8, "1,234,568"),
        ] {
            assert_eq!(money(amount), told);
        }
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment(1_700_000_000_123), "2023-11-14 22:13:20");
    }
}
