//! Code of the host's that may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the host's code answered; `None` where it panicked.
pub(crate) fn caught<T>(host: impl FnOnce() -> T) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(host)) {
        Ok(value) => Some(value),
        Err(panic) => {
            // What it panicked with may panic when it is dropped.
            std::mem::forget(panic);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Payload;
    impl Drop for Payload {
        fn drop(&mut self) {
            panic!("on purpose, again")
        }
    }

    #[test]
    fn a_panic_whose_payload_panics_ends_here_as_well() {
        assert_eq!(caught(|| std::panic::panic_any(Payload)), None::<()>);
        assert_eq!(caught(|| 1), Some(1));
    }
}
