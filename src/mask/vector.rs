//! The loops over bytes, compiled for the vector registers that the machine turns out to have.
//!
//! The loops themselves are plain Rust. Compiled for every machine they get registers of 16 bytes;
//! with 32 bytes the scan of prose is 1.6 times as fast, which is most of what masking prose costs,
//! so this one place asks the machine.
#![allow(unsafe_code)]

/// Runs `work`, in which every loop has to be inlined, with the widest registers there are.
#[inline(always)]
pub(super) fn widest<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the machine has AVX2, which is all that the function asks for.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
