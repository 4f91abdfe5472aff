//! A value on cache lines of its own.

use std::ops::Deref;

/// Keeps what the host's threads write apart from what the worker writes: on one line each write
/// would take the line from the other's core, which costs a host more than the rest of a
/// hand-over. Two lines of 64 bytes, because processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(super) struct Apart<T>(T);

impl<T> Apart<T> {
    pub(super) const fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Apart<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
