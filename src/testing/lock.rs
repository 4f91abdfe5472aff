//! A lock that a panicking thread does not spoil for the others.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, also after a panic: a failed assertion in one test thread must not hide behind
/// poisoned locks in all the others.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
