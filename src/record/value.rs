//! A value of the host's: moved in now, serialized when its record is sealed.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::mask::{AnyValue, caught};

/// Anything the host serializes, moved.
pub(crate) struct Value(Option<AnyValue>);

impl Value {
    pub(crate) fn new(value: impl Serialize + Send + 'static) -> Self {
        Self(Some(AnyValue::new(value)))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_unit(),
        }
    }
}

impl Drop for Value {
    /// A `Drop` of the host's that panics ends here: two in one record would otherwise end the
    /// process.
    fn drop(&mut self) {
        let value = self.0.take();
        let _ = caught(|| drop(value));
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}
