//! Money as decimal text: added without a rounding error, because a bill is compared to the cent.

use std::borrow::Cow;

use serde::Serialize;

/// Digits behind the decimal point that are added exactly.
const DECIMALS: usize = 18;

/// What a call cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cost {
    #[serde(skip_serializing_if = "is_no_amount")]
    pub(crate) amount: String,
    pub(crate) currency: Cow<'static, str>,
}

impl Cost {
    pub(crate) fn new(amount: Amount, currency: Cow<'static, str>) -> Self {
        Self { amount: amount.0, currency }
    }
}

/// An amount of money, from decimal text or a number.
///
/// ```
/// use epilogue::record::Amount;
///
/// assert_eq!(Amount::from("0.10"), Amount::from("0.10".to_owned()));
/// assert_eq!(Amount::from(0.25), Amount::from("0.25"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount(String);

impl From<&str> for Amount {
    fn from(text: &str) -> Self {
        Self(text.trim().to_owned())
    }
}

impl From<String> for Amount {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<f64> for Amount {
    fn from(value: f64) -> Self {
        Self(value.to_string())
    }
}

/// The sum of the costs in one currency: theirs, if they have only one, or the one asked for.
/// What is no decimal text is left out.
pub(crate) fn total<'a>(
    costs: impl Iterator<Item = &'a Cost>,
    currency: Option<&str>,
) -> Option<(f64, Cow<'static, str>)> {
    let mut sum: Option<(i128, Cow<'static, str>)> = None;
    for cost in costs.filter(|cost| currency.is_none_or(|wanted| wanted == cost.currency)) {
        let Some(units) = units(&cost.amount) else {
            continue;
        };
        sum = match sum {
            None => Some((units, cost.currency.clone())),
            Some((sum, one)) if one == cost.currency => Some((sum.checked_add(units)?, one)),
            // Apples and pears have no sum.
            Some(_) => return None,
        };
    }
    let (units, currency) = sum?;
    Some((number(units)?, currency))
}

/// Text that a reader of the record could not add up.
fn is_no_amount(text: &str) -> bool {
    units(text).is_none()
}

/// Decimal text in units of the last exact decimal.
fn units(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_decimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_decimal(whole) || !is_decimal(fraction) {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(DECIMALS)];
    format!("{whole}{fraction:0<DECIMALS$}").parse::<i128>().ok().map(|units| sign * units)
}

fn number(units: i128) -> Option<f64> {
    let scale = 10_i128.pow(18);
    let sign = if units < 0 { "-" } else { "" };
    let units = units.unsigned_abs();
    let scale = scale.unsigned_abs();
    format!("{sign}{}.{:018}", units / scale, units % scale).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(amount: &str, currency: &'static str) -> Cost {
        Cost { amount: amount.to_owned(), currency: currency.into() }
    }

    #[test]
    fn tenths_add_up() {
        let costs = [cost("0.1", "USD"), cost("0.2", "USD"), cost("oops", "USD")];
        assert_eq!(total(costs.iter(), None), Some((0.3, "USD".into())));
    }

    #[test]
    fn two_currencies_have_no_sum_unless_one_is_asked_for() {
        let costs = [cost("1", "USD"), cost("2", "EUR")];
        assert_eq!(total(costs.iter(), None), None);
        assert_eq!(total(costs.iter(), Some("EUR")), Some((2.0, "EUR".into())));
        assert_eq!(total([].iter(), None), None);
    }

    #[test]
    fn what_is_no_amount_is_left_out() {
        let json = |cost| serde_json::to_value(cost).expect("it serializes");
        let without = serde_json::json!({"currency": "USD"});
        assert_eq!(json(cost("oops", "USD")), without);
        assert_eq!(json(cost(&Amount::from(f64::NAN).0, "USD")), without);
        assert_eq!(json(cost("0.10", "USD"))["amount"], "0.10");
    }

    #[test]
    fn only_decimal_text_is_an_amount() {
        assert_eq!(units("-0.5"), Some(-500_000_000_000_000_000));
        for text in ["", ".", "1e5", "NaN", "1.2.3", "+1"] {
            assert_eq!(units(text), None, "{text}");
        }
    }
}
