//! Numbers that JSON can write and that JSONB does not take as they are: it refuses those beyond
//! 10¹³¹⁰⁷² and those with more than 16,383 digits behind the point, and it writes out all digits of the
//! others, so that `1e300` comes back sixty times as long. What is kept is exact for numbers of up to 300
//! characters with exponents of up to 400; what is longer is the nearest that a program can count with.

use std::borrow::Cow;

/// From how many characters on a number is looked at.
const LONG: usize = 300;
/// How far a short one may be moved by its exponent.
const FAR: u32 = 400;
/// How many digits the exponents of one record may come to when they are written out.
const ROOM: u32 = 64 << 10;

/// A record with the nearest number in place of each that JSONB might refuse, and with a text in place of
/// each whose digits have no room any more; hardly any has one.
pub(super) fn kept(payload: &str) -> Cow<'_, str> {
    let (bytes, mut at, mut written, mut room) = (payload.as_bytes(), 0, 0, ROOM);
    let mut kept = String::new();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_text(bytes, at + 1),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(bytes, at);
                if let Some(other) = instead_of(&payload[at..end], &mut room) {
                    kept.push_str(&payload[written..at]);
                    kept.push_str(&other);
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

/// What is kept in place of a number; `None` for the number itself.
fn instead_of(number: &str, room: &mut u32) -> Option<String> {
    let nearest = (!is_plain(number)).then(|| nearest(number));
    let digits = exponent(nearest.as_deref().unwrap_or(number)).unwrap_or_default();
    match room.checked_sub(digits) {
        Some(left) => *room = left,
        None => return Some(format!("\"{}\"", nearest.as_deref().unwrap_or(number))),
    }
    nearest
}

/// By how many digits its exponent moves a number.
fn exponent(number: &str) -> Option<u32> {
    let (_, exponent) = number.split_once(['e', 'E'])?;
    Some(exponent.parse::<i32>().map_or(u32::MAX, i32::unsigned_abs))
}

/// Whether it is one that JSONB takes for sure.
fn is_plain(number: &str) -> bool {
    number.len() <= LONG && exponent(number).is_none_or(|exponent| exponent <= FAR)
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

    #[test]
    fn what_would_be_written_out_at_length_is_kept_as_text() {
        let many = format!("[{}7,1e-5]", "1e300,".repeat(1_000));
        let numbers = "1e300,".repeat(ROOM as usize / 300);
        let texts = "\"1e300\",".repeat(1_000 - ROOM as usize / 300);
        assert_eq!(kept(&many), format!("[{numbers}{texts}7,1e-5]"));
        assert_eq!(kept(&kept(&many)), kept(&many));
        let refused = "[-1e999999]".repeat(1_000);
        assert!(kept(&refused).ends_with("[\"-1.7976931348623157e308\"]"));
    }
}
