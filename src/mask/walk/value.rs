//! A value of the host's whose type nobody knows any more, walked as fast as if it were known.
//!
//! A record holds values of many types. What is walked is a `Serialize`, which tells nobody which
//! serializer it got, so the value says its name to the walk, and the walk fetches it from here. The
//! usual way, a serializer without a type, makes of each number in the value a call through two
//! tables; this way it is one call for the whole value.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Serialize, Serializer};

use super::super::draft::Draft;
use super::super::identities::Known;
use super::super::marked::veil;
use super::super::writer::Writer;
use super::WalkError;
use super::parts::At;

/// The name under which a value reaches the walk.
pub(super) const VALUE: &str = "$epilogue::value";

/// A value that can be walked into each of the sinks.
pub(in crate::mask) trait Walkable {
    fn walk_known(&self, at: At<'_, '_, '_, Known>) -> Result<(), WalkError>;
    fn walk_writer(&self, at: At<'_, '_, '_, Writer<'_>>) -> Result<(), WalkError>;
    fn walk_draft(&self, at: At<'_, '_, '_, Draft<'_>>) -> Result<(), WalkError>;
}

impl<T: Serialize> Walkable for T {
    fn walk_known(&self, at: At<'_, '_, '_, Known>) -> Result<(), WalkError> {
        self.serialize(at)
    }

    fn walk_writer(&self, at: At<'_, '_, '_, Writer<'_>>) -> Result<(), WalkError> {
        self.serialize(at)
    }

    fn walk_draft(&self, at: At<'_, '_, '_, Draft<'_>>) -> Result<(), WalkError> {
        self.serialize(at)
    }
}

/// Shared for the moment of a walk; the lock is never waited for.
type Shared = Arc<Mutex<dyn Walkable + Send>>;

thread_local! {
    /// The value that is about to be walked.
    static NEXT: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Any value, moved. It serializes for the walk of this crate alone.
pub(crate) struct AnyValue(Shared);

impl AnyValue {
    pub(crate) fn new(value: impl Serialize + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(value)))
    }
}

impl Serialize for AnyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NEXT.with_borrow_mut(|next| *next = Some(Arc::clone(&self.0)));
        let walked = serializer.serialize_newtype_struct(VALUE, &());
        if NEXT.with_borrow_mut(Option::take).is_some() {
            veil();
        }
        walked
    }
}

/// Has the value walked that has just said its name.
pub(super) fn walk_next(
    walk: impl FnOnce(&dyn Walkable) -> Result<(), WalkError>,
) -> Result<(), WalkError> {
    let value = NEXT.with_borrow_mut(Option::take).ok_or(WalkError)?;
    // A value that panicked before is asked again; a panic of its own costs nobody else.
    let value = value.lock().unwrap_or_else(PoisonError::into_inner);
    walk(&*value)
}
