//! Blocks of bytes as sets of bits: which of 64 bytes are what, told by vector instructions where
//! the machine has them.
//!
//! One comparison of a whole block costs as much as one of a single byte, and what is asked
//! about places after that is asked of 64 of them at once. The portable form of the same does a
//! sixth of the work in the same time, and scanning is the largest part of masking prose, so this
//! one place asks the machine.
#![allow(unsafe_code, reason = "a benchmark pays for it: see the module's documentation")]

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// Tells the bytes of a block apart: a bit for each, the lowest for the first.
pub(super) trait Lanes {
    /// Those that are `byte`.
    fn equal(block: &[u8; BLOCK], byte: u8) -> u64;
    /// Those from `first` to `last`.
    fn within(block: &[u8; BLOCK], first: u8, last: u8) -> u64;
    /// Those that are this small letter of ASCII or its capital, from `first` to `last`.
    fn letter(block: &[u8; BLOCK], first: u8, last: u8) -> u64;
}

/// Work that consists of questions about blocks.
pub(super) trait ByBlocks {
    type Output;

    /// Does the work. To be of use it has to be `#[inline(always)]`, and so has all that it calls.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Does the work with the widest registers there are.
#[inline]
pub(super) fn widest<W: ByBlocks>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2, which is all that the function asks for.
        return unsafe { avx2::run(work) };
    }
    work.run::<Portable>()
}

/// Gives `each` the blocks of `bytes` with their places; the last one is filled up with blanks.
///
/// It calls `each` in one place only, or the compiler would not inline it there, and outside of
/// [`widest`] nothing is wide.
#[inline(always)]
pub(super) fn each_block(bytes: &[u8], mut each: impl FnMut(&[u8; BLOCK], usize)) {
    let mut last;
    for at in (0..bytes.len()).step_by(BLOCK) {
        let rest = &bytes[at..];
        let block = if let Some(block) = rest.first_chunk() {
            block
        } else {
            last = padded(rest);
            &last
        };
        each(block, at);
    }
}

/// Up to a block of bytes, filled up with blanks.
#[inline(always)]
pub(super) fn padded(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [b' '; BLOCK];
    let len = bytes.len().min(BLOCK);
    block[..len].copy_from_slice(&bytes[..len]);
    block
}

/// The same on every machine.
struct Portable;

impl Lanes for Portable {
    #[inline(always)]
    fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
        bits_where(block, |other| other == byte)
    }

    #[inline(always)]
    fn within(block: &[u8; BLOCK], first: u8, last: u8) -> u64 {
        bits_where(block, |byte| byte.wrapping_sub(first) <= last - first)
    }

    #[inline(always)]
    fn letter(block: &[u8; BLOCK], first: u8, last: u8) -> u64 {
        bits_where(block, |byte| (byte | 0x20).wrapping_sub(first) <= last - first)
    }
}

