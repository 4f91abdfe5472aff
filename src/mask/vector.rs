//! The loops over bytes, compiled for the vector registers that the machine turns out to have.
//!
//! The loops themselves are plain Rust. Compiled for every machine they get registers of 16 bytes;
//! with 32 bytes the scan of prose is 1.3 times as fast, and it is the largest part of masking prose,
//! so this one place asks the machine.
#![allow(unsafe_code, reason = "one call, which a benchmark pays for")]

/// Work that consists of loops over bytes.
pub(super) trait ByteLoop {
    type Output;

    /// Does the work. To be of use it has to be `#[inline(always)]`, and so has all that it calls.
    fn run(self) -> Self::Output;
}

/// Does the work with the widest registers there are.
#[inline]
pub(super) fn widest<L: ByteLoop>(work: L) -> L::Output {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2, which is all that the function asks for.
        return unsafe { with_avx2(work) };
    }
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<L: ByteLoop>(work: L) -> L::Output {
    work.run()
}
