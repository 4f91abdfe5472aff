//! Any text is masked to a text that masking leaves alone.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| epilogue_fuzz::text(bytes));
