//! The words of a text, each by its first bytes: the fast way to tell where something known may
//! begin.

use super::super::vector::{self, BLOCK, ByBlocks, Lanes, each_block};
use super::is_in_word;

/// As many bytes of a word as one register holds.
const KEY: usize = 8;

/// The first bytes of a word, the same in any case of its ASCII letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(u64);

/// By the length of a word, the bytes of a register that belong to it.
const KEPT: [u64; KEY + 1] = {
    let mut kept = [0; KEY + 1];
    let mut len = 1;
    while len <= KEY {
        kept[len] = kept[len - 1] << 8 | 0xff;
        len += 1;
    }
    kept
};

impl Key {
    /// The key of the word that `bytes` begins with, if `word_len` of them belong to it.
    pub(crate) fn of(bytes: &[u8], word_len: usize) -> Self {
        let mut chunk = [0; KEY];
        let len = bytes.len().min(KEY);
        chunk[..len].copy_from_slice(&bytes[..len]);
        Self::of_chunk(u64::from_le_bytes(chunk), word_len)
    }

    /// The key of a text that is one word of ASCII.
    pub(crate) fn of_word(text: &str) -> Option<Self> {
        let is_word = !text.is_empty() && text.bytes().all(is_word_byte);
        is_word.then(|| Self::of(text.as_bytes(), text.len()))
    }

    /// The bit of a capital letter is set in every byte, and bytes of the next word are taken off.
    fn of_chunk(chunk: u64, word_len: usize) -> Self {
        const SMALL: u64 = u64::from_le_bytes([0x20; KEY]);
        Self((chunk | SMALL) & KEPT[word_len.min(KEY)])
    }

    /// An even spread of keys over 64 bits.
    pub(crate) fn spread(self) -> u64 {
        (self.0 ^ (self.0 >> 29)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}

/// Tells `each` where the words of `text` begin, with their keys.
pub(crate) fn each_word(text: &str, each: impl FnMut(usize, Key)) {
    if text.is_ascii() {
        vector::widest(AsciiWords { bytes: text.as_bytes(), each });
    } else {
        each_other_word(text, each);
    }
}

struct AsciiWords<'t, F> {
    bytes: &'t [u8],
    each: F,
}

impl<F: FnMut(usize, Key)> ByBlocks for AsciiWords<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Self { bytes, mut each } = self;
        let mut goes_on = 0;
        each_block(bytes, |block, at| {
            let rest = &bytes[at..];
            let in_words = word_bytes::<L>(block);
            let mut starts = in_words & !(in_words << 1 | goes_on);
            goes_on = in_words >> (BLOCK - 1);
            while starts != 0 {
                let bit = starts.trailing_zeros();
                starts &= starts - 1;
                let key = key_of(&rest[bit as usize..], in_words >> bit, BLOCK - bit as usize);
                each(at + bit as usize, key);
            }
        });
    }
}

fn each_other_word(text: &str, mut each: impl FnMut(usize, Key)) {
    let mut at = 0;
    while let Some(offset) = text[at..].find(is_in_word) {
        let start = at + offset;
        let len = text[start..].find(|c| !is_in_word(c)).unwrap_or(text.len() - start);
        each(start, Key::of(&text.as_bytes()[start..], len));
        at = start + len;
    }
}

/// The key of the word that `rest` begins with; `in_words` tells its bytes as far as its block
/// goes.
#[inline(always)]
fn key_of(rest: &[u8], in_words: u64, left: usize) -> Key {
    let len = in_words.trailing_ones() as usize;
    if let Some(chunk) = rest.first_chunk().filter(|_| len < left || len >= KEY) {
        return Key::of_chunk(u64::from_le_bytes(*chunk), len);
    }
    Key::of(rest, rest.iter().take(KEY).take_while(|&&byte| is_word_byte(byte)).count())
}

/// A bit for each byte that belongs to a word.
#[inline(always)]
fn word_bytes<L: Lanes>(block: &[u8; BLOCK]) -> u64 {
    L::letter(block, b'a', b'z') | L::within(block, b'0', b'9') | L::equal(block, b'_')
}

#[inline(always)]
fn is_word_byte(byte: u8) -> bool {
    let is_letter = u8::from((byte | 0x20).wrapping_sub(b'a') < 26);
    let is_digit = u8::from(byte.wrapping_sub(b'0') < 10);
    is_letter | is_digit | u8::from(byte == b'_') != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(usize, Key)> {
        let mut words = Vec::new();
        each_word(text, |at, key| words.push((at, key)));
        words
    }

    #[test]
    fn every_word_is_told_wherever_it_stands() {
        for before in 0..130 {
            let text = format!("{}maria_l's X", ". ".repeat(before));
            let expected = [
                (before * 2, Key::of(b"MARIA_L", 7)),
                (before * 2 + 8, Key::of(b"s", 1)),
                (before * 2 + 10, Key::of(b"x", 1)),
            ];
            assert_eq!(words(&text), expected, "{before}");
        }
    }

    #[test]
    fn a_long_word_is_told_by_its_beginning() {
        let long = "abcdefghij".repeat(20);
        assert_eq!(words(&long), [(0, Key::of(b"abcdefgh", 8))]);
    }

    #[test]
    fn words_of_other_alphabets_begin_where_their_characters_do() {
        let found = words("\u{ab}K\u{159}enov\u{e1}\u{bb} b");
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2, 14]);
    }
}
