//! The fast pass over a text: which families of detectors have anything to look at.
//!
//! Each block of 64 bytes is tested as a whole in loops that compile to vector instructions, first
//! for anything that plain prose does not have, and where there is something, for what it is. Only
//! the regions around such blocks are searched.

mod short;

use std::ops::Range;

use super::vector::{self, ByteLoop};

pub(crate) use self::short::{MAX_SHORT, look as look_at_short};

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
    /// The word of an introduction: "my name is".
    pub(crate) const NAME: Self = Self(1 << 5);
    /// A flag on a command line.
    pub(crate) const FLAG: Self = Self(1 << 6);
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
const WINDOW: usize = BLOCK + AHEAD;
/// How far what a block holds may reach into the blocks beside it without being told there.
const MARGIN: usize = 16;
/// The fewest digits of anything: `1.1.1.1`.
const MIN_DIGITS: u32 = 4;
/// A run without white space that is worth a look. The shortest prefixed keys in use have 16
/// characters and more.
pub(crate) const MIN_RUN: usize = 15;

/// A part of a text in which some detectors have something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) range: Range<usize>,
    pub(crate) families: Families,
}

/// Appends the regions of `text` that have to be looked at, in order, none touching another, and
/// tells all their families.
pub(crate) fn scan(text: &str, regions: &mut Vec<Region>) -> Families {
    vector::widest(Scan { bytes: text.as_bytes(), regions })
}

struct Scan<'a> {
    bytes: &'a [u8],
    regions: &'a mut Vec<Region>,
}

impl ByteLoop for Scan<'_> {
    type Output = Families;

    #[inline(always)]
    fn run(self) -> Families {
        scan_blocks(self.bytes, self.regions)
    }
}

#[inline(always)]
fn scan_blocks(bytes: &[u8], regions: &mut Vec<Region>) -> Families {
    let mut all = Families::NONE;
    let mut digits_before = 0;
    let mut at = 0;
    while at < bytes.len() {
        let mut padded = [b' '; WINDOW];
        let window = window_at(bytes, at, &mut padded);
        let (mut families, digits) = test(window, bytes, at);
        let begins_with_flag = at == 0 && bytes[0] == b'-';
        families = families.with(Families::FLAG.when(begins_with_flag));
        let is_number = digits + digits_before >= MIN_DIGITS;
        families = families.with(Families::DIGITS.when(is_number));
        if !families.is_empty() {
            let start = if is_number && digits_before > 0 { at - BLOCK } else { at };
            let end = bytes.len().min(at + BLOCK + MARGIN);
            add(regions, start.saturating_sub(MARGIN)..end, families);
            all = all.with(families);
        }
        digits_before = digits;
        at += BLOCK;
    }
    all
}

/// Adds a region, or makes the last one longer.
fn add(regions: &mut Vec<Region>, range: Range<usize>, families: Families) {
    match regions.last_mut() {
        Some(last) if last.range.end >= range.start => {
            last.range.end = range.end;
            last.families = last.families.with(families);
        }
        _ => regions.push(Region { range, families }),
    }
}

/// The window at `at`; the last one, which is shorter, padded with blanks.
#[inline(always)]
fn window_at<'w>(bytes: &'w [u8], at: usize, padded: &'w mut [u8; WINDOW]) -> &'w [u8; WINDOW] {
    let rest = &bytes[at..];
    if let Some(window) = rest.first_chunk() {
        return window;
    }
    padded[..rest.len()].copy_from_slice(rest);
    padded
}

/// The families of a block, and how many digits it has. Most blocks are prose, of which that is
/// told as a whole.
#[inline(always)]
fn test(window: &[u8; WINDOW], bytes: &[u8], at: usize) -> (Families, u32) {
    let is_long = || Families::LONG.when(has_long_run(window, bytes, at));
    match (is_told(window), has_solid_word(window)) {
        (false, false) => (Families::NONE, 0),
        _ if is_uniform(window) => (Families::NONE, 0),
        (false, true) => (is_long(), 0),
        (true, false) => test_block(window),
        (true, true) => {
            let (families, digits) = test_block(window);
            (families.with(is_long()), digits)
        }
    }
}

/// Whether a block holds more than words and the signs between sentences: a digit, a sign from `/`
/// to `@` in ASCII, a word that a credential or a name may stand behind, a flag, or points as far
/// apart as in `aabb.ccdd.eeff`.
#[inline(always)]
fn is_told(window: &[u8; WINDOW]) -> bool {
    let mut told = 0;
    for i in 0..BLOCK {
        let [b0, b1, b2] = [window[i], window[i + 1], window[i + 2]];
        let sign = u8::from(b0.wrapping_sub(b'/') <= b'@' - b'/');
        let hissing = u8::from(b0 | 0x20 == b's') & u8::from(b1 | 0x20 == b's');
        let name = u8::from(b0 == b'a') & u8::from(b1 == b'm') & u8::from(b2 == b'e');
        let flag = u8::from(b0 == b' ') & u8::from(b1 == b'-');
        let dotted = u8::from(b0 == b'.') & u8::from(window[i + 5] == b'.');
        told |= sign | hissing | name | flag | dotted;
    }
    told != 0
}

/// Whether it is one byte again and again: filling, which is no part of anything but a longer run,
/// and that is told where it begins and ends.
#[inline(always)]
fn is_uniform(window: &[u8; WINDOW]) -> bool {
    window.iter().fold(0, |others, byte| others | (byte ^ window[0])) == 0
}

#[inline(always)]
fn has_solid_word(window: &[u8; WINDOW]) -> bool {
    words_of_eight(window).fold(false, |any, word| any | is_solid(word))
}

