//! The fast pass over a text: which families of detectors have anything to look at.
//!
//! Each block of 64 bytes is tested as a whole in loops that compile to vector instructions; only
//! a word of eight bytes without white space is looked at more closely.

/// A set of detector families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Families(u8);

impl Families {
    pub(crate) const NONE: Self = Self(0);
    /// An at sign: e-mail addresses.
    pub(crate) const AT: Self = Self(1);
    /// Enough digits close together: cards, phones, account numbers, addresses.
    pub(crate) const DIGITS: Self = Self(1 << 1);
    /// Colons, dashes or dots at the distances of a hardware or IPv6 address.
    pub(crate) const HEX_GROUPS: Self = Self(1 << 2);
    /// A long run without white space: keys, tokens, blobs, URLs.
    pub(crate) const LONG: Self = Self(1 << 3);
    /// A sign of assignment.
    pub(crate) const ASSIGNMENT: Self = Self(1 << 4);
    /// Text that may have to be folded.
    pub(crate) const NON_ASCII: Self = Self(1 << 5);
    /// More than one line, or the words of an introduction: greetings and signatures.
    pub(crate) const LINES: Self = Self(1 << 6);
    /// A word for a password.
    pub(crate) const PASSWORD: Self = Self(1 << 7);

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn when(self, holds: bool) -> Self {
        if holds { self } else { Self::NONE }
    }
}

const BLOCK: usize = 64;
/// How far a test looks behind the byte it stands on: `aabb.ccdd.` has its dots five apart.
const AHEAD: usize = 6;
/// The fewest digits of anything: `1.1.1.1`.
const MIN_DIGITS: u32 = 4;
/// A run without white space that is worth a look. The shortest prefixed keys in use have 16
/// characters and more.
pub(crate) const MIN_RUN: usize = 15;

/// The families that have to look at `text`.
pub(crate) fn scan(text: &str) -> Families {
    let bytes = text.as_bytes();
    let mut found = Families::NONE;
    let mut digits_before = 0;
    let mut at = 0;
    while at < bytes.len() {
        let (families, digits) = match bytes.get(at..at + BLOCK + AHEAD) {
            Some(window) => test_block(window, bytes, at),
            None => test_tail(bytes, at),
        };
        found =
            found.with(families).with(Families::DIGITS.when(digits + digits_before >= MIN_DIGITS));
        digits_before = digits;
        at += BLOCK;
    }
    found
}

/// The last block, which is shorter, padded with blanks.
fn test_tail(bytes: &[u8], at: usize) -> (Families, u32) {
    let mut window = [b' '; BLOCK + AHEAD];
    let rest = &bytes[at..bytes.len().min(at + BLOCK + AHEAD)];
    window[..rest.len()].copy_from_slice(rest);
    test_block(&window, bytes, at)
}

fn test_block(window: &[u8], bytes: &[u8], at: usize) -> (Families, u32) {
    let Some(block) = window.first_chunk::<{ BLOCK + AHEAD }>() else {
        return (Families::NONE, 0);
    };
    let (mut found, digits, separators) = test_bytes(block);
    let ahead = window[BLOCK..].iter().filter(|b| matches!(b, b':' | b'-' | b'.')).count();
    if separators > 0 && separators as usize + ahead > 1 {
        found = found.with(Families::HEX_GROUPS.when(has_hex_groups(block)));
    }
    found = found.with(test_words(block)).with(Families::LONG.when(has_long_run(block, bytes, at)));
    (found, digits)
}

/// As many bytes as the smallest vector registers hold; of a fixed size, so that the loops over
/// them need no bounds checks.
const LANES: usize = 16;

fn lanes(window: &[u8; BLOCK + AHEAD], at: usize) -> &[u8; LANES] {
    const EMPTY: [u8; LANES] = [b' '; LANES];
    window[at..].first_chunk().unwrap_or(&EMPTY)
}

/// Tests of single bytes: the families, how many digits and how many separators there are.
fn test_bytes(window: &[u8; BLOCK + AHEAD]) -> (Families, u32, u32) {
    let mut flags = [0u8; LANES];
    let mut digits = [0u8; LANES];
    let mut separators = [0u8; LANES];
    for start in (0..BLOCK).step_by(LANES) {
        let b = lanes(window, start);
        for i in 0..LANES {
            let colon = u8::from(b[i] == b':');
            let sign = colon | u8::from(b[i] == b'=') | u8::from(b[i] == b'>');
            digits[i] += u8::from(b[i].wrapping_sub(b'0') < 10);
            separators[i] += colon | u8::from(b[i] == b'-') | u8::from(b[i] == b'.');
            flags[i] |= (u8::from(b[i] == b'@') * Families::AT.0)
                | (sign * Families::ASSIGNMENT.0)
                | (u8::from(b[i] == b'\n') * Families::LINES.0)
                | (u8::from(b[i] >= 0x80) * Families::NON_ASCII.0);
        }
    }
    (Families(all(flags)), sum(digits), sum(separators))
}

