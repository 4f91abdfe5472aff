//! Text as JSON strings, by vector instructions where the machine has them.

use std::borrow::Cow;

use escape_simd::json::escape_into;

/// The escaper asks for six times the room of its input, so it is given no more at once.
const CHUNK: usize = 16 << 10;

/// Writes a quoted JSON string. U+0000 becomes U+FFFD: JSONB, where records end up, refuses it.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    write_whole(&without_nul(text), out);
}

/// Writes a quoted JSON string that has no NUL.
pub(super) fn write_whole(text: &str, out: &mut Vec<u8>) {
    if text.len() <= CHUNK {
        escape_into(text, out);
        return;
    }
    out.push(b'"');
    write_part(text, out);
    out.push(b'"');
}

/// The text as it is written: what is looked through has to be the same.
pub(super) fn without_nul(text: &str) -> Cow<'_, str> {
    if has_nul(text.as_bytes()) {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Most texts are so short that a search by vectors would take longer.
fn has_nul(bytes: &[u8]) -> bool {
    const SHORT: usize = 64;
    if bytes.len() > SHORT {
        return memchr::memchr(0, bytes).is_some();
    }
    let Some(last) = bytes.last_chunk() else {
        return bytes.contains(&0);
    };
    let words = bytes.chunks_exact(8).filter_map(<[u8]>::first_chunk);
    words.chain([last]).any(|word| has_nul_byte(u64::from_le_bytes(*word)))
}

/// The test of Alan Mycroft: only a byte of zero borrows from above and has no highest bit.
fn has_nul_byte(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    word.wrapping_sub(ONES) & !word & (ONES << 7) != 0
}

/// Writes a string that has nothing to be escaped.
pub(super) fn write_bare(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Writes a part of a string that has no NUL, without the quotation marks.
pub(super) fn write_part(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    while !rest.is_empty() {
        let mut end = rest.len().min(CHUNK);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        write_chunk(&rest[..end], out);
        rest = &rest[end..];
    }
}

/// The escaper quotes what it writes: its first mark goes over the byte before, which is put back,
/// and its last one is taken off.
fn write_chunk(text: &str, out: &mut Vec<u8>) {
    let Some(before) = out.pop() else {
        return;
    };
    let at = out.len();
    escape_into(text, out);
    out[at] = before;
    out.pop();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_string(text, &mut out);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn strings_are_written_as_serde_json_writes_them() {
        let signs: String = (1..0x180).filter_map(char::from_u32).collect();
        for text in ["", "a", &signs, &signs.repeat(300), &"\u{e9}\"\n".repeat(9_000)] {
            assert_eq!(written(text), serde_json::to_string(text).expect("it serializes"));
        }
    }

    #[test]
    fn nul_reaches_nobody() {
        assert_eq!(written("a\0b"), "\"a\u{fffd}b\"");
        let long = format!("{}\0", "x".repeat(CHUNK));
        assert!(written(&long).ends_with("x\u{fffd}\""));
    }

    #[test]
    fn a_part_has_no_marks() {
        let mut out = b"\"[NAME]".to_vec();
        write_part("\n", &mut out);
        write_part("", &mut out);
        assert_eq!(out, b"\"[NAME]\\n");
    }
}