#[inline(always)]
fn words_of_eight(window: &[u8; WINDOW]) -> impl Iterator<Item = u64> + '_ {
    window[..BLOCK]
        .chunks_exact(8)
        .map(|word| word.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)))
}

/// Whether none of the eight bytes is white space or a control character.
fn is_solid(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    word.wrapping_sub(ONES * 0x21) & !word & (ONES * 0x80) == 0
}

#[inline(always)]
fn test_block(window: &[u8; WINDOW]) -> (Families, u32) {
    let (mut found, digits, separators) = test_bytes(window);
    let ahead = window[BLOCK..].iter().filter(|b| matches!(b, b':' | b'-' | b'.')).count();
    if separators > 0 && separators as usize + ahead > 1 {
        found = found.with(Families::HEX_GROUPS.when(has_hex_groups(window)));
    }
    (found.with(test_words(window)), digits)
}

/// As many bytes as the smallest vector registers hold; of a fixed size, so that the loops over
/// them need no bounds checks.
const LANES: usize = 16;

fn lanes(window: &[u8; WINDOW], at: usize) -> &[u8; LANES] {
    const EMPTY: [u8; LANES] = [b' '; LANES];
    window[at..].first_chunk().unwrap_or(&EMPTY)
}

/// Tests of single bytes: the families, how many digits and how many separators there are.
#[inline(always)]
fn test_bytes(window: &[u8; WINDOW]) -> (Families, u32, u32) {
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
            flags[i] |= (u8::from(b[i] == b'@') * Families::AT.0) | (sign * Families::ASSIGNMENT.0);
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
fn has_hex_groups(window: &[u8; WINDOW]) -> bool {
    (0..BLOCK).any(|at| match window[at] {
        b':' => window[at + 1] == b':' || window[at + 3] == b':',
        b'-' => window[at + 3] == b'-' && window[at + 6] == b'-',
        b'.' => window[at + 5] == b'.',
        _ => false,
    })
}

/// `ssw`, `ssp`, `ssc` as in password, passphrase, passcode; `ame is` and `ame's` as in "my name is";
/// a dash that begins a word.
#[inline(always)]
fn test_words(window: &[u8; WINDOW]) -> Families {
    let mut flags = [0u8; LANES];
    for start in (0..BLOCK).step_by(LANES) {
        let [b0, b1, b2] = [0, 1, 2].map(|by| lanes(window, start + by));
        let [b3, b4, b5] = [3, 4, 5].map(|by| lanes(window, start + by));
        for i in 0..LANES {
            let third = b2[i] | 0x20;
            let ends = (third == b'w') || (third == b'p') || (third == b'c');
            let word = (b0[i] | 0x20 == b's') && (b1[i] | 0x20 == b's') & ends;
            let verb = ((b4[i] == b'i') & (b5[i] == b's')) | ((b3[i] == b'\'') & (b4[i] == b's'));
            let name = (b0[i] == b'a') & (b1[i] == b'm') & (b2[i] == b'e') & verb;
            let flag = (b0[i] == b' ') & (b1[i] == b'-') & (b2[i] != b' ');
            flags[i] |= (u8::from(word) * Families::PASSWORD.0)
                | (u8::from(name) * Families::NAME.0)
                | (u8::from(flag) * Families::FLAG.0);
        }
    }
    Families(all(flags))
}

/// A run of `MIN_RUN` bytes holds at least one aligned word of eight bytes or a part of one so
/// long that the word beside it is full, so only full words are looked at.
fn has_long_run(window: &[u8; WINDOW], bytes: &[u8], at: usize) -> bool {
    words_of_eight(window)
        .enumerate()
        .any(|(i, word)| is_solid(word) && run_around(bytes, at + i * 8) >= MIN_RUN)
}

/// The length of the run around the word at `at`, counted no further than it matters.
fn run_around(bytes: &[u8], at: usize) -> usize {
    let behind = bytes[at..].iter().take(MIN_RUN).take_while(|&&b| b > b' ').count();
    let before = bytes[..at].iter().rev().take(8).take_while(|&&b| b > b' ').count();
    before + behind
}

#[cfg(test)]
mod tests {
    use super::{Families, MARGIN, scan};

    #[test]
    fn prose_has_nothing_to_look_at() {
        let prose = "The quick brown fox jumps over the lazy dog, and answers nothing of note. ";
        let mut regions = Vec::new();
        assert!(scan(&prose.repeat(20), &mut regions).is_empty());
        assert_eq!(regions, []);
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
            ("my name is", Families::NAME),
            ("my name's", Families::NAME),
            ("--token", Families::FLAG),
        ] {
            for before in 0..140 {
                let before = " a".repeat(before / 2) + &" ".repeat(before % 2 + 1);
                let text = format!("{before}{sign} and so on");
                let mut regions = Vec::new();
                assert!(scan(&text, &mut regions).has(family), "{sign} behind {before}");
                let place = before.len()..before.len() + sign.len();
                let is_inside = |r: &super::Region| {
                    r.families.has(family)
                        && r.range.start <= place.start
                        && r.range.end.min(text.len()) >= place.end
                };
                assert!(regions.iter().any(is_inside), "{sign} behind {before}: {regions:?}");
            }
        }
    }

    #[test]
    fn what_lies_far_apart_is_looked_at_apart() {
        let text = format!("{0}a@b.c{0}k=v{0}", " and so on".repeat(40));
        let mut regions = Vec::new();
        scan(&text, &mut regions);
        assert_eq!(regions.len(), 2);
        assert!(regions.iter().all(|r| r.range.len() <= 64 + 2 * MARGIN));
    }
}
