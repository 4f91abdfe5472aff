//! Numbers that JSON can write and that JSONB refuses: it takes none beyond 10¹³¹⁰⁷², and none with more
//! than 16,383 digits behind the point.

use std::borrow::Cow;

/// From how many characters on a number is looked at.
const LONG: usize = 300;
/// How far a short one may be moved by its exponent.
const FAR: u32 = 400;

/// A record with the nearest number in place of each that JSONB might refuse; hardly any has one.
pub(super) fn kept(payload: &str) -> Cow<'_, str> {
    let (bytes, mut at, mut written) = (payload.as_bytes(), 0, 0);
    let mut kept = String::new();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_text(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(bytes, at);
                let number = &payload[at..end];
                if !is_plain(number) {
                    kept.push_str(&payload[written..at]);
                    kept.push_str(&nearest(number));
                    written = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if written == 0 {
        return Cow::Borrowed(payload);
    }
    kept.push_str(&payload[written..]);
    Cow::Owned(kept)
}

/// Behind the quotation mark that ends a text.
fn end_of_text(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

fn end_of_number(bytes: &[u8], begin: usize) -> usize {
    let rest = bytes[begin..].iter();
    begin + rest.take_while(|byte| b"0123456789-+.eE".contains(*byte)).count()
}

/// Whether it is one that JSONB takes for sure.
fn is_plain(number: &str) -> bool {
    let exponent = number.split_once(['e', 'E']).map(|(_, exponent)| exponent);
    let is_near = exponent.is_none_or(|exponent| {
        exponent.parse::<i32>().is_ok_and(|exponent| exponent.unsigned_abs() <= FAR)
    });
    number.len() <= LONG && is_near
}

/// The nearest number that a program can count with. Beyond the largest that is the largest.
fn nearest(number: &str) -> String {
    let nearest = number.parse::<f64>().unwrap_or_default().clamp(f64::MIN, f64::MAX);
    format!("{nearest:e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_records_stay_as_they_are() {
        for payload in [
            r#"{"a":[1,-2.5,3e10,1E-7],"b":"1e999999","c\"1e999999":true}"#,
            "{}",
            "",
            "\"",
            "\"\\",
        ] {
            assert!(matches!(kept(payload), Cow::Borrowed(own) if own == payload), "{payload}");
        }
    }

    #[test]
    fn what_is_refused_is_the_nearest_instead() {
        let long = format!("[1.5{},\"é\"]", "0".repeat(20_000));
        assert_eq!(kept(&long), "[1.5e0,\"é\"]");
        let largest = format!("{:e}", f64::MAX);
        assert_eq!(
            kept(r#"{"a":1e999999,"b":-1e99999999999,"c":"x","d":2e-99999}"#),
            format!(r#"{{"a":{largest},"b":-{largest},"c":"x","d":0e0}}"#)
        );
        assert_eq!(kept("1e-2147483648"), "0e0");
    }
}
