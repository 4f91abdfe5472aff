//! The shipper's own thread: what happens on it is no work of the host's.

use std::cell::Cell;

thread_local! {
    static IS_SHIPPERS: Cell<bool> = const { Cell::new(false) };
}

/// This thread ships from now on.
pub(super) fn claim() {
    IS_SHIPPERS.set(true);
}

/// Whether this thread ships. Who makes records of what happens must not make any of this.
pub(crate) fn is_shippers_thread() -> bool {
    IS_SHIPPERS.try_with(Cell::get).unwrap_or(false)
}