fn all(lanes: [u8; LANES]) -> u8 {
    lanes.iter().fold(0, |all, flags| all | flags)
}

fn sum(lanes: [u8; LANES]) -> u32 {
    lanes.iter().map(|&n| u32::from(n)).sum()
}

/// `::`, or separators as far apart as in `aa:bb:cc`, `aa-bb-cc` and `aabb.ccdd.eeff`.
fn has_hex_groups(window: &[u8; BLOCK + AHEAD]) -> bool {
    (0..BLOCK).any(|at| match window[at] {
        b':' => window[at + 1] == b':' || window[at + 3] == b':',
        b'-' => window[at + 3] == b'-' && window[at + 6] == b'-',
        b'.' => window[at + 5] == b'.',
        _ => false,
    })
}

/// `ssw`, `ssp`, `ssc` as in password, passphrase, passcode; `me is` as in "my name is".
fn test_words(window: &[u8; BLOCK + AHEAD]) -> Families {
    let mut flags = [0u8; LANES];
    for start in (0..BLOCK).step_by(LANES) {
        let [b0, b1, b2] = [0, 1, 2].map(|by| lanes(window, start + by));
        let [b3, b4] = [3, 4].map(|by| lanes(window, start + by));
        for i in 0..LANES {
            let third = b2[i] | 0x20;
            let ends = (third == b'w') || (third == b'p') || (third == b'c');
            let word = (b0[i] | 0x20 == b's') && (b1[i] | 0x20 == b's') & ends;
            let name = (b0[i] == b'm') && (b1[i] == b'e') && (b3[i] == b'i') && (b4[i] == b's');
            flags[i] |=
                (u8::from(word) * Families::PASSWORD.0) | (u8::from(name) * Families::LINES.0);
        }
    }
    Families(all(flags))
}

/// A run of `MIN_RUN` bytes holds at least one aligned word of eight bytes or a part of one so
/// long that the word beside it is full, so only full words are looked at.
fn has_long_run(block: &[u8; BLOCK + AHEAD], bytes: &[u8], at: usize) -> bool {
    block[..BLOCK]
        .chunks_exact(8)
        .enumerate()
        .any(|(i, word)| is_solid(word) && run_around(bytes, at + i * 8) >= MIN_RUN)
}

/// Whether none of the eight bytes is white space or a control character.
fn is_solid(word: &[u8]) -> bool {
    const ONES: u64 = u64::MAX / 255;
    let Some(word) = word.first_chunk::<8>() else {
        return false;
    };
    let word = u64::from_le_bytes(*word);
    word.wrapping_sub(ONES * 0x21) & !word & (ONES * 0x80) == 0
}

/// The length of the run around the word at `at`, counted no further than it matters.
fn run_around(bytes: &[u8], at: usize) -> usize {
    let behind = bytes[at..].iter().take(MIN_RUN).take_while(|&&b| b > b' ').count();
    let before = bytes[..at].iter().rev().take(8).take_while(|&&b| b > b' ').count();
    before + behind
}

#[cfg(test)]
mod tests {
    use super::{Families, scan};

    #[test]
    fn prose_has_nothing_to_look_at() {
        let prose = "The quick brown fox jumps over the lazy dog, and answers nothing of note. ";
        assert!(scan(&prose.repeat(20)).is_empty());
    }

    #[test]
    fn each_sign_is_seen_wherever_it_stands() {
        for (sign, family) in [
            ("a@b", Families::AT),
            ("1.1.1.1", Families::DIGITS),
            ("aa:bb:cc", Families::HEX_GROUPS),
            ("aabb.ccdd.eeff", Families::HEX_GROUPS),
            ("::", Families::HEX_GROUPS),
            ("AKIABCDEFGHIJKLMNOPQ", Families::LONG),
            ("k=v", Families::ASSIGNMENT),
            ("Password", Families::PASSWORD),
            ("\u{ff11}", Families::NON_ASCII),
            ("a\nb", Families::LINES),
            ("my name is", Families::LINES),
        ] {
            for before in 0..140 {
                let text = format!(
                    "{}{sign} and so on",
                    " a".repeat(before / 2) + &" ".repeat(before % 2 + 1)
                );
                assert!(scan(&text).has(family), "{sign} behind {before}");
            }
        }
    }
}
