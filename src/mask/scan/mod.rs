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
    let mut found = Found { regions, all: Families::NONE, digits_before: 0 };
    // No blank stands before the first word of a text.
    if bytes.first() == Some(&b'-') {
        found.add(0..bytes.len().min(BLOCK), Families::FLAG);
    }
    let mut at = 0;
    while let Some(window) = bytes[at..].first_chunk() {
        found.add_block(test(window, bytes, at), bytes, at);
        at += BLOCK;
    }
    while at < bytes.len() {
        let mut window = [b' '; WINDOW];
        window[..bytes.len() - at].copy_from_slice(&bytes[at..]);
        found.add_block(test(&window, bytes, at), bytes, at);
        at += BLOCK;
    }
    found.all
}

/// What was found up to some block.
struct Found<'r> {
    regions: &'r mut Vec<Region>,
    all: Families,
    digits_before: u32,
}

impl Found<'_> {
    #[inline(always)]
    fn add_block(&mut self, (families, digits): (Families, u32), bytes: &[u8], at: usize) {
        let is_number = digits + self.digits_before >= MIN_DIGITS;
        let families = families.with(Families::DIGITS.when(is_number));
        if !families.is_empty() {
            let start = if is_number && self.digits_before > 0 { at - BLOCK } else { at };
            let end = bytes.len().min(at + BLOCK + MARGIN);
            self.add(start.saturating_sub(MARGIN)..end, families);
        }
        self.digits_before = digits;
    }

    /// Adds a region, or makes one longer that it touches.
    fn add(&mut self, range: Range<usize>, families: Families) {
        self.all = self.all.with(families);
        let touched = |region: &&mut Region| region.range.end >= range.start;
        match self.regions.last_mut().filter(touched) {
            Some(last) => {
                last.range = last.range.start.min(range.start)..last.range.end.max(range.end);
                last.families = last.families.with(families);
            }
            None => self.regions.push(Region { range, families }),
        }
    }
}

/// The families of a block, and how many digits it has. Most blocks are prose, of which that is
/// told as a whole.
#[inline(always)]
fn test(window: &[u8; WINDOW], bytes: &[u8], at: usize) -> (Families, u32) {
    let told = Told::of(window);
    let has_solid_word = has_solid_word(window);
    if (!told.any() && !has_solid_word) || is_uniform(window) {
        return (Families::NONE, 0);
    }
    look_closely(window, told, has_solid_word, bytes, at)
}

/// What a block holds more than words and the signs between sentences, if not zero.
#[derive(Clone, Copy, Default)]
struct Told {
    /// A digit, or a sign from `/` to `@` in ASCII.
    sign: u8,
    /// `ss`, as in password.
    hissing: u8,
    /// `ame`, as in "my name is".
    name: u8,
    /// A dash that begins a word.
    flag: u8,
    /// Points or dashes as far apart as in `aabb.ccdd.eeff` and `aa-bb-cc`.
    grouped: u8,
}

impl Told {
    #[inline(always)]
    fn of(window: &[u8; WINDOW]) -> Self {
        let mut told = Self::default();
        for i in 0..BLOCK {
            let [b0, b1, b2] = [window[i], window[i + 1], window[i + 2]];
            let [b3, b5, b6] = [window[i + 3], window[i + 5], window[i + 6]];
            told.sign |= u8::from(b0.wrapping_sub(b'/') <= b'@' - b'/');
            told.hissing |= u8::from(b0 | 0x20 == b's') & u8::from(b1 | 0x20 == b's');
            told.name |= u8::from(b0 == b'a') & u8::from(b1 == b'm') & u8::from(b2 == b'e');
            told.flag |= u8::from(b1 == b'-') & (u8::from(b0 <= b' ') | u8::from(b0 == b'`'));
            told.grouped |= u8::from(b0 == b'.') & u8::from(b5 == b'.');
            told.grouped |= u8::from(b0 == b'-') & u8::from(b3 == b'-') & u8::from(b6 == b'-');
        }
        told
    }

    #[inline(always)]
    fn any(self) -> bool {
        self.sign | self.hissing | self.name | self.flag | self.grouped != 0
    }
}

/// What it is that a block holds. Not inlined: few blocks of prose get here.
#[inline(never)]
fn look_closely(
    window: &[u8; WINDOW],
    told: Told,
    has_solid_word: bool,
    bytes: &[u8],
    at: usize,
) -> (Families, u32) {
    let mut found = Families::NONE;
    let mut digits = 0;
    if told.sign != 0 {
        let (families, count) = test_signs(window);
        (found, digits) = (families, count);
    }
    let may_have_groups = told.sign != 0 || told.grouped != 0 || has_solid_word;
    found = found
        .with(Families::HEX_GROUPS.when(may_have_groups && has_hex_groups(window)))
        .with(Families::PASSWORD.when(told.hissing != 0 && has_password(window)))
        .with(Families::NAME.when(told.name != 0 && has_introduction(window)))
        .with(Families::FLAG.when(told.flag != 0 && has_flag(window)))
        .with(Families::LONG.when(has_solid_word && has_long_run(window, bytes, at)));
    (found, digits)
}

/// The families that one byte tells, and how many digits there are.
fn test_signs(window: &[u8; WINDOW]) -> (Families, u32) {
    let mut digits = 0;
    let mut has_at = false;
    let mut has_assignment = false;
    for &byte in &window[..BLOCK] {
        digits += u32::from(byte.is_ascii_digit());
        has_at |= byte == b'@';
        has_assignment |= (byte == b':') | (byte == b'=') | (byte == b'>');
    }
    let found = Families::AT.when(has_at).with(Families::ASSIGNMENT.when(has_assignment));
    (found, digits)
}

/// `::`, or separators as far apart as in `aa:bb:cc`, `aa-bb-cc` and `aabb.ccdd.eeff`.
fn has_hex_groups(window: &[u8; WINDOW]) -> bool {
    let mut found = false;
    for i in 0..BLOCK {
        let [b0, b1, b3] = [window[i], window[i + 1], window[i + 3]];
        found |= (b0 == b':') & ((b1 == b':') | (b3 == b':'));
        found |= (b0 == b'-') & (b3 == b'-') & (window[i + 6] == b'-');
        found |= (b0 == b'.') & (window[i + 5] == b'.');
    }
    found
}

/// `ssw`, `ssp`, `ssc` as in password, passphrase, passcode.
fn has_password(window: &[u8; WINDOW]) -> bool {
    window.windows(3).any(|word| {
        word[..2].eq_ignore_ascii_case(b"ss") && matches!(word[2] | 0x20, b'w' | b'p' | b'c')
    })
}

/// `ame is` and `ame's` as in "my name is".
fn has_introduction(window: &[u8; WINDOW]) -> bool {
    window.windows(6).any(|words| words == b"ame is" || words.starts_with(b"ame's"))
}

/// A dash that begins a word.
fn has_flag(window: &[u8; WINDOW]) -> bool {
    window
        .windows(3)
        .any(|word| (word[0] <= b' ' || word[0] == b'`') && word[1] == b'-' && word[2] != b' ')
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