/// In two steps, of which the first becomes vector instructions: a byte of 0 or 1 each, and the
/// lowest bits of eight bytes gathered in one.
#[inline(always)]
fn bits_where(block: &[u8; BLOCK], holds: impl Fn(u8) -> bool) -> u64 {
    /// Moves the lowest bits of eight bytes into the highest byte.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut flags = [0; BLOCK];
    for (flag, &byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(holds(byte));
    }
    let mut bits = 0;
    for (index, flags) in flags.chunks_exact(8).enumerate() {
        let flags = flags.first_chunk().map_or(0, |flags| u64::from_le_bytes(*flags));
        bits |= (flags.wrapping_mul(GATHER) >> 56) << (index * 8);
    }
    bits
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_min_epu8, _mm256_movemask_epi8,
        _mm256_or_si256, _mm256_set1_epi8, _mm256_sub_epi8,
    };

    use super::{BLOCK, ByBlocks, Lanes};

    /// Does the work with registers of 32 bytes.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn run<W: ByBlocks>(work: W) -> W::Output {
        work.run::<Avx2>()
    }

    /// Private to [`run`], so that nobody else can ask for what the machine may not have.
    struct Avx2;

    impl Lanes for Avx2 {
        #[inline(always)]
        fn equal(block: &[u8; BLOCK], byte: u8) -> u64 {
            // SAFETY: only `run` uses these lanes.
            unsafe { bits(block, |bytes| _mm256_cmpeq_epi8(bytes, all(byte))) }
        }

        #[inline(always)]
        fn within(block: &[u8; BLOCK], first: u8, last: u8) -> u64 {
            // SAFETY: as above.
            unsafe { bits(block, |bytes| between(bytes, first, last)) }
        }

        #[inline(always)]
        fn letter(block: &[u8; BLOCK], first: u8, last: u8) -> u64 {
            // SAFETY: as above.
            unsafe { bits(block, |bytes| between(_mm256_or_si256(bytes, all(0x20)), first, last)) }
        }
    }

    #[inline(always)]
    unsafe fn bits(block: &[u8; BLOCK], test: impl Fn(__m256i) -> __m256i) -> u64 {
        let (low, high) = block.split_at(BLOCK / 2);
        // SAFETY: both halves have the 32 bytes that are read, and the caller has AVX2.
        unsafe {
            let low = highest_bits(test(_mm256_loadu_si256(low.as_ptr().cast())));
            let high = highest_bits(test(_mm256_loadu_si256(high.as_ptr().cast())));
            u64::from(low) | u64::from(high) << 32
        }
    }

    #[inline(always)]
    unsafe fn highest_bits(bytes: __m256i) -> u32 {
        // SAFETY: the caller has AVX2.
        u32::from_ne_bytes(unsafe { _mm256_movemask_epi8(bytes) }.to_ne_bytes())
    }

    #[inline(always)]
    unsafe fn between(bytes: __m256i, first: u8, last: u8) -> __m256i {
        // SAFETY: the caller has AVX2.
        unsafe {
            let above = _mm256_sub_epi8(bytes, all(first));
            _mm256_cmpeq_epi8(_mm256_min_epu8(above, all(last - first)), above)
        }
    }

    #[inline(always)]
    unsafe fn all(byte: u8) -> __m256i {
        // SAFETY: the caller has AVX2.
        unsafe { _mm256_set1_epi8(i8::from_ne_bytes([byte])) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Same([u8; BLOCK]);

    impl ByBlocks for &Same {
        type Output = Vec<u64>;

        fn run<L: Lanes>(self) -> Vec<u64> {
            let Same(block) = self;
            let mut told = Vec::new();
            for byte in [0, b' ', b'-', b'z', 0x80, 0xff] {
                told.push(L::equal(block, byte));
                told.push(L::within(block, byte, 0xff));
                told.push(L::within(block, 0, byte));
            }
            told.extend([L::letter(block, b's', b's'), L::letter(block, b'a', b'z')]);
            told
        }
    }

    #[test]
    fn every_machine_tells_the_same() {
        for start in 0..=u8::MAX {
            let mut block = [0; BLOCK];
            for (index, byte) in block.iter_mut().enumerate() {
                *byte = start.wrapping_add(u8::try_from(index * 4).expect("below 256"));
            }
            let told = widest(&Same(block));
            assert_eq!(told, Same(block).run::<Portable>());
            let expected = |holds: &dyn Fn(u8) -> bool| {
                block.iter().rev().fold(0, |bits, &byte| bits << 1 | u64::from(holds(byte)))
            };
            assert_eq!(told[6], expected(&|byte| byte == b'-'));
            assert_eq!(told[18], expected(&|byte| byte.eq_ignore_ascii_case(&b's')));
            assert_eq!(told[19], expected(&|byte| byte.is_ascii_alphabetic()));
        }
    }

    #[test]
    fn the_last_block_is_filled_up_with_blanks() {
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 2] {
            let bytes: Vec<_> = (b'a'..=b'z').cycle().take(len).collect();
            let mut joined = Vec::new();
            each_block(&bytes, |block, at| {
                assert_eq!(at, joined.len());
                joined.extend_from_slice(block);
            });
            assert_eq!(joined.len(), len.div_ceil(BLOCK) * BLOCK);
            assert_eq!(joined[..len], bytes);
            assert!(joined[len..].iter().all(|&byte| byte == b' '));
        }
    }
}
