//! The fast pass over a text: which families of detectors have anything to look at.
//!
//! Each block of 64 bytes is tested as a whole. Only the regions around blocks that hold more than
//! plain prose does are searched.

mod block;
mod short;

use std::ops::Range;

use self::block::{Before, follows};
use super::vector::{self, BLOCK, ByBlocks, Lanes, each_block};

pub(crate) use self::short::{MAX_SHORT, look as look_at_short};

/// A set of detector families.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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

/// What a text holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// Of all its regions.
    pub(crate) families: Families,
    /// A capital behind an opening bracket, with which placeholders begin.
    pub(crate) has_bracket: bool,
    /// A line break with more than another one behind it.
    pub(crate) has_lines: bool,
}

/// Appends the regions of `text` that have to be looked at, in order, none touching another, and
/// tells what the text holds.
pub(crate) fn scan(text: &str, regions: &mut Vec<Region>) -> Told {
    if is_filling(text.as_bytes()) {
        return Told::default();
    }
    vector::widest(Scan { bytes: text.as_bytes(), regions })
}

/// Whether a long text says the same every four bytes from its beginning to its end: everything
/// that is looked for is longer than that, and ends somewhere.
fn is_filling(bytes: &[u8]) -> bool {
    bytes.len() >= BLOCK && bytes[4..] == bytes[..bytes.len() - 4]
}

struct Scan<'a> {
    bytes: &'a [u8],
    regions: &'a mut Vec<Region>,
}

impl ByBlocks for Scan<'_> {
    type Output = Told;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Told {
        let Self { bytes, regions } = self;
        let mut found = Found { regions, all: Families::NONE, digits_before: 0 };
        let mut before = Before::default();
        let (mut brackets, mut lines) = (Pairs::default(), Pairs::default());
        each_block(bytes, |block, at| {
            let (bracket, line_break) = (L::equal(block, b'['), L::equal(block, b'\n'));
            brackets.add(bracket, L::within(block, b'A', b'Z'));
            lines.add(line_break, !line_break);
            found.add_block(before.test::<L>(block, bytes, at), bytes, at);
        });
        Told { families: found.all, has_bracket: brackets.found != 0, has_lines: lines.found != 0 }
    }
}

/// Bytes of one set right behind those of another.
#[derive(Default)]
struct Pairs {
    found: u64,
    before: u64,
}

impl Pairs {
    #[inline(always)]
    fn add(&mut self, firsts: u64, seconds: u64) {
        self.found |= follows(firsts, self.before, 1) & seconds;
        self.before = firsts;
    }
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

#[cfg(test)]
mod tests {
    use super::{Families, MARGIN, scan};

    #[test]
    fn prose_has_nothing_to_look_at() {
        let prose = "The quick brown fox jumps over the lazy dog, and answers nothing of note. ";
        let mut regions = Vec::new();
        assert!(scan(&prose.repeat(20), &mut regions).families.is_empty());
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
                assert!(scan(&text, &mut regions).families.has(family), "{sign} behind {before}");
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
    fn filling_hides_nothing_at_its_ends() {
        for before in 0..130 {
            for (filling, behind, family) in [
                (" jo@", "x.org", Families::AT),
                (" 1.1", ".1.1 done", Families::DIGITS),
                ("0.0 ", "10.1.0.1", Families::DIGITS),
                ("pwd=", "hunter2Xy9 and", Families::ASSIGNMENT),
            ] {
                let text = format!("{}{}{behind}", "a".repeat(before), filling.repeat(64));
                let mut regions = Vec::new();
                assert!(scan(&text, &mut regions).families.has(family));
                let start = text.len() - behind.len() - 2;
                let is_told =
                    regions.iter().any(|r| r.families.has(family) && r.range.contains(&start));
                assert!(is_told, "{filling}{behind} behind {before}: {regions:?}");
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
