//! How deep a JSON text is nested, without parsing it.

/// Whether the text is nested deeper than this. Right for every valid JSON text.
pub(super) fn is_beyond(json: &str, most: usize) -> bool {
    let opens = |byte: &&u8| matches!(byte, b'{' | b'[');
    // Few texts have so many brackets at all, and to count them is quick.
    json.as_bytes().iter().filter(opens).count() > most && deepest(json) > most
}

fn deepest(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut impl Iterator<Item = u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(deepest(r#"{"a[[[\"{": [1, {}], "b": []}"#), 3);
        let many = format!("[{}1]", "[],".repeat(500));
        assert!(!is_beyond(&many, 128));
        assert!(is_beyond(&format!("{}{}", "[".repeat(129), "]".repeat(129)), 128));
    }
}
