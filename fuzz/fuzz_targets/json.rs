//! Whatever claims to be JSON is masked to JSON that masking leaves alone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| epilogue_fuzz::json(bytes));
