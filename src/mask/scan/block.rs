//! What one block of a text holds, told by sets of bits: one for each of its bytes.
//!
//! What is told by several bytes is told where the last of them stands, from the block and the one
//! before it; only what is told already is looked at further on in the text.

use super::super::vector::{BLOCK, Lanes};
use super::{Families, MIN_RUN};

/// The bytes of a block that most of its families are told by.
#[derive(Clone, Copy, Default)]
struct Marks {
    /// White space and control characters.
    blanks: u64,
    dashes: u64,
    dots: u64,
    /// `s`, of which passwords have two.
    hisses: u64,
    /// `a`, as in "name".
    a: u64,
}

/// What was seen up to a block.
pub(super) struct Before {
    marks: Marks,
    colons: u64,
    /// How many bytes at the end are no white space.
    run: usize,
}

impl Default for Before {
    /// A text begins as if behind white space.
    fn default() -> Self {
        Self { marks: Marks { blanks: u64::MAX, ..Marks::default() }, colons: 0, run: 0 }
    }
}

impl Before {
    /// The families of the block at `at`, and how many digits it has.
    #[inline(always)]
    pub(super) fn test<L: Lanes>(
        &mut self,
        block: &[u8; BLOCK],
        bytes: &[u8],
        at: usize,
    ) -> (Families, u32) {
        let marks = Marks {
            blanks: L::within(block, 0, b' '),
            dashes: L::equal(block, b'-'),
            dots: L::equal(block, b'.'),
            hisses: L::letter(block, b's', b's'),
            a: L::equal(block, b'a'),
        };
        let signs = L::within(block, b'0', b':') | L::within(block, b'=', b'@');
        let before = std::mem::replace(&mut self.marks, marks);
        let hissing = marks.hisses & follows(marks.hisses, before.hisses, 1);
        let naming = L::equal(block, b'm') & follows(marks.a, before.a, 1);
        let grouped = marks.grouped(before);
        let is_long = self.has_long_run(marks.blanks);
        let colons_before = std::mem::take(&mut self.colons);

        let told = signs | hissing | naming | grouped | marks.dashes;
        if (told == 0 && !is_long) || is_inside_filling(block, bytes, at) {
            return (Families::NONE, 0);
        }
        // A ruler or brackets are no key.
        let is_token = is_long && signs | L::letter(block, b'a', b'z') != 0;
        let mut found = Families::LONG
            .when(is_token)
            .with(Families::HEX_GROUPS.when(grouped != 0))
            .with(Families::PASSWORD.when(any(hissing, |i| is_password(bytes, at + i))))
            .with(Families::NAME.when(any(naming, |i| is_introduction(bytes, at + i))));
        let mut digits = 0;
        if signs != 0 {
            digits = L::within(block, b'0', b'9').count_ones();
            self.colons = L::equal(block, b':');
            found = found.with(families_of_signs::<L>(block, self.colons, colons_before));
        }
        if marks.dashes != 0 {
            let blanks = follows(marks.blanks, before.blanks, 1);
            let ticks = L::equal(block, b'`') << 1 | u64::from(at > 0 && bytes[at - 1] == b'`');
            let flags = marks.dashes & (blanks | ticks) & !(L::equal(block, b' ') >> 1);
            let is_flag = flags != 0 || any(marks.dashes, |i| is_behind_escape(bytes, at + i));
            found = found.with(Families::FLAG.when(is_flag));
        }
        (found, digits)
    }

    /// Whether a run of `MIN_RUN` bytes without white space ends in the block.
    #[inline(always)]
    fn has_long_run(&mut self, blanks: u64) -> bool {
        let solid = !blanks;
        let begins_longer = solid & 1 != 0 && leading(solid) + self.run >= MIN_RUN;
        self.run = if blanks == 0 { self.run.saturating_add(BLOCK) } else { trailing(solid) };
        begins_longer || has_run::<MIN_RUN>(solid)
    }
}

impl Marks {
    /// Points or dashes as far apart as in `aabb.ccdd.eeff` and `aa-bb-cc`.
    #[inline(always)]
    fn grouped(self, before: Self) -> u64 {
        let dots = self.dots & follows(self.dots, before.dots, 5);
        let dashes =
            follows(self.dashes, before.dashes, 3) & follows(self.dashes, before.dashes, 6);
        dots | (self.dashes & dashes)
    }
}

/// Whether the block says the same every four bytes, and so do the blocks beside it. In this
/// nothing is found: what is masked is longer than four bytes, ends somewhere, and does not go on as
/// it began. Where such filling begins and ends its blocks are looked at like any other.
#[inline(always)]
fn is_inside_filling(block: &[u8; BLOCK], bytes: &[u8], at: usize) -> bool {
    let mut words = block.chunks_exact(4).map(|word| word.first_chunk::<4>());
    let first = words.next().flatten();
    words.fold(true, |is_same, word| is_same & (word == first))
        && at >= BLOCK
        && bytes[at - BLOCK..at] == *block
        && bytes.get(at + BLOCK..at + 2 * BLOCK).is_some_and(|next| next == block)
}

/// The bytes that stand so many bytes behind one of these.
#[inline(always)]
pub(super) fn follows(here: u64, before: u64, bytes: usize) -> u64 {
    here << bytes | before >> (BLOCK - bytes)
}

/// How many bytes at the beginning of the block are in the set.
#[inline(always)]
fn leading(set: u64) -> usize {
    set.trailing_ones() as usize
}

/// How many at its end.
#[inline(always)]
fn trailing(set: u64) -> usize {
    set.leading_ones() as usize
}

/// Whether `LEN` bytes of the set follow each other; from 8 to 16.
#[inline(always)]
pub(super) fn has_run<const LEN: usize>(set: u64) -> bool {
    let two = set & set >> 1;
    let four = two & two >> 2;
    let eight = four & four >> 4;
    eight & eight >> (LEN - 8) != 0
}

/// What an at sign, an assignment, `::` or colons as far apart as in `aa:bb:cc` tell.
#[inline(always)]
fn families_of_signs<L: Lanes>(block: &[u8; BLOCK], colons: u64, colons_before: u64) -> Families {
    let groups = follows(colons, colons_before, 1) | follows(colons, colons_before, 3);
    let assignments = colons | L::equal(block, b'=') | L::equal(block, b'>');
    Families::AT
        .when(L::equal(block, b'@') != 0)
        .with(Families::ASSIGNMENT.when(assignments != 0))
        .with(Families::HEX_GROUPS.when(colons & groups != 0))
}

/// Whether something holds for one of the bytes of a set.
#[inline(always)]
fn any(mut set: u64, holds: impl Fn(usize) -> bool) -> bool {
    while set != 0 {
        if holds(set.trailing_zeros() as usize) {
            return true;
        }
        set &= set - 1;
    }
    false
}

/// Whether an escaped line break or tab stands before `at`.
fn is_behind_escape(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[..at], [.., b'\\', b'n' | b'r' | b't'])
}

/// `ssw`, `ssp`, `ssc` as in password, passphrase, passcode, whose second `s` stands at `at`.
fn is_password(bytes: &[u8], at: usize) -> bool {
    bytes.get(at + 1).is_some_and(|byte| matches!(byte | 0x20, b'w' | b'p' | b'c'))
}

/// `ame is` and `ame's` as in "my name is", whose `m` stands at `at`.
fn is_introduction(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..];
    rest.starts_with(b"me is") || rest.starts_with(b"me's")
}
